// Protocols of lines of text made by hand: FTP, SMTP, POP, IMAP, Telnet, IRC, SIP, RTSP, memcached, and MQTT beside them.
import * as f from './frames.ts';
import { type Turn, talk } from './talk.ts';

type Bytes = readonly number[];

const c = (text: string): Turn => ['>', f.ascii(text)];
const s = (text: string): Turn => ['<', f.ascii(text)];
const u = (sport: number, dport: number, text: string | Bytes): Uint8Array =>
  f.frame(
    f.ethernet(
      0x0800,
      f.ip4('10.0.0.1', '10.0.0.2', 17, f.udp(sport, dport, typeof text === 'string' ? f.ascii(text) : text)),
    ),
  );

const FTP = [
  s('220 Welcome to the server\r\n'),
  c('USER anonymous\r\n'),
  s('331 Please specify the password.\r\n'),
  c('PASS guest@\r\n'),
  s('230-Hello\r\n230-there\r\n230 Login successful.\r\n'),
  c('SYST\r\n'),
  s('215 UNIX Type: L8\r\n'),
  c('PWD\r\n'),
  s('257 "/"\r\n'),
  c('RETR file.txt\r\n'),
  s('226 Done\r\n'),
  c('QUIT\r\n'),
];
const FTP_DATA = [s('drwxr-xr-x 2 root root 4096 Jan 1 00:00 pub\r\n')];
const SMTP = [
  s('220 mail.example ESMTP\r\n'),
  c('EHLO client.example\r\n'),
  s('250-mail.example\r\n250-SIZE 1000\r\n250 HELP\r\n'),
  c('MAIL FROM:<a@example.com>\r\n'),
  s('250 OK\r\n'),
  c('RCPT TO:<b@example.com>\r\n'),
  s('250 Accepted\r\n'),
  c('DATA\r\n'),
  s('354 Enter message\r\n'),
  c('From: a@example.com\r\nSubject: Hi\r\n\r\nHello\r\n'),
  c('more\r\n'),
];
const POP = [
  s('+OK POP3 ready\r\n'),
  c('USER bob\r\n'),
  s('+OK\r\n'),
  c('PASS secret\r\n'),
  s('-ERR wrong\r\n'),
  c('STAT\r\n'),
  s('+OK 2 320\r\n'),
  c('LIST\r\n'),
  s('+OK 2 messages\r\n1 120\r\n2 200\r\n.\r\n'),
  c('QUIT\r\n'),
];
const IMAP = [
  s('* OK IMAP4rev1 ready\r\n'),
  c('a1 LOGIN bob secret\r\n'),
  s('a1 OK LOGIN completed\r\n'),
  c('a2 SELECT INBOX\r\n'),
  s('* 18 EXISTS\r\n* FLAGS (\\Answered)\r\na2 OK done\r\n'),
  c('a3 LOGOUT\r\n'),
  s('* BYE\r\na3 OK\r\n'),
];
const TELNET: Turn[] = [
  ['<', [0xff, 0xfd, 1, 0xff, 0xfb, 3]],
  ['>', [0xff, 0xfb, 1]],
  s('login: '),
  c('r'),
  s('r'),
  c('oot\r\n'),
];
const IRC = [
  c('NICK bob\r\nUSER bob 0 * :Bob\r\n'),
  s(':irc.example 001 bob :Welcome\r\n:irc.example 002 bob :Your host\r\n'),
  c('JOIN #chan\r\n'),
  s(':bob!b@h JOIN :#chan\r\n'),
  c('PRIVMSG #chan :hello\r\n'),
  s('PING :irc.example\r\n'),
];
const RTSP = [
  c('OPTIONS rtsp://10.0.0.2/stream RTSP/1.0\r\nCSeq: 1\r\n\r\n'),
  s('RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE, SETUP\r\n\r\n'),
  c('DESCRIBE rtsp://10.0.0.2/stream RTSP/1.0\r\nCSeq: 2\r\n\r\n'),
  c('TEARDOWN rtsp://10.0.0.2/stream RTSP/1.0\r\nCSeq: 3\r\n\r\n'),
];
const sip = (first: string, cseq: string, more = ''): string =>
  `${first}\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\nFrom: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: ${cseq}x@10.0.0.1\r\nCSeq: 1 ${cseq}\r\n${more}Content-Length: 0\r\n\r\n`;
const MEMCACHE = [
  c('get key1\r\n'),
  s('VALUE key1 0 3\r\nabc\r\nEND\r\n'),
  c('set key1 0 0 3\r\nabc\r\n'),
  s('STORED\r\n'),
  c('stats\r\n'),
  c('version\r\n'),
  s('VERSION 1.4\r\n'),
];
const mq = (type: number, body: Bytes): Bytes => [type, body.length, ...body];
const str = (text: string): Bytes => [...f.u16(text.length), ...f.ascii(text)];
const MQTT: Turn[] = [
  ['>', mq(0x10, [...str('MQTT'), 4, 2, 0, 60, ...str('client1')])],
  ['<', mq(0x20, [0, 0])],
  ['>', mq(0x82, [0, 1, ...str('a/b'), 0])],
  ['<', mq(0x90, [0, 1, 0])],
  ['>', [...mq(0x30, [...str('a/b'), ...f.ascii('hello')]), ...mq(0xc0, [])]],
  ['<', mq(0xd0, [])],
  ['>', mq(0x32, [...str('a/c'), 0, 2, ...f.ascii('x')])],
  ['<', mq(0x40, [0, 2])],
  ['>', mq(0xe0, [])],
];

export function lineFrames(): Uint8Array[] {
  const talks: readonly (readonly [number, readonly Turn[]])[] = [
    [21, FTP],
    [20, FTP_DATA],
    [25, SMTP],
    [110, POP],
    [143, IMAP],
    [23, TELNET],
    [6667, IRC],
    [554, RTSP],
    [11211, MEMCACHE],
    [1883, MQTT],
  ];
  return [
    ...talks.flatMap(([port, turns], i) => talk(44_000 + i, port, turns)),
    u(5060, 5060, sip('REGISTER sip:example.com SIP/2.0', 'REGISTER')),
    u(5060, 5060, sip('SIP/2.0 401 Unauthorized', 'REGISTER')),
    u(5060, 5060, sip('REGISTER sip:example.com SIP/2.0', 'REGISTER', 'Contact: <sip:a@10.0.0.1>\r\n')),
    u(5060, 5060, sip('SIP/2.0 200 OK', 'REGISTER', 'Contact: <sip:a@10.0.0.1>\r\n')),
    u(5060, 5060, sip('INVITE sip:b@example.com SIP/2.0', 'INVITE')),
    u(5060, 5060, sip('SIP/2.0 100 Trying', 'INVITE')),
    u(5060, 5060, sip('SIP/2.0 180 Ringing', 'INVITE')),
    u(5060, 5060, sip('SIP/2.0 200 OK', 'INVITE')),
    u(5060, 5060, sip('ACK sip:b@example.com SIP/2.0', 'ACK')),
    u(5060, 5060, sip('BYE sip:b@example.com SIP/2.0', 'BYE')),
    u(5060, 5060, sip('OPTIONS sip:b@example.com SIP/2.0', 'OPTIONS')),
    u(5060, 5060, '\r\n\r\n'),
    u(40_000, 37, ''),
    u(40_000, 9, 'discard'),
  ];
}
