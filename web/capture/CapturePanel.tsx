import { useState } from 'react';
import type { CaptureRequest, Pod, PodList } from '../../api/live.ts';
import { startCapture, useLiveInfo, usePoints } from '../sources/pods.ts';
import { caseAddress } from '../state/address.ts';
import { turnedPoints, useCaptureDraft } from '../state/captureDraft.ts';
import { go, patchPods } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { copyText } from '../ui/copyText.ts';
import { Icon } from '../ui/Icon.tsx';
import { Failed, Loading } from '../ui/Notice.tsx';
import { Capabilities } from './Capabilities.tsx';
import styles from './CapturePanel.module.css';
import { FilterField, usePreview } from './FilterField.tsx';
import { PointDrawing } from './PointDrawing.tsx';
import { PointList } from './PointList.tsx';
import { commandLine, pointsOn, requestOf, wiresharkPipe } from './request.ts';
import { Setup, useStopFilterProblem } from './Setup.tsx';
import { TakenPorts } from './TakenPorts.tsx';

/** `hostport-web`, `client and 2 more pods`. */
function titleOf(picked: readonly Pod[]): string {
  const [first, ...others] = picked;
  if (first === undefined) return 'Capture on the node';
  return others.length === 0 ? `Capture ${first.id}` : `Capture ${first.id} and ${others.length} more`;
}

function Actions({ request, ready, onStart }: { request: CaptureRequest; ready: boolean; onStart: () => void }) {
  const [copied, setCopied] = useState<string | null>(null);
  const copy = async (text: string) => {
    await copyText(text);
    setCopied(text);
  };
  return (
    <>
      <div className={styles.actions}>
        <Button look="primary" disabled={!ready} onClick={onStart}>
          {request.startAt === null ? 'Start capture' : 'Schedule capture'}
        </Button>
        <Button title="Copies the command that does the same" onClick={() => void copy(commandLine(request, null))}>
          <Icon name="copy" />
          Command line
        </Button>
        <Button
          title="Copies the command that captures straight into Wireshark"
          onClick={() => void copy(wiresharkPipe(request))}
        >
          <Icon name="copy" />
          Wireshark
        </Button>
      </div>
      <div aria-live="polite">
        {copied !== null && (
          <p className={styles.copied}>
            Copied: <code>{copied}</code>
          </p>
        )}
      </div>
    </>
  );
}

interface Props {
  list: PodList;
  picked: readonly Pod[];
  /** Picked by the address, and not in the list any more. */
  gone: readonly string[];
}

/** What will be captured, where, and until when; without a pod, the node's own interfaces. */
export function CapturePanel({ list, picked, gone }: Props) {
  const { draft, turn } = useCaptureDraft();
  const [starting, setStarting] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const live = useLiveInfo().data;
  const canCapture = live?.canCapture !== false;
  const ids = picked.map(({ id }) => id);
  const found = usePoints(ids, canCapture);
  const points = found.data ?? [];
  const turned = turnedPoints(draft, ids);
  const on = pointsOn(points, turned);
  const onIds = new Set(on.map(({ id }) => id));
  const request = requestOf(draft, ids, points, turned);
  const preview = usePreview(request, canCapture && on.length > 0);
  const stopProblem = useStopFilterProblem();
  // A link to a pod must not begin a capture of the whole node because the pod has gone.
  const allGone = picked.length === 0 && gone.length > 0;
  const ready = canCapture && !allGone && !starting && on.length > 0 && preview.error === null && stopProblem === null;

  const start = async () => {
    setStarting(true);
    setRefused(null);
    try {
      go(caseAddress((await startCapture(request)).id, 'packets'));
    } catch (error) {
      setRefused(error instanceof Error ? error.message : 'The capture did not start.');
      setStarting(false);
    }
  };

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.panel} tabIndex={0} aria-label="Capture">
      <header>
        <h2 className={styles.title}>{titleOf(picked)}</h2>
        <p className={styles.sub}>
          {allGone
            ? 'what is below would be captured on the node itself'
            : picked.length === 0
              ? 'no pod picked: the node’s own interfaces. Pick pods on the left to capture along their path'
              : 'all points of its path; click one to leave it out'}
        </p>
        {gone.map((id) => (
          <p key={id} className={styles.gone}>
            {id} is not on this node any more.
          </p>
        ))}
        {allGone && <Button onClick={() => patchPods({ pods: [] })}>Capture on the node instead</Button>}
      </header>
      {!canCapture && (
        <>
          <p className={styles.sub}>This server cannot capture here yet:</p>
          <Capabilities />
        </>
      )}
      {canCapture && found.isError && found.data === undefined && (
        <Failed what="The points cannot be listed" error={found.error} retry={() => void found.refetch()} />
      )}
      {canCapture && found.isPending && <Loading what="Following the path of the pod" />}
      {canCapture && points.length > 0 && (
        <>
          <div>
            <PointDrawing points={points} pods={picked} on={onIds} onTurn={(id) => turn(ids, id)} />
            {on.length === 0 && (
              <p className={styles.gone} role="alert">
                Every point is left out: pick at least one.
              </p>
            )}
          </div>
          <PointList points={points} on={onIds} severalPods={picked.length > 1} onTurn={(id) => turn(ids, id)} />
          <div className={styles.form}>
            <label className={styles.label} htmlFor="capture-filter">
              Filter
            </label>
            <FilterField pods={picked} state={preview} />
            <Setup stopProblem={stopProblem} />
          </div>
          <TakenPorts list={list} picked={picked} />
          <div className={styles.foot}>
            <Actions key={JSON.stringify(request)} request={request} ready={ready} onStart={() => void start()} />
            {refused !== null && (
              <p className={styles.refused} role="alert">
                {refused}
              </p>
            )}
          </div>
        </>
      )}
    </section>
  );
}
