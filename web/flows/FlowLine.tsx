import { memo } from 'react';
import type { FlowRow } from '../../api/schemas.ts';
import { patchCase } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { gridCell, gridRow } from '../ui/gridRoles.ts';
import { bytesText, countText } from '../ui/quantities.ts';
import { durationText } from '../ui/time.ts';
import styles from './FlowsTab.module.css';
import { durationOf, flowFilter } from './flowOrder.ts';

export function openFlowPackets(flow: FlowRow): void {
  patchCase({ tab: 'packets', filter: flowFilter(flow), packet: flow.firstPacket });
}

export function openFlowPath({ id }: FlowRow): void {
  patchCase({ tab: 'path', flow: id, spec: null, dump: null, outcome: 0 });
}

function toneOf(state: string): 'good' | 'bad' | 'neutral' {
  if (/reset|no answer|refused|fail|unreach|reject|lost/i.test(state)) return 'bad';
  return /establish|closed|answer|complete/i.test(state) ? 'good' : 'neutral';
}

function flagsText({ protocol, flagsToServer, flagsToClient, retransmissions }: FlowRow): string {
  if (protocol.toLowerCase() !== 'tcp') return '';
  const flags = [flagsToServer && `→ ${flagsToServer}`, flagsToClient && `← ${flagsToClient}`]
    .filter(Boolean)
    .join('  ');
  return retransmissions > 0 ? `${flags}  ${countText(retransmissions)} retr.` : flags;
}

interface Props {
  flow: FlowRow;
  /** How many points saw the conversation. */
  points: number;
  index: number;
  active: boolean;
  canExplain: boolean;
  onSelect: (index: number) => void;
}

export const FlowLine = memo(function FlowLine({ flow, points, index, active, canExplain, onSelect }: Props) {
  const { id, protocol, client, server, point, state, initialRtt } = flow;
  const flags = flagsText(flow);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its role comes with gridRow
    <div
      {...gridRow('flow', index, active, () => onSelect(index))}
      className={styles.row}
      onDoubleClick={() => openFlowPackets(flow)}
    >
      <span {...gridCell} className={styles.muted}>
        {id}
      </span>
      <span {...gridCell}>{protocol}</span>
      <span {...gridCell} className={styles.mono} title={client}>
        {client}
      </span>
      <span {...gridCell} className={styles.mono} title={server}>
        {server}
      </span>
      <span {...gridCell} className={`${styles.muted} ${styles.ways}`} title={point}>
        {point}
        {points > 1 && <span className={styles.small}>{points} points</span>}
      </span>
      <span {...gridCell} className={`${styles.numeric} ${styles.ways}`}>
        {countText(flow.packets)}
        <span className={styles.small}>
          → {countText(flow.packetsToServer)} &nbsp;← {countText(flow.packetsToClient)}
        </span>
      </span>
      <span {...gridCell} className={`${styles.numeric} ${styles.ways} ${styles.wide}`}>
        {bytesText(flow.bytes)}
        <span className={styles.small}>
          → {bytesText(flow.bytesToServer)} &nbsp;← {bytesText(flow.bytesToClient)}
        </span>
      </span>
      <span {...gridCell} className={styles.numeric}>
        {durationText(durationOf(flow))}
      </span>
      <span {...gridCell} className={`${styles.numeric} ${styles.wide}`}>
        {initialRtt === null ? '' : durationText(initialRtt)}
      </span>
      <span {...gridCell} className={styles.ways} title={flags}>
        <span className={styles.state} data-tone={toneOf(state)}>
          {state}
        </span>
        {flags !== '' && <span className={styles.small}>{flags}</span>}
      </span>
      <span {...gridCell} className={styles.actions}>
        <Button look="quiet" className={styles.action} onClick={() => openFlowPackets(flow)}>
          Packets
        </Button>
        {canExplain && (
          <Button look="quiet" className={styles.action} onClick={() => openFlowPath(flow)}>
            Path
          </Button>
        )}
      </span>
    </div>
  );
});
