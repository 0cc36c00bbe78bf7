import { Group, Panel } from 'react-resizable-panels';
import type { PodList } from '../../api/live.ts';
import { CapturePanel } from '../capture/CapturePanel.tsx';
import { lacksPrivileges, usePods } from '../sources/pods.ts';
import type { PodsAddress } from '../state/address.ts';
import { patchPods } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { Failed, Loading, Notice } from '../ui/Notice.tsx';
import { Divider } from '../ui/Panes.tsx';
import { useMedia } from '../ui/useMedia.ts';
import { NoPrivileges } from './NoPrivileges.tsx';
import { PodBar } from './PodBar.tsx';
import styles from './PodsScreen.module.css';
import { PodTable } from './PodTable.tsx';
import { matchingPods } from './podText.ts';

function NoPods({ list, address }: { list: PodList; address: PodsAddress }) {
  if (list.pods.length > 0) {
    return (
      <Notice
        icon="search"
        title="No pod is like that"
        actions={
          <Button onClick={() => patchPods({ search: '', namespace: null, hostPortsOnly: false })}>Show all</Button>
        }
      >
        {address.search !== '' ? `Nothing has “${address.search}” in it.` : 'The filters leave none over.'}
      </Notice>
    );
  }
  return (
    <Notice icon="pods" title="No pods on this node">
      <p>They appear here by themselves. What was asked, and what it said:</p>
      <ul className={styles.sources}>
        {list.sources.map(({ source, ok, detail }) => (
          <li key={source} data-ok={ok}>
            {detail}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function PodPane({ list, address }: { list: PodList; address: PodsAddress }) {
  const shown = matchingPods(list.pods, address.search, address.namespace, address.hostPortsOnly);
  return (
    <div className={styles.pane}>
      <PodBar list={list} address={address} shown={shown.length} />
      {shown.length === 0 ? (
        <NoPods list={list} address={address} />
      ) : (
        <PodTable pods={shown} findings={list.findings} picked={address.pods} />
      )}
    </div>
  );
}

/** Journey one: the pods of the node, and beside them the capture of those that are picked. */
export function PodsScreen({ address }: { address: PodsAddress }) {
  const pods = usePods();
  const narrow = useMedia('(max-width: 1000px)');
  if (lacksPrivileges(pods.error) && pods.error !== null) return <NoPrivileges message={pods.error.message} />;
  if (pods.isError && pods.data === undefined) {
    return (
      <>
        <h1 className="said">Pods</h1>
        <Failed what="The pods cannot be listed" error={pods.error} retry={() => void pods.refetch()} />
      </>
    );
  }
  if (pods.data === undefined) return <Loading what="Asking the node for its pods" />;
  const list = pods.data;
  const picked = address.pods.flatMap((id) => list.pods.find((pod) => pod.id === id) ?? []);
  const gone = address.pods.filter((id) => !list.pods.some((pod) => pod.id === id));
  return (
    <>
      <h1 className="said">Pods on {list.node}</h1>
      <Group
        key={narrow ? 'rows' : 'columns'}
        orientation={narrow ? 'vertical' : 'horizontal'}
        id={narrow ? 'pods-rows' : 'pods-columns'}
      >
        <Panel id="pods" minSize={narrow ? '120px' : '420px'}>
          <PodPane list={list} address={address} />
        </Panel>
        <Divider label="Size of the capture panel" />
        <Panel id="capture" defaultSize={narrow ? '58%' : '38.5%'} minSize={narrow ? '160px' : '440px'}>
          <CapturePanel list={list} picked={picked} gone={gone} />
        </Panel>
      </Group>
    </>
  );
}
