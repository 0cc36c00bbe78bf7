import { Popover } from '@base-ui/react/popover';
import type { PodList } from '../../api/live.ts';
import { usePods } from '../sources/pods.ts';
import { useInfo } from '../sources/queries.ts';
import { useCaptureDraft } from '../state/captureDraft.ts';
import { Badge } from '../ui/Chip.tsx';
import { Icon } from '../ui/Icon.tsx';
import { bytesText, plural } from '../ui/quantities.ts';
import styles from './PodsCrumbs.module.css';
import { sourceNames, sourcesText } from './podText.ts';

function Sources({ list }: { list: PodList }) {
  const disagreements = list.pods.flatMap((pod) => pod.disagreements.map((text) => ({ pod: pod.id, text })));
  return (
    <Popover.Root>
      <Popover.Trigger className={styles.sources} title={`${sourcesText(list)}. Click for each source.`}>
        <span className={styles.cut}>{sourcesText(list)}</span>
        {disagreements.length > 0 && (
          <span className={styles.disagree}>{plural(disagreements.length, 'disagreement')}</span>
        )}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className={styles.layer} side="bottom" align="start" sideOffset={8}>
          <Popover.Popup className={styles.popup}>
            <Popover.Title className={styles.title}>Who was asked for the pods</Popover.Title>
            <ul className={styles.list}>
              {list.sources.map(({ source, ok, pods, detail }) => (
                <li key={source} data-ok={ok}>
                  <span role="img" aria-label={ok ? 'answered' : 'did not answer'}>
                    <Icon name={ok ? 'check' : 'close'} size={14} />
                  </span>
                  <div>
                    <b>{sourceNames[source]}</b> {ok && plural(pods, 'pod')}
                    <p>{detail}</p>
                  </div>
                </li>
              ))}
            </ul>
            {disagreements.map(({ pod, text }) => (
              <p key={`${pod} ${text}`} className={styles.warn}>
                <b>{pod}</b> {text}
              </p>
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

export function PodsCrumbs() {
  const list = usePods().data;
  return (
    <>
      <span className={styles.where}>
        <b>Pods</b>
        {list !== undefined && list.node !== '' && ` on ${list.node}`}
      </span>
      {list !== undefined && list.sources.length > 0 && <Sources list={list} />}
    </>
  );
}

/** Room for what will be captured, and what is never touched. */
export function DiskBadge() {
  const info = useInfo().data;
  const keeps = useCaptureDraft(({ draft }) => draft.keepFreeBytes);
  if (info === undefined) return null;
  return (
    <span className={styles.disk} title={`Captures go to ${info.dataDir}`}>
      <Badge tone={info.freeBytes < keeps * 2 ? 'warn' : 'neutral'}>
        disk {bytesText(info.freeBytes)} free · keeps {bytesText(keeps)}
      </Badge>
    </span>
  );
}
