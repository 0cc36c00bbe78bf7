import { useMemo, useRef, useState } from 'react';
import type { CaseDetail } from '../../api/schemas.ts';
import { useFlows, useFlowTotal } from '../sources/queries.ts';
import type { CaseAddress } from '../state/address.ts';
import { gridHeader, gridHeaderRow } from '../ui/gridRoles.ts';
import { Icon } from '../ui/Icon.tsx';
import { Failed, Loading, Notice } from '../ui/Notice.tsx';
import { countText, plural } from '../ui/quantities.ts';
import { ScaledList, type ScaledListHandle } from '../ui/ScaledList.tsx';
import { FlowLine, openFlowPackets } from './FlowLine.tsx';
import styles from './FlowsTab.module.css';
import { type FlowColumn, type FlowOrder, matchingFlows, pointsOfConversations, sortedFlows } from './flowOrder.ts';
import { Joined } from './Joined.tsx';

interface Column {
  id: FlowColumn;
  name: string;
  numeric?: boolean;
  wide?: boolean;
}

const columns: Column[] = [
  { id: 'id', name: 'Flow' },
  { id: 'protocol', name: 'Proto' },
  { id: 'client', name: 'Client' },
  { id: 'server', name: 'Server' },
  { id: 'point', name: 'Point' },
  { id: 'packets', name: 'Packets', numeric: true },
  { id: 'bytes', name: 'Bytes', numeric: true, wide: true },
  { id: 'duration', name: 'Duration', numeric: true },
  { id: 'rtt', name: 'iRTT', numeric: true, wide: true },
  { id: 'state', name: 'State' },
];

function Header({ order, onOrder }: { order: FlowOrder; onOrder: (order: FlowOrder) => void }) {
  return (
    <div {...gridHeaderRow} className={styles.header}>
      {columns.map(({ id, name, numeric, wide }) => {
        const chosen = order.column === id;
        const names = [numeric && styles.numeric, wide && styles.wide].filter(Boolean).join(' ');
        return (
          <span
            key={id}
            {...gridHeader(chosen ? (order.descending ? 'descending' : 'ascending') : 'none')}
            className={names}
          >
            <button
              type="button"
              className={styles.sort}
              onClick={() => onOrder({ column: id, descending: chosen ? !order.descending : numeric === true })}
            >
              {name}
              {chosen && <Icon name={order.descending ? 'down' : 'up'} size={12} />}
            </button>
          </span>
        );
      })}
      <span {...gridHeader()}>
        <span className="said">Open</span>
      </span>
    </div>
  );
}

export function FlowsTab({ address, detail }: { address: CaseAddress; detail: CaseDetail }) {
  const flows = useFlows(address.caseId);
  const total = useFlowTotal(address.caseId).data ?? 0;
  const [order, setOrder] = useState<FlowOrder>({ column: 'id', descending: false });
  const [text, setText] = useState('');
  const [active, setActive] = useState<number | null>(null);
  const list = useRef<ScaledListHandle>(null);
  const shown = useMemo(() => sortedFlows(matchingFlows(flows.data ?? [], text), order), [flows.data, text, order]);

  const pointsOf = useMemo(() => pointsOfConversations(flows.data ?? []), [flows.data]);

  if (flows.isError && flows.data === undefined) {
    return <Failed what="The flows cannot be listed" error={flows.error} retry={() => void flows.refetch()} />;
  }
  if (flows.data === undefined) return <Loading what="Following the conversations" />;
  if (flows.data.length === 0) {
    return (
      <Notice icon="flows" title="No flows">
        {detail.packets === 0 ? 'This case has no packets.' : 'None of its packets belongs to a conversation.'}
      </Notice>
    );
  }
  const open = (index: number) => {
    const flow = shown[index];
    if (flow !== undefined) openFlowPackets(flow);
  };
  return (
    <div className={styles.tab}>
      <h1 className="said">Flows of {detail.name}</h1>
      <div className={styles.bar}>
        <input
          id="filter"
          className={styles.search}
          aria-label="Find flows"
          placeholder="Address, port, protocol, point, state …"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => (event.key === 'Enter' || event.key === 'Escape') && list.current?.focus()}
        />
        <span className={styles.count} aria-live="polite">
          {text === ''
            ? plural(shown.length, 'flow')
            : `${countText(shown.length)} of ${plural(flows.data.length, 'flow')}`}
          {total > flows.data.length && `, those with the most packets of ${countText(total)}`}
        </span>
      </div>
      <Joined caseId={address.caseId} />
      <div className={styles.list}>
        {shown.length === 0 ? (
          <Notice icon="search" title={`No flow has “${text}”`} />
        ) : (
          <ScaledList
            id="flow"
            label="Flows"
            rowCount={shown.length}
            rowHeight={44}
            columnCount={columns.length + 1}
            header={<Header order={order} onOrder={setOrder} />}
            headerHeight={34}
            activeRow={active}
            onActivate={setActive}
            onOpen={open}
            handle={list}
            renderRow={(index) => {
              const flow = shown[index];
              return (
                flow && (
                  <FlowLine
                    key={flow.id}
                    flow={flow}
                    points={flow.conversation === null ? 1 : (pointsOf.get(flow.conversation) ?? 1)}
                    index={index}
                    active={index === active}
                    canExplain={detail.hasNodeState}
                    onSelect={setActive}
                  />
                )
              );
            }}
          />
        )}
      </div>
    </div>
  );
}
