// The name of a capture point: where on the packet's path a capture was taken.
// General rule: what the capture itself says of the interface, else the file's name. `node-veth-client.pcap` → `veth client`.

const endings = /\.(pcapng|pcap|cap|dmp|gz|zst|zstd|lz4)$/i;

function baseOf(path: string): string {
  let base = path.split('/').at(-1) ?? path;
  while (endings.test(base) && base.replace(endings, '') !== '') base = base.replace(endings, '');
  return base;
}

/** The point a file's name tells: `node-` goes, and a first word `veth` or `pod` stands apart from the pod's name. */
function pointOfFile(path: string): string {
  const base = baseOf(path);
  const onNode = base.startsWith('node-') && base.length > 5 ? base.slice(5) : base;
  return onNode.replace(/^(veth|pod)-(?=.)/, '$1 ');
}

/** As server/capture/point-description.ts writes it. */
const described = /^(.+) \((?:(?:in|host side of) [^()]+|bridge|uplink|loopback|vxlan|all interfaces)\)$/;

/** @param interfaceName and `description` as the capture states them; null in a pcap file */
export function pointOf(path: string, interfaceName: string | null, description: string | null = null): string {
  const label = description === null ? undefined : described.exec(description)?.[1];
  if (label !== undefined) return label;
  return interfaceName === null || interfaceName === '' ? pointOfFile(path) : interfaceName;
}
