// Which network namespace a path leads to. Two paths lead to one namespace when device and inode are equal; the device of
// /proc/self/ns/net (nsfs) tells namespaces from files that merely lie where a namespace should be mounted.
import type { Files } from '../system/system.ts';
import { isNetnsPath } from './fact.ts';

export class NetnsIds {
  private readonly files: Files;
  private readonly own: Promise<{ readonly device: number; readonly inode: number } | null>;

  constructor(files: Files) {
    this.files = files;
    this.own = files.identity('/proc/self/ns/net').catch(() => null);
  }

  /** Inode of the namespace; null when the path leads to none, or may not be looked at. */
  async of(path: string): Promise<string | null> {
    if (!isNetnsPath(path)) return null;
    try {
      const found = await this.files.identity(path);
      return found === null || found.device !== (await this.own)?.device ? null : String(found.inode);
    } catch {
      return null;
    }
  }

  /** The namespace we run in, which is the node's. */
  async ofNode(): Promise<string | null> {
    const own = await this.own;
    return own === null ? null : String(own.inode);
  }
}
