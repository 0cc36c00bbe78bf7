// Mail made by hand, as SMTP, IMAP and POP carry it: headers and MIME types of all kinds, logins, mails over several segments, TLS begun within.
import * as f from './frames.ts';
import { type Turn, talk } from './talk.ts';

const c = (text: string): Turn => ['>', f.ascii(text)];
const s = (text: string): Turn => ['<', f.ascii(text)];
const lines = (...all: readonly string[]): string => all.map((line) => `${line}\r\n`).join('');

const MAILS = [
  lines('From: Al Bee <al@b.example>', 'To: x@y', 'Subject: one', '', 'body'),
  lines('Subject: first', 'From: "Q" <a@b>', 'Content-Type: text/plain; charset=utf-8', '', 'hello', 'you'),
  lines('Subject: =?utf-8?B?SGVsbG8=?=', 'Content-Type: text/html', 'From: z@z', '', '<html>hi</html>'),
  lines(
    ...['MIME-Version: 1.0', 'From: z@z', 'Subject: alt', 'Content-Type: multipart/alternative;', ' boundary="bb"', ''],
    ...[
      'pre',
      '--bb',
      'Content-Type: text/plain',
      '',
      'hello',
      '--bb',
      'Content-Type: text/html',
      '',
      '<b>hi</b>',
      '--bb--',
    ],
  ),
  lines(
    ...['From: z@z', 'Subject: mix', 'Content-Type: multipart/mixed; boundary=bb', '', '--bb'],
    ...['Content-Type: text/plain; charset="us-ascii"', 'Content-Transfer-Encoding: base64', '', 'aGVsbG8=', '--bb'],
    ...['Content-Type: application/pdf', '', 'aGVsbG8=', '--bb', 'Content-Type: image/png', '', 'xxx', '--bb'],
    ...['Content-Type: application/octet-stream', '', 'xxx', '--bb--'],
  ),
  lines('from: z@z', 'SUBJECT: caps', 'X-Foo: bar', 'Cc: a@b', '', ''),
  lines('From: z@z', 'Subject:nospace', '', 'no end line'),
  lines(
    'Subject: a',
    '\tfolded',
    'Received: from x',
    ' by y',
    'From:   spaced@x  ',
    '',
    'line1',
    '',
    '',
    'line4\t tab',
  ),
  lines('From: z@z', 'Subject: app', 'Content-Type: application/octet-stream', '', 'abc'),
  lines(
    ...[
      'From: z@z',
      'Subject: rfc822',
      'Content-Type: multipart/report; boundary=b',
      '',
      '--b',
      '',
      'plain default',
      '--b',
    ],
    ...[
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; x',
      '--b',
      'Content-Type: message/rfc822',
      '',
    ],
    ...['From: i@i', 'Subject: inner', '', 'inner body', '--b--'],
  ),
  lines('no header here', '', 'body'),
  lines('X-Mailer: m', '', 'body only'),
  lines('Content-Type: TEXT/PLAIN', 'Subject: late', '', 'upper'),
  lines(
    ...['Subject: smime', 'Content-Type: multipart/signed; boundary=q', '', '--q'],
    ...[
      'Content-Type: multipart/alternative; boundary=r',
      '',
      '--r',
      'Content-Type: text/plain',
      '',
      'x',
      '--r--',
      '--q',
    ],
    ...['Content-Type: application/x-unknown', '', 'x', '--q--'],
  ),
  lines('Subject: blanks', '', 'a', '', ''),
  lines('Subject: long', '', ...Array.from({ length: 300 }, (_, i) => `line ${i} of the text`)),
];
/** Mails that end in segments of their own. */
const PARTED = [
  ['Subject: 1\r\n\r\na\r\n', '.\r\n'],
  ['Subject: 2\r\n\r\na', '\r\n.\r\n'],
  ['Subject: 3\r\n\r\na\r\n', 'b\r\n\r\n.\r\n'],
  ['Subject: 4\r\n\r\nbo', 'dy\r\n', '.', '\r\n'],
  ['Subject: 5\r\n\r\na\r\n.\r\nQUIT\r\n'],
];
const SMTP: readonly Turn[] = [
  ...[
    s('220 hi\r\n'),
    c('EHLO x\r\n'),
    s('250-a\r\n250 AUTH LOGIN\r\n'),
    c('AUTH LOGIN\r\n'),
    s('334 VXNlcm5hbWU6\r\n'),
  ],
  ...[c('Ym9iYnlib2I=\r\n'), s('334 UGFzc3dvcmQ6\r\n'), c('c2VjcmV0\r\n'), s('235 ok\r\n')],
  ...[
    c('AUTH PLAIN AGJvYgBzZWNyZXQ=\r\n'),
    s('235 ok\r\n'),
    c('AUTH LOGIN Ym9iYnlib2I=\r\n'),
    s('334 UGFzc3dvcmQ6\r\n'),
  ],
  ...[
    c('c2VjcmV0\r\n'),
    s('235 ok\r\n'),
    c('AUTH PLAIN\r\n'),
    s('334 \r\n'),
    c('AGJvYgBzZWNyZXQ=\r\n'),
    s('235 ok\r\n'),
  ],
  ...[c('MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n'), s('250 ok\r\n250-ok\r\n250 more\r\n')],
  ...MAILS.flatMap((mail) => [c('DATA\r\n'), s('354 go\r\n'), c(`${mail}.\r\n`), s('250 ok\r\n')]),
  ...PARTED.flatMap((parts) => [c('DATA\r\n'), s('354 go\r\n'), ...parts.map(c), s('250 ok\r\n')]),
  ...[
    c('DATA\r\nSubject: same segment\r\n\r\nx\r\n.\r\n'),
    s('354 go\r\n250 ok\r\n'),
    c('nonsense\r\n'),
    s('500 what\r\n'),
  ],
  ...[c('BDAT 12\r\nSubject: a\r\n'), s('250 ok\r\n'), c('QUIT\r\n'), s('221 bye\r\n')],
];

const ONE = lines('From: a@b', 'Subject: one', '', 'body');
const TWO = lines('From: c@d', 'Subject: two', '', 'more of it');
const literal = (text: string): string => `{${text.length}}\r\n${text}`;
const IMAP: readonly Turn[] = [
  ...[s('* OK ready\r\n'), c('1 LOGIN bob secret\r\n'), s('1 OK\r\n'), c('2 FETCH 1:2 BODY[]\r\n')],
  s(`* 1 FETCH (BODY[] ${literal(ONE)})\r\n* 2 FETCH (BODY[] ${literal(TWO)})\r\n2 OK done\r\n`),
  ...[
    c('3 FETCH 1 BODY[]\r\n'),
    s(`* 1 FETCH (BODY[] ${literal(ONE).slice(0, 20)}`),
    s(`${literal(ONE).slice(20)})\r\n3 OK done\r\n`),
  ],
  ...[c('4 APPEND x {33}\r\n'), s('+ go\r\n'), c(`${ONE}\r\n`), s('4 OK\r\n'), c('5 NOOP\r\n6 NOOP\r\n')],
  ...[
    s('* 3 EXISTS\r\n5 OK\r\n6 OK\r\n'),
    s('* 1 EXISTS\r\n* 2 RECENT\r\n'),
    s('7 OK\r\n* y\r\n'),
    s('* LIST () "/" {3}\r\nabc\r\n'),
  ],
  ...[s('* 1 FETCH (BODY[1] {5}\r\nhello UID 5)\r\n* z\r\n8 OK\r\n'), c('9 STARTTLS\r\n'), s('9 OK go\r\n')],
  ['>', [22, 3, 1, 0, 4, 14, 0, 0, 0]],
];
const POP: readonly Turn[] = [
  ...[
    s('+OK ready\r\n'),
    c('CAPA\r\n'),
    s('+OK caps\r\nUSER\r\n.\r\n'),
    c('LIST\r\n'),
    s('+OK\r\n1 100\r\n2 200\r\n.\r\n'),
  ],
  ...[c('RETR 1\r\n'), s(`+OK ${ONE.length} octets\r\n`), s(ONE.slice(0, 15)), s(ONE.slice(15)), s('.\r\n')],
  ...[c('RETR 2\r\n'), s(`+OK message follows\r\n`), s(`${TWO}.\r\n`), c('RETR 3\r\n'), s('-ERR no\r\n')],
  ...[
    c('RETR 4\r\n'),
    s(`+OK ${ONE.length + 3} octets\r\n${ONE}.\r\n`),
    c('UIDL\r\n'),
    s('+OK\r\n'),
    s('1 abc\r\n.\r\n'),
  ],
  ...[c('STLS\r\n'), s('+OK Begin TLS\r\n')],
  ['>', [22, 3, 1, 0, 4, 14, 0, 0, 0]],
];

export function mailFrames(): Uint8Array[] {
  return [...talk(40_000, 25, SMTP), ...talk(40_001, 143, IMAP), ...talk(40_002, 110, POP)];
}
