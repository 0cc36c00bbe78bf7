import { useEffect } from 'react';
import { useMessages } from '../state/messages.ts';
import { overallProgress, type Upload, useUploads } from '../state/uploads.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { bytesText, plural } from '../ui/quantities.ts';
import styles from './UploadTray.module.css';

/** What went well goes by itself; a problem stays until it was read. */
const closeAfterMs = 8_000;

function Progress({ share, label, whole = false }: { share: number; label: string; whole?: boolean }) {
  const percent = Math.round(share * 100);
  return (
    <div
      className={whole ? `${styles.track} ${styles.whole}` : styles.track}
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <div className={styles.fill} style={{ width: `${percent}%` }} />
    </div>
  );
}

function stateText({ state, bytes, sent, recognised }: Upload): string {
  if (state === 'waiting') return bytesText(bytes);
  if (state === 'sending') return `${bytesText(sent)} of ${bytesText(bytes)}`;
  return state === 'failed' ? 'failed' : (recognised ?? 'received');
}

function Row({ upload }: { upload: Upload }) {
  return (
    <li className={styles.file}>
      <p className={styles.row}>
        <span className={styles.name} title={upload.path}>
          {upload.path}
        </span>
        <span className={styles.state}>{stateText(upload)}</span>
      </p>
      {upload.problem !== null && (
        <p className={styles.problem} data-failed={upload.state === 'failed'}>
          {upload.problem}
        </p>
      )}
      {upload.state === 'sending' && <Progress share={upload.sent / Math.max(1, upload.bytes)} label={upload.path} />}
    </li>
  );
}

/** Uploads, on every screen, until they have gone well or the person closes them; and the one line a failed action says. */
export function UploadTray() {
  const { list, clear } = useUploads();
  const { text, close } = useMessages();
  const settled = list.length > 0 && list.every(({ state, problem }) => state === 'done' && problem === null);
  useEffect(() => {
    if (!settled) return;
    const timer = window.setTimeout(clear, closeAfterMs);
    return () => window.clearTimeout(timer);
  }, [settled, clear]);

  if (text !== null) {
    return (
      <aside className={styles.tray} role="alert">
        <p className={styles.message}>
          {text}
          <Button look="quiet" square aria-label="Close" onClick={close}>
            <Icon name="close" />
          </Button>
        </p>
      </aside>
    );
  }
  if (list.length === 0) return null;
  const running = list.filter(({ state }) => state === 'waiting' || state === 'sending').length;
  const failed = list.filter(({ state }) => state === 'failed').length;
  const title =
    running > 0
      ? `Receiving ${plural(list.length, 'file')} · ${Math.round(overallProgress(list) * 100)} %`
      : `${plural(list.length - failed, 'file')} received${failed > 0 ? `, ${failed} failed` : ''}`;
  return (
    <aside className={styles.tray} aria-label="Uploads">
      <header className={styles.head}>
        <span aria-live="polite">{title}</span>
        <Button look="quiet" square aria-label="Close" disabled={running > 0} onClick={clear}>
          <Icon name="close" />
        </Button>
      </header>
      {running > 0 && <Progress whole share={overallProgress(list)} label="All files" />}
      <ul className={styles.list}>
        {list.map((upload) => (
          <Row key={upload.id} upload={upload} />
        ))}
      </ul>
    </aside>
  );
}
