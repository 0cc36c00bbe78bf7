// What the points of a case say together: the rewrites that were seen, and packets that stopped on the way.
import type { JoinedConversation, SeenNat } from '../../api/joined.ts';
import { useJoined } from '../sources/queries.ts';
import { patchCase } from '../state/useAddress.ts';
import { countText, plural } from '../ui/quantities.ts';
import styles from './Joined.module.css';

const pairsShown = 12;
const lossesShown = 6;

const open = (packet: number) => patchCase({ tab: 'packets', filter: '', packet });

function Losses({ conversations }: { conversations: readonly JoinedConversation[] }) {
  const losses = conversations.flatMap(({ protocol, points, losses: own }) =>
    own.map((loss) => ({ loss, name: `${protocol} ${points[0]?.client ?? ''} > ${points[0]?.server ?? ''}` })),
  );
  if (losses.length === 0) return null;
  return (
    <section className={styles.part}>
      <h2>Stopped on the way</h2>
      <ul className={styles.losses}>
        {losses.slice(0, lossesShown).map(({ loss, name }) => (
          <li key={`${name} ${loss.text}`} data-proved={loss.verdict === 'proved'}>
            <code>{name}</code> {loss.text}{' '}
            {loss.examples.map((no) => (
              <button key={no} type="button" className={styles.packet} onClick={() => open(no)}>
                {countText(no)}
              </button>
            ))}
          </li>
        ))}
      </ul>
      {losses.length > lossesShown && <p className={styles.more}>and {countText(losses.length - lossesShown)} more</p>}
    </section>
  );
}

/** Rewrites as buttons that open the first packet of each. */
export function NatPairs({ nat }: { nat: readonly SeenNat[] }) {
  return (
    <>
      <ul className={styles.pairs}>
        {nat.slice(0, pairsShown).map((pair) => (
          <li key={`${pair.protocol} ${pair.what} ${pair.before} ${pair.after}`}>
            <button
              type="button"
              className={styles.pair}
              title={`${pair.from === pair.to ? `At ${pair.from}` : `Between ${pair.from} and ${pair.to}`}; first in packet ${pair.firstPacket}`}
              onClick={() => open(pair.firstPacket)}
            >
              <span className={styles.what}>
                {pair.protocol} {pair.what === 'destination' ? 'dst' : 'src'}
              </span>
              <code>
                {pair.before} → {pair.after}
              </code>
              <span className={styles.what}>
                {plural(pair.packets, 'packet')}, {plural(pair.connections, 'connection')}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {nat.length > pairsShown && <p className={styles.more}>and {countText(nat.length - pairsShown)} more</p>}
    </>
  );
}

export function Joined({ caseId }: { caseId: string }) {
  const joined = useJoined(caseId).data;
  if (joined === undefined) return null;
  const { nat, conversations, forgotten, natIsCut } = joined;
  if (forgotten === 0 && nat.length === 0 && conversations.every(({ losses }) => losses.length === 0)) return null;
  return (
    <div className={styles.joined}>
      {nat.length > 0 && (
        <section className={styles.part}>
          <h2>NAT seen{joined.settled ? '' : ' so far'}</h2>
          <NatPairs nat={nat} />
          {natIsCut && <p className={styles.more}>More addresses were rewritten than are kept.</p>}
        </section>
      )}
      <Losses conversations={conversations} />
      {forgotten > 0 && (
        <p className={styles.more}>
          The {plural(forgotten, 'oldest conversation')} could not be compared between points: there are too many.
        </p>
      )}
    </div>
  );
}
