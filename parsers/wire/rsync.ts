// The rsync daemon's protocol on TCP port 873: greetings, lists of modules, and then bytes of its own.
// Surprise: what a segment is follows from the ones before it alone.
import { lineAt } from './lines.ts';
import { oneLine } from './one-line.ts';
import type { StreamReader } from './stream-reading.ts';

const GREETING = '@RSYNCD: ';

class RsyncStream implements StreamReader {
  readonly switchTo = null;
  private asked: string | null = null;
  private greeted = [false, false];

  size(_bytes: Uint8Array, at: number, end: number): number {
    return end - at;
  }

  /** What the list says of the segment. */
  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): string {
    const { text } = lineAt(bytes, at, end);
    const side = toServer ? 0 : 1;
    if (!this.greeted[side]) {
      this.greeted[side] = true;
      return `${toServer ? 'Client' : 'Server'} Initialisation (Version ${text.slice(GREETING.length)})`;
    }
    if (toServer) {
      const isQuery = this.asked === null;
      this.asked ??= text;
      return isQuery ? 'Client Query' : 'Client Command';
    }
    if (this.asked !== '' && this.asked !== '#list') return 'Data';
    return text.startsWith(`${GREETING}EXIT`) ? 'Final module list' : 'Module list';
  }
}

export const protocol = oneLine({
  filter: 'rsync',
  name: 'RSYNC File Synchroniser',
  column: 'RSYNC',
  attach: { tcpPorts: [873] },
  header: 0,
  fields: [],
  stream: () => new RsyncStream(),
  read: (d) => (typeof d.note === 'string' ? d.note : ''),
});
