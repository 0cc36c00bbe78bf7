import { useCallback, useEffect, useRef } from 'react';
import { Group, Panel } from 'react-resizable-panels';
import { tinykeys } from 'tinykeys';
import type { CaseDetail } from '../../api/schemas.ts';
import { pickFiles } from '../library/pickFiles.ts';
import { api } from '../sources/client.ts';
import { usePacketCount } from '../sources/queries.ts';
import type { CaseAddress } from '../state/address.ts';
import { useOverlays } from '../state/overlays.ts';
import { patchCase } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Failed, Loading, Notice } from '../ui/Notice.tsx';
import { Divider } from '../ui/Panes.tsx';
import { countText, plural } from '../ui/quantities.ts';
import type { ScaledListHandle } from '../ui/ScaledList.tsx';
import { BadMap } from './BadMap.tsx';
import { DecodeAsBar } from './DecodeAsDialog.tsx';
import { FilterBar } from './FilterBar.tsx';
import { PacketList, rowAt } from './PacketList.tsx';
import { PacketPanes } from './PacketPanes.tsx';
import styles from './PacketsTab.module.css';
import { Timeline } from './Timeline.tsx';
import { useChosenRow } from './useChosenRow.ts';
import { type Following, useFollowed } from './useFollowed.ts';

function NoPackets({ detail }: { detail: CaseDetail }) {
  if (detail.state === 'receiving') return <Loading what="Waiting for the first packets" />;
  const actions = detail.sample ? undefined : (
    <Button onClick={() => pickFiles('files', detail.id)}>Add a capture</Button>
  );
  return (
    <Notice icon="packets" title="This case has no packets" {...(actions === undefined ? {} : { actions })}>
      {detail.hasNodeState
        ? 'It has the node’s state: the path of any packet can be explained.'
        : 'Drop a pcap or pcapng file anywhere.'}
    </Notice>
  );
}

const exportForms = [
  { format: 'pcapng', name: 'pcapng' },
  { format: 'csv', name: 'CSV' },
  { format: 'jsonl', name: 'JSON lines' },
] as const;

interface StatusProps {
  detail: CaseDetail;
  matched: number | null;
  filter: string;
  following: Following;
}

function Status({ detail, matched, filter, following }: StatusProps) {
  const show = useOverlays((state) => state.show);
  return (
    <footer className={styles.status}>
      <span>
        {plural(detail.packets, 'packet')}
        {filter !== '' && matched !== null && ` · ${countText(matched)} matching`}
      </span>
      <span title={detail.points.join('\n')}>{plural(detail.points.length, 'point')}</span>
      {detail.capture?.state === 'ended' && detail.capture.reason !== null && (
        <span title="Why the capture ended">capture ended: {detail.capture.reason}</span>
      )}
      {detail.state === 'receiving' && !following.running && <span>receiving …</span>}
      {following.running && (
        <button
          type="button"
          className={styles.follow}
          aria-pressed={following.on}
          title="Keeps the newest packet in view; scrolling up leaves it, End comes back"
          onClick={() => following.set(!following.on)}
        >
          <Icon name="follow" size={13} />
          {following.on ? 'following the newest' : 'follow the newest'}
        </button>
      )}
      <span className={styles.spring} />
      {detail.packets > 0 && (
        <span>
          {filter === '' ? 'Save all as' : 'Save these as'}{' '}
          {exportForms.map(({ format, name }, i) => (
            <span key={format}>
              {i > 0 && ' · '}
              <a className={styles.save} href={api.exportUrl(detail.id, filter, format)} download>
                {name}
              </a>
            </span>
          ))}
        </span>
      )}
      <button type="button" className={styles.keys} onClick={() => show('keys')}>
        ? keys
      </button>
    </footer>
  );
}

const apply = (filter: string) => patchCase({ filter });

export function PacketsTab({ address, detail }: { address: CaseAddress; detail: CaseDetail }) {
  const { caseId, filter, packet } = address;
  const list = useRef<ScaledListHandle>(null);
  const show = useCallback((row: number) => list.current?.show(row), []);
  const count = usePacketCount(caseId, filter);
  const matched = count.data?.matched ?? null;
  const following = useFollowed(caseId, filter, matched, packet);
  const chosen = useChosenRow(address, matched, show);
  const wantsFocus = useRef(false);
  const attach = useCallback((handle: ScaledListHandle | null) => {
    list.current = handle;
    if (handle === null || !wantsFocus.current) return;
    wantsFocus.current = false;
    handle.focus();
  }, []);
  /** A new filter makes a new list, which has the focus when it comes. */
  const focusList = () => {
    wantsFocus.current = true;
    list.current?.focus();
  };
  const jump = (row: number) => list.current?.show(row);

  useEffect(() => {
    const openPath = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || chosen.row === null || !detail.hasNodeState) return;
      const flow = rowAt(caseId, filter, chosen.row)?.flow ?? null;
      if (flow !== null) patchCase({ tab: 'path', flow, spec: null, dump: null, outcome: 0 });
    };
    return tinykeys(window, { p: openPath });
  }, [caseId, filter, chosen.row, detail.hasNodeState]);

  if (detail.packets === 0) return <NoPackets detail={detail} />;
  return (
    <div className={styles.tab}>
      <h1 className="said">Packets of {detail.name}</h1>
      <FilterBar caseId={caseId} filter={filter} onApply={apply} onLeave={focusList} />
      <DecodeAsBar detail={detail} />
      <Timeline detail={detail} filter={filter} onApply={apply} />
      <Group orientation="vertical" className={styles.panels} id="packet-rows">
        <Panel id="list" defaultSize="60%" minSize="120px">
          {count.isError ? (
            <Failed what="This filter cannot be applied" error={count.error} />
          ) : matched === 0 ? (
            <Notice
              icon="search"
              title="No packet passes this filter"
              actions={<Button onClick={() => apply('')}>Clear the filter</Button>}
            />
          ) : matched === null ? (
            <Loading what="Filtering" />
          ) : (
            <div className={styles.list}>
              <PacketList
                key={filter}
                caseId={caseId}
                filter={filter}
                rowCount={following.rowCount ?? matched}
                firstNs={detail.firstNs}
                activeRow={chosen.row}
                onActivate={chosen.choose}
                onOpen={() => document.querySelector<HTMLElement>('[role="tree"]')?.focus()}
                list={attach}
                follow={following.on}
                onFollow={following.set}
              />
              <BadMap caseId={caseId} filter={filter} rowCount={matched} onJump={jump} />
            </div>
          )}
        </Panel>
        <Divider label="Height of the list" />
        <Panel id="detail" minSize="100px">
          <PacketPanes detail={detail} no={packet} />
        </Panel>
      </Group>
      <Status detail={detail} matched={matched} filter={filter} following={following} />
    </div>
  );
}
