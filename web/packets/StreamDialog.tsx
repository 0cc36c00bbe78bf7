// "Follow stream": what the two ends said to each other, in order, each side in its colour.
import { useState } from 'react';
import type { FollowedStream, StreamChunk } from '../../api/streams.ts';
import { api } from '../sources/client.ts';
import { useStream } from '../sources/queries.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog, DialogTitle } from '../ui/Dialog.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Failed, Loading, Notice } from '../ui/Notice.tsx';
import { plural } from '../ui/quantities.ts';
import styles from './StreamDialog.module.css';
import { offsetsOf, type StreamForm, textOfChunk } from './streamText.ts';

const forms: { form: StreamForm; name: string }[] = [
  { form: 'text', name: 'Text' },
  { form: 'hex', name: 'Hex dump' },
  { form: 'raw', name: 'Raw' },
];
const sides = [
  { side: 'both', name: 'Both' },
  { side: 'client', name: 'Client' },
  { side: 'server', name: 'Server' },
] as const;
type Side = (typeof sides)[number]['side'];

interface Props {
  caseId: string;
  flow: number | null;
  onClose: () => void;
  onPacket: (no: number) => void;
}

function Choice<T extends string>(props: {
  label: string;
  of: readonly { value: T; name: string }[];
  value: T;
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset className={styles.choice} aria-label={props.label}>
      {props.of.map(({ value, name }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.value}
          className={value === props.value ? styles.chosen : styles.choosable}
          onClick={() => props.onChoose(value)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

interface ChunkProps {
  chunk: StreamChunk;
  offset: number;
  form: StreamForm;
  onPacket: (no: number) => void;
}

function Chunk({ chunk, offset, form, onPacket }: ChunkProps) {
  const side = chunk.toServer ? 'client' : 'server';
  if (chunk.missing > 0)
    return (
      <p className={styles.missing}>
        {plural(chunk.missing, 'byte')} of the {side} were not captured
      </p>
    );
  return (
    <div className={chunk.toServer ? styles.client : styles.server}>
      <button type="button" className={styles.no} title={`Open packet ${chunk.no}`} onClick={() => onPacket(chunk.no)}>
        {chunk.no}
      </button>
      <pre className={styles.text}>{textOfChunk(chunk, form, offset)}</pre>
    </div>
  );
}

interface StreamProps {
  stream: FollowedStream;
  /** Where the bytes of a side, or of both, are fetched as they are. */
  rawUrl: (side: Side) => string;
  onPacket: (no: number) => void;
}

function Stream({ stream, rawUrl, onPacket }: StreamProps) {
  const [form, setForm] = useState<StreamForm>('text');
  const [side, setSide] = useState<Side>('both');
  const offsets = offsetsOf(stream.chunks);
  const shown = stream.chunks
    .map((chunk, i) => ({ chunk, offset: offsets[i] ?? 0 }))
    .filter(({ chunk }) => side === 'both' || (side === 'client') === chunk.toServer);
  return (
    <>
      <div className={styles.bar}>
        <Choice label="Form" of={forms.map((f) => ({ value: f.form, name: f.name }))} value={form} onChoose={setForm} />
        <Choice label="Side" of={sides.map((s) => ({ value: s.side, name: s.name }))} value={side} onChoose={setSide} />
        {stream.chunks.length > 0 && (
          <a className={styles.save} href={rawUrl(side)} download title="The bytes as they were sent, whole">
            Save bytes
          </a>
        )}
        <span className={styles.counts}>
          <span className={styles.clientName}>
            {stream.client} sent {plural(stream.bytesToServer, 'byte')}
          </span>
          <span className={styles.serverName}>
            {stream.server} sent {plural(stream.bytesToClient, 'byte')}
          </span>
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={styles.chunks} tabIndex={0} aria-label="Bytes of the conversation">
        {shown.length === 0 && (
          <Notice icon="packets" title="Nothing was sent">
            {side === 'both' ? 'No packet of this conversation carries data.' : `The ${side} sent no data.`}
          </Notice>
        )}
        {shown.map(({ chunk, offset }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a chunk is its place
          <Chunk key={i} chunk={chunk} offset={offset} form={form} onPacket={onPacket} />
        ))}
        {stream.waiting > 0 && (
          <p className={styles.missing}>
            {plural(stream.waiting, 'byte')} stand behind a gap that was never filled, and are not shown.
          </p>
        )}
        {!stream.whole && (
          <p className={styles.missing}>
            The conversation goes on; <code>vethscope follow</code> prints all of it.
          </p>
        )}
      </section>
    </>
  );
}

export function StreamDialog({ caseId, flow, onClose, onPacket }: Props) {
  const stream = useStream(caseId, flow);
  return (
    <Dialog open={flow !== null} onClose={onClose} className={styles.popup}>
      <header className={styles.head}>
        <DialogTitle className={styles.title}>
          {stream.data === undefined
            ? 'Stream'
            : `${stream.data.protocol} stream ${stream.data.client} → ${stream.data.server}`}
        </DialogTitle>
        <Button onClick={onClose} aria-label="Close">
          <Icon name="close" />
        </Button>
      </header>
      {stream.isError ? (
        <Failed what="The stream cannot be shown" error={stream.error} retry={() => void stream.refetch()} />
      ) : stream.data === undefined ? (
        <Loading what="Putting the stream together" />
      ) : (
        <Stream stream={stream.data} rawUrl={(side) => api.streamUrl(caseId, flow ?? 0, side)} onPacket={onPacket} />
      )}
    </Dialog>
  );
}
