// The node's uplinks: devices of its default routes, IPv4 first, from /proc/net, which needs no program and no rights.
import type { System } from '../system/system.ts';

const up = 0x1;

/** /proc/net/route: Iface Destination Gateway Flags RefCnt Use Metric Mask … in hexadecimal. */
export function defaultDevices4(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((c) => c[1] === '00000000' && c[7] === '00000000' && (Number.parseInt(c[3] ?? '0', 16) & up) !== 0)
    .sort((a, b) => Number(a[6]) - Number(b[6]))
    .map((c) => c[0] ?? '');
}

/** /proc/net/ipv6_route: destination prefix-length source prefix-length next-hop metric … flags device. */
export function defaultDevices6(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((c) => c[0] === '0'.repeat(32) && c[1] === '00' && c[9] !== 'lo')
    .map((c) => c[9] ?? '');
}

export async function uplinksOf(system: System): Promise<string[]> {
  const read = (file: string) => system.files.readText(file).catch(() => '');
  const devices = [
    ...defaultDevices4(await read('/proc/net/route')),
    ...defaultDevices6(await read('/proc/net/ipv6_route')),
  ];
  return [...new Set(devices.filter((d) => d !== ''))];
}
