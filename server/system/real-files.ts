// Files of this machine. Frames are read with readSync: they come from the page cache, and the reader is synchronous.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Files, FolderEntry, ReadHandle, WriteHandle } from './system.ts';

const kindOf = (e: { isFile(): boolean; isDirectory(): boolean }): FolderEntry['kind'] =>
  e.isFile() ? 'file' : e.isDirectory() ? 'folder' : 'other';

function writing(handle: fsp.FileHandle): WriteHandle {
  return {
    async write(chunk) {
      let done = 0;
      while (done < chunk.length) done += (await handle.write(chunk, done, chunk.length - done)).bytesWritten;
    },
    close: () => handle.close(),
  };
}

function reading(fd: number): ReadHandle {
  return {
    readAt(position, target) {
      let done = 0;
      while (done < target.length) {
        const n = fs.readSync(fd, target, done, target.length - done, position + done);
        if (n === 0) break;
        done += n;
      }
      return done;
    },
    close: () => fs.closeSync(fd),
  };
}

export const realFiles: Files = {
  async stat(file) {
    try {
      const st = await fsp.stat(file);
      return { kind: kindOf(st), bytes: st.size, modifiedMs: st.mtimeMs };
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
        return null;
      throw error;
    }
  },
  async identity(file) {
    try {
      const st = await fsp.stat(file);
      return { device: st.dev, inode: st.ino };
    } catch (error) {
      if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ESRCH'].includes(String(error.code)))
        return null;
      throw error;
    }
  },
  async list(folder) {
    const entries = await fsp.readdir(folder, { withFileTypes: true });
    return entries.map((e) => ({ name: e.name, kind: kindOf(e) })).sort((x, y) => (x.name < y.name ? -1 : 1));
  },
  read: (file) => fs.createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>,
  readText: (file) => fsp.readFile(file, 'utf8'),
  openRead(file) {
    return reading(fs.openSync(file, 'r'));
  },
  openScratch() {
    const name = `vethscope-${process.pid}-${randomBytes(6).toString('hex')}`;
    // /tmp is memory on many machines, which would defeat the purpose.
    const folders = [process.env['TMPDIR'] ?? '/var/tmp', os.tmpdir()];
    const folder = folders.find((f) => fs.existsSync(f)) ?? os.tmpdir();
    const file = path.join(folder, name);
    const fd = fs.openSync(file, 'wx+', 0o600);
    fs.unlinkSync(file);
    return {
      ...reading(fd),
      writeAt(position, bytes) {
        let done = 0;
        while (done < bytes.length) done += fs.writeSync(fd, bytes, done, bytes.length - done, position + done);
      },
    };
  },
  async openWrite(file) {
    await fsp.mkdir(path.dirname(file), { recursive: true });
    return writing(await fsp.open(file, 'w', 0o600));
  },
  async openAppend(file, bytes) {
    await fsp.truncate(file, bytes);
    return writing(await fsp.open(file, 'a', 0o600));
  },
  async writeAside(file, text) {
    const aside = `${file}.${randomBytes(4).toString('hex')}.new`;
    await fsp.writeFile(aside, text, { mode: 0o600 });
    await fsp.rename(aside, file);
  },
  async create(file, text) {
    await fsp.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    try {
      await fsp.writeFile(file, text, { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  },
  async makeFolder(folder) {
    await fsp.mkdir(folder, { recursive: true, mode: 0o700 });
  },
  async rename(from, to) {
    await fsp.mkdir(path.dirname(to), { recursive: true });
    await fsp.rename(from, to);
  },
  remove: (file) => fsp.rm(file, { recursive: true, force: true }),
  async disk(file) {
    const st = await fsp.statfs(file);
    return { freeBytes: st.bavail * st.bsize, totalBytes: st.blocks * st.bsize };
  },
  temporaryPath: () => path.join(os.tmpdir(), `vethscope-${process.pid}-${randomBytes(6).toString('hex')}`),
};
