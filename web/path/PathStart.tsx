// The Path view before a packet is chosen: type one, or take a flow or a finding of the case. Without the node's dumps it
// says which are needed.

import type { SourceRefDto } from '../../api/pieces.ts';
import type { CaseDetail } from '../../api/schemas.ts';
import { pickFiles } from '../library/pickFiles.ts';
import { useFindings, useFlows } from '../sources/queries.ts';
import type { CaseAddress } from '../state/address.ts';
import { patchCase } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { plural } from '../ui/quantities.ts';
import { DumpPane } from './DumpPane.tsx';
import { marksOf } from './dumpRanges.ts';
import { PacketInput } from './PacketInput.tsx';
import styles from './PathStart.module.css';

const dumpCommands = [
  ['iptables-save -c', 'rules, or nft list ruleset'],
  ['ip -j addr', 'addresses'],
  ['ip -j route show table all', 'routes'],
  ['ipvsadm -Sn', 'virtual services, in IPVS mode'],
  ['ipset save', 'sets that rules use'],
  ['conntrack -L -o extended', 'connections'],
] as const;

function NeedsDumps({ detail }: { detail: CaseDetail }) {
  return (
    <>
      <header>
        <h1 className={styles.title}>The path needs the node’s state</h1>
        <p className={styles.lead}>
          {detail.dumps === 0 ? 'This case has captures only.' : 'The dumps of this case are not enough.'} Drop the
          output of these commands here; files are recognised by content, names are free.
        </p>
      </header>
      <div className={styles.rows}>
        {dumpCommands.map(([command, gives]) => (
          <p key={command} className={styles.row}>
            <code className={styles.main}>{command}</code>
            <span className={styles.side}>{gives}</span>
          </p>
        ))}
      </div>
      {!detail.sample && (
        <div>
          <Button look="primary" onClick={() => pickFiles('files', detail.id)}>
            <Icon name="upload" />
            Add dumps to this case
          </Button>
        </div>
      )}
    </>
  );
}

function Choose({ address, error }: { address: CaseAddress; error: string | null }) {
  const flows = [...(useFlows(address.caseId).data ?? [])].sort((a, b) => b.packets - a.packets).slice(0, 8);
  const findings = (useFindings(address.caseId).data ?? []).filter(({ packet }) => packet !== undefined);
  return (
    <>
      <header>
        <h1 className={styles.title}>Which packet shall be followed through the node?</h1>
        <p className={styles.lead}>
          Type one, seen or not. The rules, routes and connections of this case decide where it ends up.
        </p>
      </header>
      <PacketInput spec={address.spec ?? ''} error={error} />
      {findings.length > 0 && (
        <section>
          <h2 className={styles.subtitle}>From the findings</h2>
          <div className={styles.rows}>
            {findings.map(({ title, packet }) => (
              <button
                key={title}
                type="button"
                className={styles.row}
                onClick={() => patchCase({ spec: packet ?? null, flow: null, dump: null, outcome: 0 })}
              >
                <span className={`${styles.main} ${styles.prose}`}>{title}</span>
                <Icon name="right" />
              </button>
            ))}
          </div>
        </section>
      )}
      {flows.length > 0 && (
        <section>
          <h2 className={styles.subtitle}>From the capture</h2>
          <div className={styles.rows}>
            {flows.map(({ id, protocol, client, server, packets, point }) => (
              <button
                key={id}
                type="button"
                className={styles.row}
                onClick={() => patchCase({ flow: id, spec: null, dump: null, outcome: 0 })}
              >
                <span className={styles.main}>
                  {protocol.toLowerCase()} {client} → {server}
                </span>
                <span className={styles.side}>
                  {point} · {plural(packets, 'packet')}
                </span>
                <Icon name="right" />
              </button>
            ))}
          </div>
        </section>
      )}
    </>
  );
}

export function PathStart({
  address,
  detail,
  error,
}: {
  address: CaseAddress;
  detail: CaseDetail;
  error: string | null;
}) {
  const findings = useFindings(address.caseId).data ?? [];
  const evidence = findings.flatMap((finding) =>
    finding.evidence.map((source): [SourceRefDto, null] => [source, null]),
  );
  return (
    <div className={styles.screen} data-dump={address.dump !== null}>
      <div className={styles.start}>
        <div className={styles.inner}>
          {detail.hasNodeState ? <Choose address={address} error={error} /> : <NeedsDumps detail={detail} />}
        </div>
      </div>
      {address.dump !== null && (
        <div className={styles.dump}>
          <DumpPane
            key={address.dump.file}
            caseId={address.caseId}
            place={address.dump}
            marks={marksOf(address.dump.file, evidence)}
          />
        </div>
      )}
    </div>
  );
}
