import { expect, test } from 'vitest';
import { caseComments } from '../../api/comments.ts';
import { withComments } from '../../parsers/capture/packet-options.ts';
import { PcapngBuilder } from '../../parsers/capture/pcapng-builder.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { runCommandLine } from './command-line.ts';

const capture = (() => {
  const builder = new PcapngBuilder();
  builder.section({ application: 'test', comments: ['of the section'] });
  builder.interface({ linkType: 1, name: 'eth0' });
  for (const comments of [['one', 'two', 'three'], [], ['last']])
    builder.packet(0, 10, 0, new Uint8Array(60), 0, 60, 60, withComments(null, comments));
  return builder.take();
})();
const files = { '/package/package.json': '{"version":"1.2.3"}', 'a.pcapng': capture, 'b.pcapng': capture };

async function run(...args: string[]) {
  const system = scriptedSystem({ files });
  const status = await runCommandLine(['comment', ...args], system);
  const again = async () => {
    const before = system.printed().out.length;
    await runCommandLine(['comment', 'new.pcapng'], system);
    return system.printed().out.slice(before);
  };
  return { status, again, ...system.printed() };
}

test('lists what the capture, its interfaces and its packets say', async () => {
  const { out, status } = await run('a.pcapng');
  expect([status, out]).toEqual([
    0,
    'a.pcapng: of the section\npacket 1: one\npacket 1: two\npacket 1: three\npacket 3: last\n',
  ]);
  const json = caseComments.parse(JSON.parse((await run('a.pcapng', '--json')).out));
  expect(json.packets).toEqual([
    { no: 1, comments: ['one', 'two', 'three'] },
    { no: 3, comments: ['last'] },
  ]);
});

test('adds, changes and deletes into another file; numbers are those of the comments before', async () => {
  const changes = ['-d', '1:1', '-c', '1:3:3rd: new', '-a', '1:fourth', '-a', '2:first', '-d', '3'];
  const more = ['--capture-comment', 'whole', '--interface-comment', '0:of eth0', '-w', 'new.pcapng'];
  const { status, again, error } = await run('a.pcapng', ...changes, ...more);
  expect([status, error]).toEqual([0, '']);
  expect(await again()).toBe(
    'new.pcapng: of the section\nnew.pcapng: whole\nnew.pcapng, eth0: of eth0\n' +
      'packet 1: two\npacket 1: 3rd: new\npacket 1: fourth\npacket 2: first\n',
  );
});

test('says nothing of the capture when it is told so', async () => {
  const { again } = await run('a.pcapng', '--discard-capture-comment', '-d', '1', '-d', '3', '-w', 'new.pcapng');
  expect(await again()).toBe('no comments\n');
});

test('control characters of a comment do not reach the terminal', async () => {
  const { again } = await run('a.pcapng', '-a', '2:\u001b[31mred', '-w', 'new.pcapng');
  expect(await again()).not.toContain('\u001b');
});

test.each([
  [['a.pcapng', '-a', '1:x'], 'say with -w where'],
  [['a.pcapng', '-a', 'x:1', '-w', 'n'], '-a "x:1" is not of the form 12:text'],
  [['a.pcapng', '-d', '1:x', '-w', 'n'], '-d "1:x" is not of the form 12 or 12:1'],
  [['a.pcapng', '-d', '3:2', '-w', 'n'], 'packet 3 has no comment 2; it has 1'],
  [['a.pcapng', '-a', '9:x', '-w', 'n'], 'there is no packet 9'],
  [['a.pcapng', '-a', '1:x', '-w', 'a.pcapng'], 'write to another file'],
  [['a.pcapng', '--interface-comment', '1:x', '-w', 'n'], 'has no interface 1'],
  [['a.pcapng', 'b.pcapng', '--interface-comment', '0:x', '-w', 'n'], 'for a single capture'],
])('%j is refused', async (args, said) => {
  const { status, error } = await run(...args);
  expect([status, error]).toEqual([2, expect.stringContaining(said)]);
});
