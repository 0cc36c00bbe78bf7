// Classes and methods of AMQP 0-9-1, and what of a method's arguments the list shows, as tshark words it.

const CLASSES: Readonly<Record<number, readonly [name: string, methods: string]>> = {
  10: [
    'Connection',
    '10 Start,11 Start-Ok,20 Secure,21 Secure-Ok,30 Tune,31 Tune-Ok,40 Open vhost,41 Open-Ok,42 Redirect,50 Close 2 reply,51 Close-Ok,60 Blocked,61 Unblocked',
  ],
  20: ['Channel', '10 Open,11 Open-Ok,20 Flow,21 Flow-Ok,40 Close 2 reply,41 Close-Ok,50 Resume,60 Ping,70 Pong,80 Ok'],
  30: ['Access', '10 Request,11 Request-Ok'],
  40: [
    'Exchange',
    '10 Declare 2 x,11 Declare-Ok,20 Delete 2 x,21 Delete-Ok,30 Bind 2 dx sx bk,31 Bind-Ok,40 Unbind 2 dx sx bk,41 Unbind-Ok',
  ],
  50: [
    'Queue',
    '10 Declare 2 q,11 Declare-Ok q,20 Bind 2 q x bk,21 Bind-Ok,30 Purge 2 q,31 Purge-Ok,40 Delete 2 q,41 Delete-Ok,50 Unbind 2 q x rk,51 Unbind-Ok',
  ],
  60: [
    'Basic',
    '10 Qos,11 Qos-Ok,20 Consume 2 q,21 Consume-Ok,30 Cancel,31 Cancel-Ok,40 Publish 2 x rk,50 Return,60 Deliver - 9 x rk,70 Get 2 q,71 Get-Ok,72 Get-Empty,80 Ack,90 Reject,100 Recover-Async,110 Recover,111 Recover-Ok,120 Nack',
  ],
  85: ['Confirm', '10 Select,11 Select-Ok'],
  90: ['Tx', '10 Select,11 Select-Ok,20 Commit,21 Commit-Ok,30 Rollback,31 Rollback-Ok'],
};

export interface Method {
  readonly name: string;
  /** One after the other: bytes to pass over, `-` a short string to pass over, or the name that a short string is shown by. */
  readonly shown: readonly string[];
}

const methods = new Map<number, Method>();
for (const [id, [, list]] of Object.entries(CLASSES)) {
  for (const text of list.split(',')) {
    const [number = '', name = '', ...shown] = text.split(' ');
    methods.set(Number(id) * 65_536 + Number(number), { name, shown });
  }
}

export function className(id: number): string | null {
  return CLASSES[id]?.[0] ?? null;
}

export function methodOf(classId: number, id: number): Method | null {
  return methods.get(classId * 65_536 + id) ?? null;
}
