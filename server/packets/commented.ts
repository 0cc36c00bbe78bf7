// Comments of a list of packets as questions and changes: which there are, and what holds from now on.
import type { CaseComments, CommentsRequest } from '../../api/comments.ts';
import { Refusal } from '../refusal.ts';
import type { Capture } from './capture.ts';
import type { Commented } from './comment-edits.ts';
import type { Packets } from './packets.ts';

/** Bytes of an option of a pcapng block. */
const mostBytes = 65_535;

export function commentsOf(packets: Packets, most: number): CaseComments {
  const found = packets.all.map((capture) => ({ capture, ...capture.commentedRows(most) }));
  const numbers = found
    .flatMap(({ capture, rows }, n) => rows.map((row) => ({ no: packets.numberOf(n, row), capture, row })))
    .sort((a, b) => a.no - b.no);
  return {
    packets: numbers.slice(0, most).map(({ no, capture, row }) => ({ no, comments: [...capture.commentsOf(row)] })),
    total: found.reduce((sum, { total }) => sum + total, 0),
    captures: packets.all.map((capture) => ({
      file: capture.path,
      pcapng: capture.index.format === 'pcapng',
      sections: Array.from({ length: sectionsOf(capture) }, (_, number) => [...capture.commentsAt('sections', number)]),
      interfaces: capture.index.interfaces.map(({ id }) => ({
        point: packets.pointOf(capture, id),
        comments: [...capture.commentsAt('interfaces', id)],
      })),
    })),
  };
}

function sectionsOf(capture: Capture): number {
  return Math.max(1, capture.index.notes?.sections.length ?? 0);
}

interface Target {
  readonly capture: Capture;
  readonly what: Commented;
  readonly number: number;
  readonly now: readonly string[];
}

function targetOf(packets: Packets, request: CommentsRequest): Target {
  if (request.packet !== undefined) {
    const { capture, row } = packets.packetAt(request.packet);
    return { capture, what: 'packets', number: row + 1, now: capture.commentsOf(row) };
  }
  const capture = packets.all.find(({ path }) => path === request.file);
  if (capture === undefined)
    throw new Refusal(404, 'no-file', `there is no capture ${JSON.stringify(request.file)}; GET …/comments lists them`);
  const isSection = request.section !== undefined;
  const number = request.section ?? request.interface ?? 0;
  const count = isSection ? sectionsOf(capture) : capture.index.interfaces.length;
  if (number >= count) {
    const name = isSection ? 'section' : 'interface';
    throw new Refusal(404, `no-${name}`, `${capture.path} has no ${name} ${number}; it has ${count}, counted from 0`);
  }
  const what = isSection ? 'sections' : 'interfaces';
  return { capture, what, number, now: capture.commentsAt(what, number) };
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, i) => text === b[i]);

/** Takes a change, and gives the comments that hold now. Throws a Refusal and changes nothing where it cannot be. */
export function comment(packets: Packets, request: CommentsRequest): readonly string[] {
  const long = request.comments.findIndex((text) => Buffer.byteLength(text) > mostBytes);
  if (long >= 0)
    throw new Refusal(400, 'too-long', `comment ${long + 1} is longer than the ${mostBytes} bytes that pcapng allows`);
  const { capture, what, number, now } = targetOf(packets, request);
  if (request.was !== undefined && !same(request.was, now))
    throw new Refusal(409, 'changed', 'somebody else changed these comments meanwhile; look again, then change them');
  capture.setComments(what, number, request.comments);
  packets.commentsChanged();
  return what === 'packets' ? capture.commentsOf(number - 1) : capture.commentsAt(what, number);
}
