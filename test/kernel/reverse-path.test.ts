// Whether a source may come in where it did, on this kernel: rp_filter of `all` and of the device, src_valid_mark, accept_local, sources of the
// node itself by address and by a local route. Each combination is set, one packet sent, and the kernel forwards it or not, as we say.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { ADDRESSES, DEVICES, Network } from './namespaces.ts';
import { missingFor } from './tools.ts';

const lacking = missingFor('the reverse path', ['ip', 'nft', 'iptables-nft', 'sysctl', 'ping']);

/** The way back to it: the device that it comes in by, another one, none; the node itself, by an address and by a local route. */
const SOURCES = {
  'its own way': ADDRESSES.client,
  'another way': '10.77.2.9',
  'no way': '203.0.113.5',
  'an address of the node': ADDRESSES.nodeOutside,
  'a local route': '198.51.100.7',
};
/** Rules mark what comes in by the device; marked packets have a way back there to `another way`. */
const MARKS = ['none', 'set', 'set and src_valid_mark'] as const;

const COUNTER =
  'table inet probe {\n chain c {\n  type filter hook forward priority 0\n  icmp type echo-request counter\n }\n}\n';

let network: Network;
beforeAll(() => {
  if (lacking !== null) return;
  network = new Network();
  network.in('node', 'nft', ['-f', '-'], COUNTER);
  for (const a of Object.values(SOURCES).slice(1))
    network.in('client', 'ip', ['addr', 'add', `${a}/32`, 'dev', 'eth0']);
  network.in('node', 'ip', ['rule', 'add', 'fwmark', '1', 'lookup', '100']);
  network.in('node', 'ip', ['route', 'add', '10.77.2.9/32', 'dev', DEVICES.inside, 'table', '100']);
});
afterAll(() => network?.close());

const counted = () => Number(/packets (\d+)/.exec(network.in('node', 'nft', ['list', 'table', 'inet', 'probe']))?.[1]);

function forwarded(source: string): boolean {
  const before = counted();
  try {
    network.in('client', 'ping', ['-I', source, '-c', '1', '-W', '0.05', '-q', ADDRESSES.server]);
  } catch {
    // an answer is not asked for
  }
  return counted() > before;
}

describe.skipIf(lacking !== null)('a source is checked as the kernel checks it', () => {
  test.each(MARKS)('mark: %s', (mark) => {
    const rule = ['PREROUTING', '-i', DEVICES.inside, '-j', 'MARK', '--set-mark', '1'];
    if (mark !== 'none') network.in('node', 'iptables-nft', ['-t', 'mangle', '-A', ...rule]);
    const locals = mark === 'none' ? [false, true] : [true];
    const wrong: string[] = [];
    let dropped = 0;
    for (const local of locals) {
      // one local route of its own makes the kernel look at all of them, whatever rp_filter says
      if (local) network.in('node', 'ip', ['route', 'replace', 'local', '198.51.100.0/24', 'dev', 'lo']);
      const dumps = network.dumps().filter((d) => d.path !== 'sysctl.txt');
      for (const all of [0, 1, 2])
        for (const own of [0, 1, 2])
          for (const accept of [0, 1]) {
            const settings = {
              'net.ipv4.ip_forward': 1,
              'net.ipv4.conf.all.rp_filter': all,
              [`net.ipv4.conf.${DEVICES.inside}.rp_filter`]: own,
              [`net.ipv4.conf.${DEVICES.inside}.accept_local`]: accept,
              [`net.ipv4.conf.${DEVICES.inside}.src_valid_mark`]: mark === 'set and src_valid_mark' ? 1 : 0,
            };
            const lines = Object.entries(settings).map(([k, v]) => [`${k}=${v}`, `${k} = ${v}\n`] as const);
            network.in('node', 'sysctl', ['-qw', ...lines.map(([set]) => set)]);
            const text = lines.map(([, shown]) => shown).join('');
            const machine = new Machine(readSnapshot([...dumps, { path: 'sysctl.txt', text }]));
            for (const [what, source] of Object.entries(SOURCES)) {
              if (accept === 1 && !/node|local/.test(what)) continue;
              const spec = parsePacketSpec(`icmp ${source} > ${ADDRESSES.server} in ${DEVICES.inside}`);
              const r = spec.ok ? simulate(machine, spec.value) : spec;
              if (!r.ok) throw new Error(r.message);
              const [trace] = r.simulation.traces;
              const kernel = forwarded(source);
              if (!kernel) dropped++;
              if ((trace?.disposition.kind === 'leavesNode') !== kernel)
                wrong.push(
                  `${what}, all=${all} own=${own} accept_local=${accept} local route ${local}: forwarded ${kernel}, we: ${trace?.disposition.reason}`,
                );
            }
          }
    }
    if (mark !== 'none') network.in('node', 'iptables-nft', ['-t', 'mangle', '-D', ...rule]);
    expect(wrong).toEqual([]);
    expect(dropped).toBeGreaterThan(20);
  });
});
