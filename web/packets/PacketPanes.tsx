// The chosen packet: its tree and its bytes, tied both ways.
import { useState } from 'react';
import { Group, Panel } from 'react-resizable-panels';
import type { CaseDetail, FieldNode, PacketDetail } from '../../api/schemas.ts';
import { api } from '../sources/client.ts';
import { useDeep, useInfo, usePacket } from '../sources/queries.ts';
import { patchCase } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { Failed, Loading, Notice } from '../ui/Notice.tsx';
import { Divider, Pane } from '../ui/Panes.tsx';
import { countText, plural } from '../ui/quantities.ts';
import { BytesPane } from './BytesPane.tsx';
import { Comments } from './Comments.tsx';
import { DecodeAsDialog } from './DecodeAsDialog.tsx';
import { DeepBanner } from './DeepBanner.tsx';
import { FieldTree } from './FieldTree.tsx';
import { type FieldRow, fieldRows, fieldsAtByte, filterOfField } from './fieldTree.ts';
import { useOpenFields } from './openFields.ts';
import styles from './PacketPanes.module.css';
import { SeenAt } from './SeenAt.tsx';
import { StreamDialog } from './StreamDialog.tsx';

function sizeText({ caplen, length, point }: PacketDetail): string {
  const size = caplen === length ? plural(length, 'byte') : `${countText(caplen)} of ${plural(length, 'byte')}`;
  return `${size} on ${point}`;
}

/** The chosen field's name in the filter language; with a value, it applies as a filter. */
function FieldFilter({ node }: { node: FieldNode }) {
  if (node.filter === null) return null;
  const filter = filterOfField(node);
  if (filter === null) return <code>{node.filter}</code>;
  return (
    <Button
      className={`${styles.open} ${styles.filter}`}
      title={`Filter: ${filter}`}
      onClick={() => patchCase({ filter })}
    >
      <Icon name="search" size={13} />
      <span className={styles.at}>{filter}</span>
    </Button>
  );
}

/** Something to do with the packet; where the pane is narrow, its icon alone. */
interface ActionProps {
  icon: IconName;
  name: string;
  title: string;
  disabled?: boolean;
  pressed?: boolean;
  onClick: () => void;
}

function Action({ icon, name, title, disabled = false, pressed, onClick }: ActionProps) {
  return (
    <Button
      className={styles.open}
      title={title}
      aria-label={name}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      <span className={styles.label}>{name}</span>
    </Button>
  );
}

/** The frame, and what was put together from several packets: which of them the bytes pane shows. */
function SourceTabs(props: { packet: PacketDetail; source: number; onPick: (source: number) => void }) {
  const { packet, source, onPick } = props;
  const names = [`Frame (${plural(packet.caplen, 'byte')})`, ...packet.assembled.map(({ name }) => name)];
  return (
    <span className={styles.sources}>
      {names.map((name, i) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: a source is its place
          key={i}
          type="button"
          aria-pressed={i === source}
          className={i === source ? styles.sourceShown : styles.source}
          onClick={() => onPick(i)}
        >
          {name}
        </button>
      ))}
    </span>
  );
}

/** Which of the packet's HTTP messages have a body; the first few. */
function bodiesOf(layers: readonly FieldNode[]): number[] {
  const has = (node: FieldNode, filter: string): boolean =>
    node.filter === filter || node.children.some((child) => has(child, filter));
  const begins = (layer: FieldNode) => has(layer, 'http.request.method') || has(layer, 'http.response.code');
  return layers
    .filter((layer) => layer.filter === 'http' && begins(layer))
    .flatMap((layer, part) => (has(layer, 'http.file_data') ? [part] : []))
    .slice(0, 3);
}

interface PanesProps {
  detail: CaseDetail;
  packet: PacketDetail;
  /** Still the packet before: the chosen one is on its way. */
  stale: boolean;
}

function Panes({ detail, packet, stale }: PanesProps) {
  const canExplain = detail.hasNodeState;
  const [followed, setFollowed] = useState<number | null>(null);
  const info = useInfo();
  const [deepAt, setDeepAt] = useState<number | null>(null);
  const isDeep = deepAt === packet.no;
  const deep = useDeep(detail.id, packet.no, isDeep);
  const layers = isDeep && deep.data !== undefined ? deep.data.layers : packet.layers;
  const [commenting, setCommenting] = useState<number | null>(null);
  const [decoding, setDecoding] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [hovered, setHovered] = useState<FieldNode | null>(null);
  const [asked, setAsked] = useState(0);
  const { openAll } = useOpenFields();
  const rows = fieldRows(layers, () => true);
  const chosenNode = rows.find(({ key }) => key === chosen)?.node ?? null;
  const source = chosenNode === null || chosenNode.length === 0 ? asked : chosenNode.source;
  const assembled = source === 0 ? undefined : packet.assembled[source - 1];
  const here = (node: FieldNode | null) => (node?.source === source ? node : null);
  const pick = (at: number) => {
    const keys = fieldsAtByte(layers, at, source);
    openAll(keys.slice(0, -1));
    setChosen(keys.at(-1) ?? null);
  };
  const show = (next: number) => {
    setChosen(null);
    setAsked(next);
  };
  const { flow } = packet;
  const bodies = bodiesOf(packet.layers);
  const hasPorts = packet.layers.some(({ filter }) => filter === 'tcp' || filter === 'udp');
  const aside = (
    <span className={styles.aside}>
      <span className={styles.size}>{sizeText(packet)}</span>
      <Action
        icon="comment"
        name="Comment"
        title={detail.sample ? 'A sample cannot be changed' : 'Add a comment to this packet; an export has it'}
        disabled={detail.sample || stale}
        onClick={() => setCommenting(packet.no)}
      />
      {info.data?.tshark != null && (
        <Action
          icon="shark"
          name="tshark"
          title={`The tree as tshark ${info.data.tshark} shows it: more protocols, asked for this packet`}
          pressed={isDeep}
          onClick={() => {
            setChosen(null);
            setDeepAt(isDeep ? null : packet.no);
          }}
        />
      )}
      {bodies.map((part, i) => (
        <Action
          key={part}
          icon="download"
          name={bodies.length === 1 ? 'Save body' : `Save body ${i + 1}`}
          title="The body of the HTTP message as a file, unpacked"
          onClick={() => location.assign(api.objectUrl(detail.id, packet.no, part))}
        />
      ))}
      {hasPorts && (
        <Action
          icon="decode"
          name="Decode as …"
          title={detail.sample ? 'A sample cannot be changed' : 'Read this packet’s port as another protocol'}
          disabled={detail.sample}
          onClick={() => setDecoding(true)}
        />
      )}
      {flow !== null && hasPorts && (
        <Action
          icon="flows"
          name="Follow stream"
          title="What the two ends said to each other"
          onClick={() => setFollowed(flow)}
        />
      )}
      {flow !== null && canExplain && (
        <Action
          icon="path"
          name="Open path"
          title="Path of this packet’s flow  p"
          onClick={() => patchCase({ tab: 'path', flow, spec: null, dump: null, outcome: 0 })}
        />
      )}
    </span>
  );
  return (
    <>
      <StreamDialog
        caseId={detail.id}
        flow={followed}
        onClose={() => setFollowed(null)}
        onPacket={(no) => {
          setFollowed(null);
          patchCase({ packet: no });
        }}
      />
      <DecodeAsDialog detail={detail} open={decoding} layers={packet.layers} onClose={() => setDecoding(false)} />
      <Group orientation="horizontal" id="packet-columns">
        <Panel id="tree" defaultSize="52%" minSize="240px">
          <Pane title={`Packet ${packet.no}`} aside={aside} ownScroll>
            <SeenAt packet={packet} />
            {(packet.comments.length > 0 || commenting === packet.no) && (
              <section key={packet.no} className={styles.comments} aria-label="Comments on this packet">
                <Comments
                  caseId={detail.id}
                  of={{ packet: packet.no }}
                  comments={packet.comments}
                  readOnly={detail.sample}
                  adding={commenting === packet.no}
                  onAdding={(adding) => setCommenting(adding ? packet.no : null)}
                />
              </section>
            )}
            {isDeep && <DeepBanner answer={deep} onClose={() => setDeepAt(null)} />}
            {packet.issues.map((issue) => (
              <p key={issue} className={styles.issue}>
                {issue}
              </p>
            ))}
            <div className={styles.fill}>
              <FieldTree
                layers={layers}
                chosen={chosen}
                onChoose={(row: FieldRow) => setChosen(row.key)}
                onHover={setHovered}
              />
            </div>
          </Pane>
        </Panel>
        <Divider label="Width of the tree" />
        <Panel id="bytes" minSize="200px">
          <Pane
            title="Bytes"
            aside={
              <span className={styles.aside}>
                {chosenNode && <FieldFilter node={chosenNode} />}
                {packet.assembled.length > 0 && <SourceTabs packet={packet} source={source} onPick={show} />}
              </span>
            }
            ownScroll
          >
            <div className={styles.fill}>
              <BytesPane
                key={`${packet.no} ${source}`}
                base64={assembled?.bytes ?? packet.bytes}
                chosen={here(chosenNode)}
                hovered={here(hovered)}
                onPick={pick}
              />
            </div>
          </Pane>
        </Panel>
      </Group>
    </>
  );
}

export function PacketPanes({ detail, no }: { detail: CaseDetail; no: number | null }) {
  const packet = usePacket(detail.id, no);
  if (no === null) {
    return (
      <Notice icon="packets" title="No packet chosen">
        Click a row, or press <kbd>j</kbd>.
      </Notice>
    );
  }
  if (packet.isError)
    return <Failed what={`Packet ${no} cannot be shown`} error={packet.error} retry={() => void packet.refetch()} />;
  if (packet.data === undefined) return <Loading what="Reading the packet" />;
  return <Panes detail={detail} packet={packet.data} stale={packet.isPlaceholderData} />;
}
