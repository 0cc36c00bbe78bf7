import { expect, test } from 'vitest';
import type { Explanation } from '../../api/explanation.ts';
import { parseIp } from '../../parsers/core/address.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { toldOf } from './captured-path.ts';

const line = (time: string, went: string) =>
  `[${time}.000000]\t    [NEW] ipv4     2 tcp      6 120 SYN_SENT src=10.244.1.2 dst=10.96.0.1 sport=40000 dport=443 [UNREPLIED] src=${went} dst=10.244.1.2 sport=6443 dport=40000\n`;
const events = (text: string) => readSnapshot([{ path: 'events', text }]).conntrackEvents ?? [];
const ip = (text: string) => {
  const found = parseIp(text);
  if (found === null) throw new Error(text);
  return found;
};
const flow = {
  ipProtocol: 6,
  client: { ip: ip('10.244.1.2'), port: 40_000 },
  server: { ip: ip('10.96.0.1'), port: 443 },
};
const told = (text: string, outcomes: readonly string[], firstMs = 1_795_538_703_500) =>
  toldOf(events(text), flow, firstMs, {
    outcomes: outcomes.map((finalDestination) => ({ finalDestination })),
  } as unknown as Explanation);

test('which of several outcomes it was', () => {
  expect(told(line('1795538703', '10.244.1.7'), ['10.244.1.6:6443', '10.244.1.7:6443'])).toEqual({
    text: 'Conntrack told of this connection as it began (events:1): the destination 10.96.0.1:443 became 10.244.1.7:6443. That is outcome 2 of 2.',
    agrees: true,
    outcome: 1,
  });
});

test('an outcome that the rules do not have is said', () => {
  expect(told(line('1795538703', '10.244.1.9'), ['10.244.1.6:6443'])).toMatchObject({
    agrees: false,
    outcome: null,
    text: expect.stringContaining('The rules of this snapshot say 10.244.1.6:6443: others were in force'),
  });
});

test('a connection of the same addresses at another time is another one', () => {
  const both = line('1795538600', '10.244.1.9') + line('1795538703', '10.244.1.6');
  expect(told(both, ['10.244.1.6:6443'])).toMatchObject({ agrees: true, outcome: null });
  expect(told(line('1795538600', '10.244.1.9'), ['10.244.1.6:6443'])).toBeNull();
});
