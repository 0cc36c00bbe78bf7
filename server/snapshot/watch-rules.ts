// Tells when the node's rules changed, so that a capture can take another snapshot: `nft monitor` sees nftables and iptables-nft, and
// conntrack tells of entries that were deleted, when asked. Legacy iptables has no events; then nothing is told.
import type { Running, System } from '../system/system.ts';

/** One burst of changes (kube-proxy writes hundreds of rules) is told once. */
const settleMs = 1000;

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
  return () => {
    ended = true;
    for (const r of running) r.signal('SIGTERM');
  };
}
