import { useCases, useInfo } from '../sources/queries.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Failed, Loading } from '../ui/Notice.tsx';
import { bytesText } from '../ui/quantities.ts';
import { CaseCard } from './CaseCard.tsx';
import styles from './Library.module.css';
import { pickFiles } from './pickFiles.ts';

function Invitation() {
  const info = useInfo().data;
  return (
    <section className={styles.drop} aria-label="Open files">
      <span className={styles.dropIcon}>
        <Icon name="upload" size={26} />
      </span>
      <div className={styles.dropText}>
        <h1>Drop captures and dumps of one incident</h1>
        <p>
          pcap and pcapng from any number of points, iptables-save, nft, ip, ipvsadm, ipset, conntrack, ss; gz, zst and
          tar too. Recognised by content. Nothing leaves {info === undefined ? 'the server' : 'this server'}
          {info !== undefined && `; it has ${bytesText(info.freeBytes)} free`}.
        </p>
      </div>
      <div className={styles.buttons}>
        <Button look="primary" onClick={() => pickFiles('files')}>
          Choose files
        </Button>
        <Button onClick={() => pickFiles('folder')}>Choose a folder</Button>
      </div>
    </section>
  );
}

/** The case the tool was made for, told first. */
const seed = 'ipvs-nft.seed-clash';

/** Home: the cases of the person, then the samples that come with the tool. */
export function Library() {
  const cases = useCases();
  if (cases.isError && cases.data === undefined) {
    return <Failed what="The captures cannot be listed" error={cases.error} retry={() => void cases.refetch()} />;
  }
  if (cases.data === undefined) return <Loading what="Looking for captures" />;
  const own = cases.data.filter(({ sample }) => !sample);
  const samples = cases.data
    .filter(({ sample }) => sample)
    .sort((a, b) => Number(b.id === seed) - Number(a.id === seed));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.page} tabIndex={0} aria-label="Library">
      <div className={styles.inner}>
        <Invitation />
        <section className={styles.section}>
          <h2>
            Your captures <span>{own.length > 0 && own.length}</span>
          </h2>
          {own.length === 0 ? (
            <p className={styles.empty}>None yet. Drop files anywhere on this page, or open a sample below.</p>
          ) : (
            <ul className={styles.list}>
              {own.map((entry) => (
                <CaseCard key={entry.id} entry={entry} />
              ))}
            </ul>
          )}
        </section>
        {samples.length > 0 && (
          <section className={styles.section}>
            <h2>
              Samples <span>real incidents, reproduced and captured</span>
            </h2>
            <ul className={styles.samples}>
              {samples.map((entry) => (
                <CaseCard key={entry.id} entry={entry} />
              ))}
            </ul>
          </section>
        )}
      </div>
    </section>
  );
}
