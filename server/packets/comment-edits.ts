// What people said about a capture beside its bytes: comments of packets, sections and interfaces that stand in place of the file's own.
// The file is never touched; an export writes what holds.
import { z } from 'zod';

const texts = z.array(z.string());
const byNumber = z.record(z.string().regex(/^\d+$/), texts);

/** As case.json keeps it. Packets by their number in the file, from 1; sections and interfaces from 0. */
export const storedEdits = z.object({
  packets: byNumber.default({}),
  sections: byNumber.default({}),
  interfaces: byNumber.default({}),
});
export type StoredEdits = z.infer<typeof storedEdits>;

export type Commented = 'packets' | 'sections' | 'interfaces';

export class CommentEdits {
  private readonly of: Record<Commented, Map<number, readonly string[]>>;

  constructor(stored: StoredEdits = { packets: {}, sections: {}, interfaces: {} }) {
    const map = (from: Record<string, string[]>) =>
      new Map(Object.entries(from).map(([number, list]): [number, string[]] => [Number(number), list]));
    this.of = {
      packets: map(stored.packets),
      sections: map(stored.sections),
      interfaces: map(stored.interfaces),
    };
  }

  /** Null where the file's own comments hold. */
  get(what: Commented, number: number): readonly string[] | null {
    return this.of[what].get(number) ?? null;
  }

  set(what: Commented, number: number, comments: readonly string[]): void {
    this.of[what].set(number, [...comments]);
  }

  clear(what: Commented, number: number): void {
    this.of[what].delete(number);
  }

  /** Numbers that somebody changed. */
  changed(what: Commented): number[] {
    return [...this.of[what].keys()];
  }

  get isEmpty(): boolean {
    return Object.values(this.of).every((map) => map.size === 0);
  }

  stored(): StoredEdits {
    const record = (from: Map<number, readonly string[]>) =>
      Object.fromEntries([...from].map(([number, list]) => [String(number), [...list]]));
    return {
      packets: record(this.of.packets),
      sections: record(this.of.sections),
      interfaces: record(this.of.interfaces),
    };
  }
}
