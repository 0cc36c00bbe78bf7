// What the hostPorts of the picked pods take from others, with the lines that do it.
import { useState } from 'react';
import type { Pod, PodList } from '../../api/live.ts';
import type { Finding } from '../../api/pieces.ts';
import { conflictsOf } from '../pods/podText.ts';
import { takeSnapshot } from '../sources/pods.ts';
import { caseAddress } from '../state/address.ts';
import { useMessages } from '../state/messages.ts';
import { go } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { placeText } from '../ui/sourceLabel.ts';
import styles from './TakenPorts.module.css';

type Evidence = Finding['evidence'][number];

function OpenPath({ packet, node }: { packet: string; node: string }) {
  const [busy, setBusy] = useState(false);
  const open = async () => {
    setBusy(true);
    try {
      const { id } = await takeSnapshot(`${node}, its rules`);
      go(caseAddress(id, 'path', { spec: packet }));
    } catch (error) {
      useMessages.getState().say(error instanceof Error ? error.message : 'The snapshot failed.');
      setBusy(false);
    }
  };
  return (
    <Button
      disabled={busy}
      title="Saves the node’s dumps as a case, and follows such a packet through them"
      onClick={() => void open()}
    >
      <Icon name="path" />
      {busy ? 'Saving the rules …' : 'Open the path'}
    </Button>
  );
}

function Taken({ finding, node }: { finding: Finding; node: string }) {
  const [shown, setShown] = useState<Evidence | null>(null);
  return (
    <li>
      <h4>{finding.title}</h4>
      <p>
        {finding.summary}{' '}
        {finding.evidence.map((source) => (
          <button
            key={`${source.file}:${source.line}`}
            type="button"
            className={styles.link}
            title={source.text}
            aria-expanded={shown === source}
            onClick={() => setShown(shown === source ? null : source)}
          >
            {placeText(source)}
          </button>
        ))}
      </p>
      {shown !== null && <pre className={styles.line}>{shown.text}</pre>}
      {finding.packet !== undefined && <OpenPath packet={finding.packet} node={node} />}
    </li>
  );
}

export function TakenPorts({ list, picked }: { list: PodList; picked: readonly Pod[] }) {
  const findings = picked.flatMap((pod) => conflictsOf(pod, list.findings).map(({ finding }) => finding));
  if (findings.length === 0) return null;
  return (
    <ul className={styles.box} aria-label="What its hostPorts take">
      {findings.map((finding) => (
        <Taken key={`${finding.title} ${finding.packet}`} finding={finding} node={list.node} />
      ))}
    </ul>
  );
}
