import { expect, it } from 'vitest';
import type { FieldNode } from '../../api/schemas.ts';
import { likelyPort, portsOf, readAsDefault, rowOf, ruleOf } from './decodeAsRows.ts';

const node = (filter: string, value: string | null, children: FieldNode[] = []): FieldNode => ({
  filter,
  label: filter,
  value,
  source: 0,
  offset: 0,
  length: 0,
  generated: false,
  severity: null,
  children,
});
const layer = (transport: string, from: string, to: string) =>
  node(transport, null, [node(`${transport}.srcport`, from), node(`${transport}.dstport`, to)]);
const choices = {
  tcp: { protocols: ['http'], ports: { 80: 'http', 8080: 'http' } },
  udp: { protocols: ['dns'], ports: { 53: 'dns' } },
};

it('reads and writes the words of the server', () => {
  for (const rule of ['tcp.port==8888,http', 'udp.port==5300-5310,dns']) expect(ruleOf(rowOf(rule))).toBe(rule);
  expect(ruleOf({ transport: 'tcp', ports: ' 80 ', protocol: 'tls' })).toBe('tcp.port==80,tls');
});

it('takes the ports of the innermost header', () => {
  expect(portsOf([layer('udp', '50000', '4789'), layer('tcp', '40000', '81')])).toEqual({
    transport: 'tcp',
    source: '40000',
    destination: '81',
  });
  expect(portsOf([node('arp', null)])).toBeNull();
});

it('speaks of the port that means something, else of the lower', () => {
  expect(likelyPort({ transport: 'tcp', source: '7000', destination: '8080' }, choices)).toBe('8080');
  expect(likelyPort({ transport: 'tcp', source: '40000', destination: '7000' }, choices)).toBe('7000');
});

it('names what is read without a rule', () => {
  expect(readAsDefault(rowOf('udp.port==53,quic'), choices)).toBe('dns');
  expect(readAsDefault(rowOf('udp.port==54,quic'), choices)).toBe('–');
});
