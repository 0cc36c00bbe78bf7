// The whole page takes files. Over an open case of the person's own there are two places to let go: a new case, or this one.
import { type DragEvent, type ReactNode, useState } from 'react';
import { useCase } from '../sources/queries.ts';
import { useAddress } from '../state/useAddress.ts';
import { Icon } from '../ui/Icon.tsx';
import styles from './DropTarget.module.css';
import { droppedFiles } from './droppedFiles.ts';
import { receiveFiles } from './receive.ts';

interface ZoneProps {
  title: string;
  children: ReactNode;
  onDrop: (data: DataTransfer) => void;
}

function Zone({ title, children, onDrop }: ZoneProps) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    onDrop(event.dataTransfer);
  };
  return (
    <section
      aria-label={title}
      className={styles.zone}
      data-over={over}
      onDragEnter={() => setOver(true)}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon name="upload" size={32} />
      <strong>{title}</strong>
      <span>{children}</span>
    </section>
  );
}

function ThisCaseZone({ caseId, onDrop }: { caseId: string; onDrop: (data: DataTransfer) => void }) {
  const detail = useCase(caseId).data;
  if (detail === undefined || detail.sample) return null;
  return (
    <Zone title={`Add to ${detail.name}`} onDrop={onDrop}>
      More captures, or the node’s dumps
    </Zone>
  );
}

export function DropTarget({ children }: { children: ReactNode }) {
  const [dragging, setDragging] = useState(false);
  const address = useAddress();
  const caseId = address.screen === 'case' ? address.caseId : null;
  const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const take = (into: string | null) => (data: DataTransfer) => {
    setDragging(false);
    void droppedFiles(data).then((files) => receiveFiles(files, into));
  };
  const onDragOver = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    setDragging(true);
  };
  const onDragLeave = (event: DragEvent) => {
    if (event.relatedTarget === null) setDragging(false);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the file buttons do the same by keyboard
    <div className={styles.page} onDragOver={onDragOver} onDragLeave={onDragLeave} onDrop={() => setDragging(false)}>
      {children}
      {dragging && (
        <div className={styles.overlay}>
          <Zone title="New case" onDrop={take(null)}>
            Captures and dumps of one incident: pcap, pcapng, text, gz, zst, tar
          </Zone>
          {caseId !== null && <ThisCaseZone caseId={caseId} onDrop={take(caseId)} />}
        </div>
      )}
    </div>
  );
}
