// Sends packets from inside a namespace, one a command, by sender.mjs.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';

export class Sender {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(netns: string) {
    this.#child = spawn(
      'ip',
      ['netns', 'exec', netns, process.execPath, path.join(import.meta.dirname, 'sender.mjs')],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    if (!this.#child.stdout) throw new Error('no stdout');
    this.#lines = readline.createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** False when the packet could not be sent (its source port was taken). */
  async send(packet: object): Promise<boolean> {
    this.#child.stdin?.write(`${JSON.stringify(packet)}\n`);
    return (await this.#lines.next()).value === 'done';
  }

  close(): void {
    this.#child.stdin?.end();
    this.#child.kill();
  }
}
