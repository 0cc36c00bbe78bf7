// A CNI network configuration (/etc/cni/net.d): recognised, so that it is not called unknown; nothing is read from it yet.
import type { DumpFormat } from './dump-format.ts';
import { readJsonList } from './json-list.ts';

export const dumpFormat: DumpFormat = {
  name: 'cni-config',
  command: 'cp /etc/cni/net.d/* .',
  detect: (file) =>
    readJsonList.looksLike(file, (j) => j.has('cniVersion') && (j.has('plugins') || j.has('type')) && !j.has('ips')),
  read() {},
};
