// A capture in the top bar of its case: how fast, what the kernel dropped, how long still, Stop; after it, why it ended.
import { Popover } from '@base-ui/react/popover';
import { useEffect, useState } from 'react';
import type { CaptureStatus } from '../../api/live.ts';
import type { CaseDetail } from '../../api/schemas.ts';
import { NatPairs } from '../flows/Joined.tsx';
import { api } from '../sources/client.ts';
import { stopCapture, useCaptureStatus } from '../sources/pods.ts';
import { useCase, useJoined } from '../sources/queries.ts';
import { useMessages } from '../state/messages.ts';
import buttons from '../ui/Button.module.css';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { bytesText, countText, plural } from '../ui/quantities.ts';
import styles from './LiveBar.module.css';
import { dropsOf, leftText, pillText, pillTone } from './liveText.ts';

function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [ticking]);
  return now;
}

function Points({ status }: { status: CaptureStatus }) {
  return (
    <table className={styles.points}>
      <thead>
        <tr>
          {['Point', 'Packets', 'Bytes', 'Dropped'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {status.points.map((point) => (
          <tr key={`${point.id} ${point.label}`}>
            <th scope="row">
              {point.label}
              {point.state !== 'running' && <em data-failed={point.state === 'failed'}>{point.state}</em>}
              {point.error !== null && <p className={styles.bad}>{point.error}</p>}
              <code>{point.filter === '' ? 'everything' : point.filter}</code>
            </th>
            <td>{countText(point.packets)}</td>
            <td>{bytesText(point.bytes)}</td>
            <td className={(point.kernelDrops ?? 0) > 0 ? styles.bad : undefined}>
              {point.kernelDrops === null ? 'unknown' : countText(point.kernelDrops)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the node rewrote so far, as the points show it. */
function Nat({ caseId }: { caseId: string }) {
  const joined = useJoined(caseId).data;
  if (joined === undefined || joined.nat.length === 0) return null;
  return (
    <section className={styles.nat}>
      <h3>NAT seen</h3>
      <NatPairs nat={joined.nat} />
    </section>
  );
}

function Pill({ status }: { status: CaptureStatus }) {
  const drops = dropsOf(status);
  return (
    <Popover.Root>
      <Popover.Trigger className={styles.pill} data-tone={pillTone(status)} title="Each point of the capture">
        <span className={styles.dot} data-live={status.state === 'running'} />
        {pillText(status)}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className={styles.layer} side="bottom" align="end" sideOffset={8}>
          <Popover.Popup className={styles.popup}>
            <Popover.Title className={styles.title}>
              {plural(status.packets, 'packet')}, {bytesText(status.bytes)} from {plural(status.points.length, 'point')}
            </Popover.Title>
            <Points status={status} />
            <Nat caseId={status.caseId} />
            {drops.lost > 0 && (
              <p className={styles.hint}>
                The kernel dropped packets before they could be read. A narrower filter or a shorter part of each packet
                helps.
              </p>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Stop({ status }: { status: CaptureStatus }) {
  const [busy, setBusy] = useState(false);
  const stop = async () => {
    setBusy(true);
    try {
      await stopCapture(status.caseId);
    } catch (error) {
      useMessages.getState().say(error instanceof Error ? error.message : 'The capture could not be stopped.');
    }
    setBusy(false);
  };
  return (
    <Button disabled={busy || status.state === 'stopping'} onClick={() => void stop()}>
      <Icon name="stop" size={14} />
      {status.state === 'stopping' ? 'Stopping …' : 'Stop'}
    </Button>
  );
}

/** The capture as the file it is; the biggest where there are several, the others are in Files. */
function Download({ detail }: { detail: CaseDetail }) {
  const [first] = detail.files
    .filter(({ kind }) => kind === 'capture')
    .sort((a, b) => (b.packets ?? 0) - (a.packets ?? 0));
  if (first === undefined) return null;
  return (
    <a
      className={`${buttons.button} ${styles.download}`}
      href={api.fileUrl(detail.id, first.path)}
      download
      aria-label={`Open in Wireshark: download ${first.path}`}
      title={`Download ${first.path}; Wireshark opens it`}
    >
      <Icon name="download" />
      <span className={styles.words}>Open in Wireshark</span>
    </a>
  );
}

export function LiveBar({ caseId }: { caseId: string }) {
  const status = useCaptureStatus(caseId);
  const detail = useCase(caseId).data;
  const active = status !== null && status.state !== 'ended';
  const now = useNow(active);
  return (
    <>
      {status !== null && (
        <>
          <span className={styles.left}>{leftText(status, now)}</span>
          <Pill status={status} />
          {active && <Stop status={status} />}
        </>
      )}
      {detail !== undefined && <Download detail={detail} />}
    </>
  );
}
