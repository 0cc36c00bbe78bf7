// Redis, PostgreSQL, MySQL, Kafka, SSH, AMQP and MongoDB by hand: what the recorded programs did not say, and messages cut between segments.
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

export function amqpTurns(): Turn[][] {
  const frame = (type: number, channel: number, body: Bytes): Bytes => [
    ...[type, ...f.u16(channel), ...f.u32(body.length), ...body, 0xce],
  ];
  const method = (group: number, id: number, rest: Bytes = []): Bytes =>
    frame(1, 1, [...f.u16(group), ...f.u16(id), ...rest]);
  const short = (value: string): Bytes => [value.length, ...f.ascii(value)];
  const long = (value: string): Bytes => [...f.u32(value.length), ...f.ascii(value)];
  const start = method(10, 10, [0, 9, ...f.u32(0), ...long('PLAIN'), ...long('en_US')]);
  const tune = [...f.u16(0), ...f.u32(131_072), ...f.u16(60)];
  const content = frame(2, 1, [...f.u16(60), 0, 0, ...f.u32(0), ...f.u32(5), 0, 0]);
  return [
    [
      ['>', [...f.ascii('AMQP'), 0, 0, 9, 1]],
      ['<', start.slice(0, 5)],
      ['<', start.slice(5)],
      ['>', method(10, 11, [...f.u32(0), ...short('PLAIN'), ...long('a'), ...short('en_US')])],
      ['<', method(10, 30, tune)],
      ['>', [...method(10, 31, tune), ...method(10, 40, [...short('/'), 0, 0])]],
      ['<', method(10, 41, [0])],
      ['>', method(20, 10, [0])],
      ['<', method(20, 11, f.u32(0))],
      ['>', method(50, 20, [0, 0, ...short('q'), ...short('ex'), ...short('key'), 0, ...f.u32(0)])],
      ['<', method(50, 21)],
      ['>', [...method(60, 40, [0, 0, ...short(''), ...short('q'), 0]), ...content, ...frame(3, 1, f.ascii('hello'))]],
      ['<', method(60, 60, [...short('tag'), ...f.u32(0), ...f.u32(1), 0, ...short('ex'), ...short('key')])],
      ['>', frame(8, 0, [])],
      ['>', method(60, 80, [...f.u32(0), ...f.u32(1), 0])],
      ['<', method(20, 40, [...f.u16(404), ...short('NOT_FOUND'), 0, 0, 0, 0])],
      ['>', method(10, 51)],
    ],
    [
      ['>', [...f.ascii('AMQP'), 0, 1, 0, 0]],
      ['<', [...f.ascii('AMQP'), 0, 1, 0, 0]],
    ],
  ];
}

/** BSON: names and strings, or whole numbers. */
function bson(fields: readonly (readonly [string, string | number])[]): Bytes {
  const body = fields.flatMap(([name, value]) =>
    typeof value === 'string'
      ? [2, ...text(name), ...little(value.length + 1), ...text(value)]
      : [16, ...text(name), ...little(value)],
  );
  return [...little(body.length + 5), ...body, 0];
}

const little = (value: number): Bytes => [...f.u32(value)].reverse();

export function mongoTurns(): Turn[] {
  const message = (id: number, to: number, opcode: number, body: Bytes): Bytes => [
    ...[...little(body.length + 16), ...little(id), ...little(to), ...little(opcode), ...body],
  ];
  const find = message(1, 0, 2013, [
    ...little(0),
    0,
    ...bson([
      ['find', 'orders'],
      ['limit', 5],
      ['$db', 'shop'],
    ]),
  ]);
  return [
    ['>', find],
    ['<', message(2, 1, 2013, [...little(0), 0, ...bson([['ok', 1]])])],
    [
      '>',
      message(3, 0, 2004, [
        ...little(0),
        ...text('admin.$cmd'),
        ...little(0),
        ...little(1),
        ...bson([['isMaster', 1]]),
      ]),
    ],
    [
      '<',
      message(4, 3, 1, [...little(8), ...little(0), ...little(0), ...little(0), ...little(1), ...bson([['ok', 1]])]),
    ],
    ['>', find.slice(0, 10)],
    ['>', find.slice(10)],
    ['>', [...find, ...find]],
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
    ...amqpTurns().map((turns) => [5672, turns] as const),
  ];
  return all.flatMap(([port, turns], i) => talk(43_000 + i, port, turns));
}
