// Where else the chosen packet was seen: every point in order of time, the time between, and what NAT made of its addresses.
import type { PacketDetail } from '../../api/schemas.ts';
import { patchCase } from '../state/useAddress.ts';
import { offsetText } from '../ui/time.ts';
import styles from './SeenAt.module.css';

export function SeenAt({ packet }: { packet: PacketDetail }) {
  const { seenAt, loss, no } = packet;
  if (seenAt.length < 2 && loss === null) return null;
  return (
    <section className={styles.strip} aria-label="Points that saw this packet">
      {seenAt.length > 1 && (
        <ol className={styles.points}>
          {seenAt.map((seen, i) => {
            const before = seenAt[i - 1];
            const source = before !== undefined && before.source !== seen.source ? seen.source : null;
            const destination =
              before !== undefined && before.destination !== seen.destination ? seen.destination : null;
            return (
              <li key={seen.no}>
                <button
                  type="button"
                  className={styles.point}
                  aria-current={seen.no === no}
                  title={`Packet ${seen.no}: ${seen.source} > ${seen.destination}`}
                  onClick={() => patchCase({ packet: seen.no })}
                >
                  <span className={styles.name}>{seen.point}</span>
                  <span className={styles.time}>{i === 0 ? 'first seen' : `+${offsetText(seen.offsetNs)}`}</span>
                  {source !== null && <span className={styles.nat}>src {source}</span>}
                  {destination !== null && <span className={styles.nat}>dst {destination}</span>}
                </button>
              </li>
            );
          })}
        </ol>
      )}
      {loss !== null && (
        <p className={styles.loss} data-proved={loss.verdict === 'proved'}>
          {loss.text}
        </p>
      )}
    </section>
  );
}
