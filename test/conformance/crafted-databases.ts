// Redis, PostgreSQL, MySQL, Kafka and SSH by hand: what the recorded programs did not say, and messages cut between segments.
import * as f from './frames.ts';
import { type Turn, talk } from './talk.ts';

type Bytes = readonly number[];

const text = (value: string): Bytes => [...f.ascii(value), 0];
const zeros = (count: number): number[] => new Array<number>(count).fill(0);

export function redisTurns(): Turn[] {
  const line = (value: string): Bytes => f.ascii(value.replaceAll('|', '\r\n'));
  return [
    ['>', line('*1|$4|PING|')],
    ['<', line('+PONG|')],
    ['>', line('*3|$3|SET|$1|a|$3|foo|')],
    ['<', line('-ERR no|')],
    ['<', line(':12|')],
    ['<', line('$-1|')],
    ['<', line('*2|$1|a|:5|')],
    ['>', line('*1|$4|PING|*1|$4|QUIT|')],
    ['<', line('+OK|+OK|')],
    ['>', line('PING|')],
    ['>', line('*2|$3|GET|$30|0123456789')],
    ['>', line('01234567890123456789|')],
    ['<', line('*-1|')],
    ['<', line('*0|')],
    ['<', line('*2|*1|:1|$2|hi|')],
  ];
}

export function postgresTurns(): Turn[][] {
  const message = (type: string, body: Bytes): Bytes => [...f.ascii(type), ...f.u32(body.length + 4), ...body];
  const ssl = message('', f.u32(80_877_103));
  const column = [
    ...text('a'),
    ...f.u32(0),
    ...f.u16(0),
    ...f.u32(23),
    ...f.u16(4),
    ...f.u32(0xffff_ffff),
    ...f.u16(0),
  ];
  const parts = [
    ...message('P', [...text('s'), ...text('select $1'), ...f.u16(0)]),
    ...message('B', [...text(''), ...text('s'), ...f.u16(0), ...f.u16(0), ...f.u16(0)]),
    ...message('S', []),
  ];
  return [
    [
      ['>', ssl],
      ['<', f.ascii('N')],
      ['>', message('', [...f.u32(196_608), ...text('user'), ...text('bob'), 0])],
      ['<', message('R', [...f.u32(5), 1, 2, 3, 4])],
      ['>', message('p', text('md5abc'))],
      ['<', [...message('R', f.u32(0)), ...message('Z', f.ascii('I'))]],
      ['>', parts],
      ['<', [...message('1', []), ...message('2', []), ...message('n', []), ...message('N', [0])]],
      ['<', [...message('T', [...f.u16(1), ...column]), ...message('C', text('SELECT 1'))].slice(0, 20)],
      ['<', [...message('T', [...f.u16(1), ...column]), ...message('C', text('SELECT 1'))].slice(20)],
      ['>', message('X', [])],
    ],
    [['>', message('', [...f.u32(80_877_102), ...f.u32(7), ...f.u32(9)])]],
  ];
}

export function mysqlTurns(): Turn[][] {
  const packet = (number: number, body: Bytes): Bytes => [body.length & 255, body.length >> 8, 0, number, ...body];
  const greeting = [
    ...[10, ...text('8.0.30'), ...f.u32(0x0800_0000), ...f.ascii('abcdefgh'), 0, 0xff, 0xf7, 8, 2, 0, 0xff, 0x81, 21],
    ...[...zeros(10), ...f.ascii('abcdefghijkl'), 0, ...text('mysql_native_password')],
  ];
  const login = [
    ...[0x8d, 0xa6, 0x0f, 0, 0, 0, 0, 1, 33, ...zeros(23), ...text('root'), 20, ...new Array<number>(20).fill(5)],
    ...[...text('db'), ...text('mysql_native_password')],
  ];
  const ok = [0, 0, 0, 2, 0, 0, 0];
  const end = [0xfe, 0, 0, 2, 0];
  const error = [0xff, 0x28, 4, ...f.ascii('#42000bad')];
  const column = [3, ...f.ascii('def'), 0, 0, 0, 1, 49, 0, 12, 63, 0, 1, 0, 0, 0, 8, 0x81, 0, 0, 0, 0];
  const query: Turn = ['>', packet(0, [3, ...f.ascii('select 1')])];
  const columns = [...packet(1, [1]), ...packet(2, column), ...packet(3, end)];
  const start: Turn[] = [
    ['<', packet(0, greeting)],
    ['>', packet(1, login)],
  ];
  return [
    [
      ...start,
      ['<', packet(2, ok)],
      query,
      ['<', packet(1, [1])],
      ['<', packet(2, column)],
      ['<', packet(3, end)],
      ['<', packet(4, [1, 49])],
      ['<', packet(5, end)],
      query,
      ['<', columns],
      ['<', [...packet(4, [1, 49]), ...packet(5, [1, 50])]],
      ['<', [...packet(6, [1, 49]), ...packet(7, end)]],
      ['>', packet(0, [22, ...f.ascii('select ?')])],
      ['<', [...packet(1, [0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]), ...packet(2, column), ...packet(3, end)]],
      ['>', packet(0, [23, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0])],
      ['<', [...columns, ...packet(4, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]), ...packet(5, end)]],
      ['>', packet(0, [2, ...f.ascii('db2')])],
      ['<', packet(1, error)],
      ['>', packet(0, [9])],
      ['<', packet(1, f.ascii('Uptime: 1'))],
      ['>', [...packet(0, [3, ...f.ascii('a')]), ...packet(0, [3, ...f.ascii('b')])]],
      ['<', [...packet(1, ok), ...packet(1, ok)]],
      ['>', packet(0, [14]).slice(0, 3)],
      ['>', packet(0, [14]).slice(3)],
    ],
    [
      ...start,
      ['<', packet(2, [0xfe, ...text('caching_sha2_password'), ...f.ascii('12345678901234567890'), 0])],
      ['>', packet(3, new Array<number>(32).fill(9))],
      ['<', packet(4, [1, 3])],
      ['<', packet(5, ok)],
      query,
      ['<', [...packet(1, [1]), ...packet(2, column), ...packet(3, [1, 49]), ...packet(4, [0xfe, 0, 0, 2, 0, 0, 0])]],
    ],
    [['<', packet(0, [0xff, 0x6a, 4, ...f.ascii('Host not allowed')])]],
    [
      ['<', packet(0, greeting)],
      ['>', packet(1, [0x8d, 0xae, 0x0f, 0, 0, 0, 0, 1, 33, ...zeros(23)])],
      ['>', [21, 3, 3, 0, 2, 2, 40]],
    ],
    [query, ['<', packet(1, ok)]],
  ];
}

export function kafkaTurns(): Turn[][] {
  const name = (value: string): Bytes => [...f.u16(value.length), ...f.ascii(value)];
  const request = (api: number, version: number, id: number, client: string, body: Bytes = []): Bytes => {
    const all = [...f.u16(api), ...f.u16(version), ...f.u32(id), ...name(client), ...body];
    return [...f.u32(all.length), ...all];
  };
  const answer = (id: number, body: Bytes): Bytes => [...f.u32(body.length + 4), ...f.u32(id), ...body];
  const versions = [...f.u16(0), ...f.u32(1), ...f.u16(18), ...f.u16(0), ...f.u16(2)];
  return [
    [
      ['>', request(18, 0, 1, 'rdkafka')],
      ['<', answer(1, versions)],
      ['>', request(3, 1, 2, 'rdkafka', [...f.u32(1), ...name('topic')])],
      ['<', answer(2, [...f.u32(0), ...f.u32(0), ...f.u32(0)]).slice(0, 9)],
      ['<', answer(2, [...f.u32(0), ...f.u32(0), ...f.u32(0)]).slice(9)],
      ['>', [...request(3, 1, 3, 'c', f.u32(0)), ...request(18, 0, 4, 'c')]],
      ['>', request(999, 0, 6, 'x')],
      ['<', answer(77, [])],
    ],
    [['<', answer(1, [])]],
  ];
}

export function sshTurns(): Turn[] {
  const list = (value: string): Bytes => [...f.u32(value.length), ...f.ascii(value)];
  const packet = (body: Bytes): Bytes => [...f.u32(body.length + 5), 4, ...body, ...zeros(4)];
  const names = [
    'curve25519-sha256,ecdh-sha2-nistp256',
    'ssh-ed25519',
    'aes128-ctr',
    'aes128-ctr',
    'hmac-sha2-256',
    'hmac-sha2-256',
    'none',
    'none',
    '',
    '',
  ];
  const init = packet([20, ...new Array<number>(16).fill(7), ...names.flatMap(list), 0, ...f.u32(0)]);
  return [
    ['<', f.ascii('SSH-2.0-OpenSSH_9.2p1 Debian\r\n')],
    ['>', f.ascii('SSH-2.0-test\r\n')],
    ['<', init],
    ['>', init],
    ['>', packet([30, ...f.u32(32), ...new Array<number>(32).fill(1)])],
    ['>', packet([21])],
    ['>', new Array<number>(44).fill(0x5a)],
  ];
}

/** Every conversation from a port of its own. */
export function databaseFrames(): Uint8Array[] {
  const all: (readonly [number, readonly Turn[]])[] = [
    [6379, redisTurns()],
    ...postgresTurns().map((turns) => [5432, turns] as const),
    ...mysqlTurns().map((turns) => [3306, turns] as const),
    ...kafkaTurns().map((turns) => [9092, turns] as const),
    [22, sshTurns()],
  ];
  return all.flatMap(([port, turns], i) => talk(43_000 + i, port, turns));
}
