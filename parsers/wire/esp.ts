// ESP (RFC 4303): what is inside is encrypted; only the association and the sequence number can be read.
// Surprise: over UDP port 4500 it shares the port with IKE, which begins with four zero bytes, and with keep-alives of one byte.
import { type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, HAS_UDP } from './facts.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 8;

function index(facts: FrameFacts): boolean {
  if ((facts.layers & HAS_UDP) !== 0) {
    if (facts.end - facts.at === 1 && facts.view.getUint8(facts.at) === 0xff) return true;
    // IKE is not read.
    if (facts.end - facts.at < 4 || facts.view.getUint32(facts.at) === 0) return false;
  }
  facts.has(HEADER);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  if (d.layers[d.layers.length - 1]?.filter === 'udp') {
    if (d.left === 1 && d.bytes[at] === 0xff) {
      d.setProtocol('UDPENCAP', 'NAT-keepalive');
      d.layer('esp', 'UDP Encapsulation of IPsec Packets', at, 1);
      d.at = d.end;
      return;
    }
    if (d.left < 4 || view.getUint32(at) === 0) return;
  }
  d.setProtocol('ESP', '');
  const layer = d.layer('esp', 'Encapsulating Security Payload', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, HEADER, 'esp')) return;
  const spi = hexText(view.getUint32(at), 8);
  d.setProtocol('ESP', `ESP (SPI=${spi})`);
  d.node(layer, 'esp.spi', `ESP SPI: ${spi} (${view.getUint32(at)})`, spi, at, 4);
  d.field(layer, 'esp.sequence', 'ESP Sequence', view.getUint32(at + 4), at + 4, 4);
}

export const protocol: Protocol = {
  filter: 'esp',
  name: 'Encapsulating Security Payload',
  attach: { ipProtocols: [50], udpPorts: [4500] },
  fields: [
    { name: 'esp.spi', kind: 'uint' },
    { name: 'esp.sequence', kind: 'uint' },
  ],
  index,
  dissect,
};
