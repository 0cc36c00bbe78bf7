import type { CaseComments } from '../../api/comments.ts';
import type { CaseDetail, CaseFile } from '../../api/schemas.ts';
import { api } from '../sources/client.ts';
import { useComments } from '../sources/queries.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { bytesText, plural } from '../ui/quantities.ts';
import { CaptureComments } from './CaptureComments.tsx';
import styles from './FilesTab.module.css';
import { pickFiles } from './pickFiles.ts';

function State({ state }: { state: CaseFile['state'] }) {
  if (state === 'ready')
    return (
      <span className={styles.good} role="img" aria-label="ready" title="ready">
        <Icon name="check" />
      </span>
    );
  if (state === 'failed')
    return (
      <span className={styles.bad} role="img" aria-label="failed" title="failed">
        <Icon name="close" />
      </span>
    );
  return <span className={styles.side}>…</span>;
}

interface RowProps {
  caseId: string;
  file: CaseFile;
  readOnly: boolean;
  said: CaseComments['captures'][number] | undefined;
}

function Row({ caseId, file, readOnly, said }: RowProps) {
  const what = file.kind === 'unknown' ? 'not recognised' : (file.format ?? file.kind);
  return (
    <li className={styles.file}>
      <a
        className={styles.name}
        href={api.fileUrl(caseId, file.path)}
        download
        title={`${file.path}: download as it was uploaded`}
      >
        {file.path}
      </a>
      <span className={styles.side}>{what}</span>
      <span className={`${styles.side} ${styles.point}`} title={file.point ?? undefined}>
        {file.packets === null ? '' : plural(file.packets, 'packet')}
        {file.point === null ? '' : ` · ${file.point}`}
      </span>
      <span className={`${styles.side} ${styles.number}`}>{bytesText(file.bytes)}</span>
      <a
        className={styles.download}
        href={api.fileUrl(caseId, file.path)}
        download
        aria-label={`Download ${file.path}`}
        title={file.kind === 'capture' ? 'Download; Wireshark opens it' : 'Download'}
      >
        <Icon name="download" />
      </a>
      <State state={file.state} />
      {said !== undefined && <CaptureComments caseId={caseId} readOnly={readOnly} capture={said} />}
      {file.issues.map((issue) => (
        <p key={issue} className={styles.problem} data-failed={file.state === 'failed'}>
          {issue}
        </p>
      ))}
    </li>
  );
}

const order: CaseFile['kind'][] = ['capture', 'dump', 'archive', 'unknown'];

/** What the case is made of: what each file was recognised as, and what is wrong with it. */
export function FilesTab({ detail }: { detail: CaseDetail }) {
  const comments = useComments(detail.id);
  const files = [...detail.files].sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.path.localeCompare(b.path),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.page} tabIndex={0} aria-label="Files of the case">
      <div className={styles.inner}>
        <header className={styles.head}>
          <div>
            <h1>{plural(files.length, 'file')}</h1>
            <p>{detail.description}</p>
          </div>
          {!detail.sample && (
            <Button onClick={() => pickFiles('files', detail.id)}>
              <Icon name="upload" />
              Add files
            </Button>
          )}
        </header>
        {detail.issues.map((issue) => (
          <p key={issue} className={styles.issues}>
            {issue}
          </p>
        ))}
        <ul className={styles.list}>
          {files.map((file) => (
            <Row
              key={file.path}
              caseId={detail.id}
              file={file}
              readOnly={detail.sample}
              said={comments.data?.captures.find((capture) => capture.file === file.path)}
            />
          ))}
        </ul>
      </div>
    </section>
  );
}
