// Tells when the node's rules changed, so that a capture can take another snapshot: `nft monitor` sees nftables and iptables-nft, and
// conntrack tells of entries that were deleted, when asked. Legacy iptables, ipset and IPVS have no events: their dumps are compared every
// few seconds, and less often where they are long.
import { type Running, reasonOf, type System } from '../system/system.ts';
import { fingerprint } from './fingerprint.ts';
import { takeSnapshot } from './snapshot.ts';

/** One burst of changes (kube-proxy writes hundreds of rules) is told once. */
const settleMs = 1000;
/** Between two looks at what has no events, and at least so many times as long as a look takes. */
const lookMs = 5000;
const lookShare = 20;
const withoutEvents = /^(?:ip6?tables-legacy-save|ipset-save|ipvsadm-Sn)$/;

interface Monitor {
  readonly program: string;
  readonly args: readonly string[];
  readonly what: string;
}

const monitors: readonly Monitor[] = [{ program: 'nft', args: ['monitor', 'rules'], what: 'the rules changed' }];
const conntrackMonitor: Monitor = {
  program: 'conntrack',
  args: ['-E', '-e', 'DESTROY'],
  what: 'connections were forgotten',
};

/** Calls back with what changed, at most once a second; the returned function ends the watching. */
export function watchRules(
  system: System,
  onChange: (what: string) => void,
  options: { readonly conntrack?: boolean } = {},
): () => void {
  const running: Running[] = [];
  let ended = false;
  let telling = false;
  const tell = (what: string) => {
    if (telling || ended) return;
    telling = true;
    void system.clock.delay(settleMs).then(() => {
      telling = false;
      if (!ended) onChange(what);
    });
  };
  const begin = async ({ program, args, what }: Monitor) => {
    const found = await system.programs.find(program);
    if (found === null || ended) return;
    running.push(system.programs.start(found, args, { onOutput: () => tell(what), onError: () => undefined }));
  };
  for (const monitor of options.conntrack === true ? [...monitors, conntrackMonitor] : monitors) void begin(monitor);
  const stopLooking = lookAgain(system, () => tell('the rules changed'));
  return () => {
    ended = true;
    stopLooking();
    for (const r of running) r.signal('SIGTERM');
  };
}

/** Compares the dumps of what has no events, again and again. */
function lookAgain(system: System, onChange: () => void): () => void {
  const { clock } = system;
  let known: string | null = null;
  let notBeforeMs = 0;
  let looking = false;
  const look = async () => {
    const startMs = clock.monotonicMs();
    if (looking || startMs < notBeforeMs) return;
    looking = true;
    try {
      const { files } = await takeSnapshot(system, { only: withoutEvents });
      const found = await fingerprint(files);
      if (known !== null && known !== found) onChange();
      known = found;
    } catch (error) {
      system.terminal.error(`vethscope: a look at the rules failed: ${reasonOf(error)}\n`);
    } finally {
      looking = false;
      notBeforeMs = clock.monotonicMs() + lookShare * (clock.monotonicMs() - startMs);
    }
  };
  void look();
  return clock.every(lookMs, () => void look());
}
