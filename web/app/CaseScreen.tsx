import { FindingsTab } from '../findings/FindingsTab.tsx';
import { FlowsTab } from '../flows/FlowsTab.tsx';
import { FilesTab } from '../library/FilesTab.tsx';
import { PacketsTab } from '../packets/PacketsTab.tsx';
import { PathTab } from '../path/PathTab.tsx';
import { useCase } from '../sources/queries.ts';
import type { CaseAddress } from '../state/address.ts';
import { go } from '../state/useAddress.ts';
import { StatisticsTab } from '../statistics/StatisticsTab.tsx';
import { Button } from '../ui/Button.tsx';
import { Failed, Loading } from '../ui/Notice.tsx';
import styles from './CaseScreen.module.css';

export function CaseScreen({ address }: { address: CaseAddress }) {
  const detail = useCase(address.caseId);
  if (detail.isError && detail.data === undefined) {
    return (
      <div className={styles.failed}>
        <h1 className="said">Case {address.caseId}</h1>
        <Failed what="This case cannot be opened" error={detail.error} retry={() => void detail.refetch()} />
        <Button onClick={() => go({ screen: 'library' })}>All captures</Button>
      </div>
    );
  }
  if (detail.data === undefined) return <Loading what="Opening the case" />;
  const { data } = detail;
  switch (address.tab) {
    case 'packets':
      return <PacketsTab address={address} detail={data} />;
    case 'flows':
      return <FlowsTab address={address} detail={data} />;
    case 'path':
      return <PathTab address={address} detail={data} />;
    case 'findings':
      return <FindingsTab address={address} detail={data} />;
    case 'statistics':
      return <StatisticsTab address={address} detail={data} />;
    case 'files':
      return <FilesTab detail={data} />;
  }
}
