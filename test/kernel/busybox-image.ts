// An image built on the spot from Debian's busybox-static, for a runtime without a registry.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './run.ts';

/** An archive as `docker save` makes it: busybox and its links; it sleeps where nothing else is asked for. */
export function busyboxImage(folder: string, image: string): string {
  const at = (...parts: string[]) => path.join(folder, 'image', ...parts);
  fs.mkdirSync(at('root', 'bin'), { recursive: true });
  for (const folder of ['etc', 'tmp', 'proc', 'sys', 'dev']) fs.mkdirSync(at('root', folder));
  fs.copyFileSync('/bin/busybox', at('root', 'bin', 'busybox'));
  fs.chmodSync(at('root', 'bin', 'busybox'), 0o755);
  for (const applet of ['sh', 'sleep', 'nc', 'wget', 'httpd', 'ping', 'echo', 'cat'])
    fs.symlinkSync('busybox', at('root', 'bin', applet));
  run('tar', ['-C', at('root'), '-cf', at('layer.tar'), '.']);
  const digest = run('sha256sum', [at('layer.tar')]).split(' ')[0] ?? '';
  const config = {
    architecture: { x64: 'amd64', arm64: 'arm64' }[process.arch as 'x64'] ?? process.arch,
    os: 'linux',
    config: { Cmd: ['/bin/sleep', '2147483647'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  fs.writeFileSync(at('config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [image], Layers: ['layer.tar'] }];
  fs.writeFileSync(at('manifest.json'), JSON.stringify(manifest));
  run('tar', ['-C', at(), '-cf', `${at()}.tar`, 'manifest.json', 'config.json', 'layer.tar']);
  return `${at()}.tar`;
}
