// Data of the younger DNS record types: DNSSEC (RFC 4034), NAPTR (3403), CAA (8659), SVCB and HTTPS (9460), and EDNS options (6891).
// Surprise: an OPT record is no record: its class is a size, its time to live flags, and its data a list of options.
import { asciiText, type Dissection } from './dissection.ts';
import { dnsTypeName } from './dns-types.ts';
import type { FieldNode } from './field.ts';

const CLIENT_SUBNET = 8;
const ALPN = 1;
const PORT = 3;
const IPV4_HINT = 4;
const IPV6_HINT = 6;

const SVC_KEYS = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint'];

/** A text with its length before it; null when it reaches beyond `end`. */
function counted(d: Dissection, at: number, end: number): string | null {
  const size = d.bytes[at] ?? 0;
  return at >= end || at + 1 + size > end ? null : asciiText(d.bytes, at + 1, at + 1 + size);
}

export function hinfo(d: Dissection, node: FieldNode, at: number, size: number): string {
  const cpu = counted(d, at, at + size);
  const os = cpu === null ? null : counted(d, at + 1 + cpu.length, at + size);
  if (cpu === null || os === null) return '';
  d.field(node, 'dns.hinfo.cpu', 'CPU', cpu, at + 1, cpu.length);
  d.field(node, 'dns.hinfo.os', 'OS', os, at + 2 + cpu.length, os.length);
  return ` ${cpu} ${os}`;
}

export function naptr(d: Dissection, node: FieldNode, at: number, size: number): string {
  if (size < 7) return '';
  const order = d.view.getUint16(at);
  const preference = d.view.getUint16(at + 2);
  d.field(node, 'dns.naptr.order', 'Order', order, at, 2);
  d.field(node, 'dns.naptr.preference', 'Preference', preference, at + 2, 2);
  let from = at + 4;
  let flags = '';
  for (const [i, name] of ['flags', 'service', 'regex'].entries()) {
    const text = counted(d, from, at + size);
    if (text === null) return '';
    if (i === 0) flags = text;
    d.field(node, `dns.naptr.${name}`, name, text, from + 1, text.length);
    from += 1 + text.length;
  }
  return ` ${order} ${preference} ${flags}`;
}

export function caa(d: Dissection, node: FieldNode, at: number, size: number): string {
  const tag = size < 2 ? null : counted(d, at + 1, at + size);
  if (tag === null) return '';
  const from = at + 2 + tag.length;
  const value = asciiText(d.bytes, from, at + size);
  d.hex(node, 'dns.caa.flags', 'CAA Flags', d.bytes[at] ?? 0, 2, at, 1);
  d.field(node, 'dns.caa.tag', 'Tag', tag, at + 2, tag.length);
  d.field(node, 'dns.caa.value', 'Value', value, from, at + size - from);
  return '';
}

export function ds(d: Dissection, node: FieldNode, at: number, size: number): string {
  if (size < 4) return '';
  d.hex(node, 'dns.ds.key_id', 'Key id', d.view.getUint16(at), 4, at, 2);
  d.field(node, 'dns.ds.algorithm', 'Algorithm', d.view.getUint8(at + 2), at + 2, 1);
  d.field(node, 'dns.ds.digest_type', 'Digest Type', d.view.getUint8(at + 3), at + 3, 1);
  d.node(node, 'dns.ds.digest', 'Digest', null, at + 4, size - 4);
  return '';
}

export function dnskey(d: Dissection, node: FieldNode, at: number, size: number): string {
  if (size < 4) return '';
  const flags = d.view.getUint16(at);
  const flagNode = d.hex(node, 'dns.dnskey.flags', 'Flags', flags, 4, at, 2);
  d.bit(flagNode, 'dns.dnskey.flags.zone_key', 'Zone Key', (flags & 0x100) !== 0, at, 2);
  d.bit(flagNode, 'dns.dnskey.flags.key_revoked', 'Key Revoked', (flags & 0x80) !== 0, at, 2);
  d.bit(flagNode, 'dns.dnskey.flags.secure_entry_point', 'Key Signing Key', (flags & 1) !== 0, at, 2);
  d.field(node, 'dns.dnskey.protocol', 'Protocol', d.view.getUint8(at + 2), at + 2, 1);
  d.field(node, 'dns.dnskey.algorithm', 'Algorithm', d.view.getUint8(at + 3), at + 3, 1);
  d.node(node, 'dns.dnskey.public_key', 'Public Key', null, at + 4, size - 4);
  return '';
}

export function rrsig(d: Dissection, node: FieldNode, at: number, size: number): string {
  if (size < 18) return '';
  const covered = d.view.getUint16(at);
  d.node(node, 'dns.rrsig.type_covered', `Type Covered: ${dnsTypeName(covered)}`, String(covered), at, 2);
  d.field(node, 'dns.rrsig.algorithm', 'Algorithm', d.view.getUint8(at + 2), at + 2, 1);
  d.field(node, 'dns.rrsig.labels', 'Labels', d.view.getUint8(at + 3), at + 3, 1);
  d.field(node, 'dns.rrsig.original_ttl', 'Original TTL', d.view.getUint32(at + 4), at + 4, 4);
  d.field(node, 'dns.rrsig.key_tag', 'Key Tag', d.view.getUint16(at + 16), at + 16, 2);
  return '';
}

/** Parameters of SVCB and HTTPS, after priority and target. */
export function svcParams(d: Dissection, node: FieldNode, from: number, end: number): void {
  const { view } = d;
  for (let at = from; at + 4 <= end; ) {
    const key = view.getUint16(at);
    const size = view.getUint16(at + 2);
    if (at + 4 + size > end) {
      d.malformed('dns', at, `A parameter of ${size} bytes does not fit its record.`);
      return;
    }
    const child = d.node(node, 'dns.svcb.svcparam', `SvcParam: ${SVC_KEYS[key] ?? `key${key}`}`, null, at, size + 4);
    d.field(child, 'dns.svcb.svcparam.key', 'SvcParamKey', key, at, 2);
    d.field(child, 'dns.svcb.svcparam.value.length', 'SvcParamValue length', size, at + 2, 2);
    const data = at + 4;
    if (key === ALPN)
      for (let i = data; i < data + size; i += 1 + (d.bytes[i] ?? 0)) {
        const name = counted(d, i, data + size);
        if (name === null) break;
        d.field(child, 'dns.svcb.svcparam.alpn', 'ALPN', name, i + 1, name.length);
      }
    else if (key === PORT && size === 2)
      d.field(child, 'dns.svcb.svcparam.port', 'Port', view.getUint16(data), data, 2);
    else if (key === IPV4_HINT)
      for (let i = 0; i + 4 <= size; i += 4)
        d.field(child, 'dns.svcb.svcparam.ipv4hint.ip', 'IP', d.ipv4(data + i), data + i, 4);
    else if (key === IPV6_HINT)
      for (let i = 0; i + 16 <= size; i += 16)
        d.field(child, 'dns.svcb.svcparam.ipv6hint.ip', 'IP', d.ipv6(data + i), data + i, 16);
    at += 4 + size;
  }
}

/** The fixed part of an OPT record, `at` its class, and its options. */
export function edns(d: Dissection, node: FieldNode, at: number, data: number, size: number): void {
  const { view } = d;
  const flags = view.getUint16(at + 4);
  d.field(node, 'dns.rr.udp_payload_size', 'UDP payload size', view.getUint16(at), at, 2);
  d.hex(node, 'dns.resp.ext_rcode', 'Higher bits in extended RCODE', view.getUint8(at + 2), 2, at + 2, 1);
  d.field(node, 'dns.resp.edns0_version', 'EDNS0 version', view.getUint8(at + 3), at + 3, 1);
  const flagNode = d.hex(node, 'dns.resp.z', 'Z', flags, 4, at + 4, 2);
  d.bit(flagNode, 'dns.resp.z.do', 'DO bit', (flags & 0x8000) !== 0, at + 4, 2);
  for (let from = data; from + 4 <= data + size; ) {
    const code = view.getUint16(from);
    const length = view.getUint16(from + 2);
    if (from + 4 + length > data + size) {
      d.malformed('dns', from, `An option of ${length} bytes does not fit its record.`);
      return;
    }
    const child = d.node(node, 'dns.opt', `Option: ${code}`, null, from, length + 4);
    d.field(child, 'dns.opt.code', 'Option Code', code, from, 2);
    d.field(child, 'dns.opt.len', 'Option Length', length, from + 2, 2);
    const value = from + 4;
    if (code === CLIENT_SUBNET && length >= 4) {
      d.field(child, 'dns.opt.client.family', 'Family', view.getUint16(value), value, 2);
      d.field(child, 'dns.opt.client.netmask', 'Source Netmask', view.getUint8(value + 2), value + 2, 1);
      d.field(child, 'dns.opt.client.scope', 'Scope Netmask', view.getUint8(value + 3), value + 3, 1);
    }
    from += 4 + length;
  }
}

export function nsecTypes(d: Dissection, node: FieldNode, from: number, end: number): void {
  for (let at = from; at + 2 <= end; ) {
    const window = d.bytes[at] ?? 0;
    const size = d.bytes[at + 1] ?? 0;
    if (at + 2 + size > end) return;
    for (let bit = 0; bit < size * 8; bit++) {
      if (((d.bytes[at + 2 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) === 0) continue;
      const type = window * 256 + bit;
      d.node(node, 'dns.resp.type', `RR type in bit map: ${dnsTypeName(type)}`, String(type), at + 2 + (bit >> 3), 1);
    }
    at += 2 + size;
  }
}

export const EXTENDED_FIELDS = [
  { name: 'dns.hinfo.cpu', kind: 'text' },
  { name: 'dns.hinfo.os', kind: 'text' },
  { name: 'dns.naptr.order', kind: 'uint' },
  { name: 'dns.naptr.preference', kind: 'uint' },
  { name: 'dns.naptr.flags', kind: 'text' },
  { name: 'dns.naptr.service', kind: 'text' },
  { name: 'dns.naptr.regex', kind: 'text' },
  { name: 'dns.caa.flags', kind: 'uint' },
  { name: 'dns.caa.tag', kind: 'text' },
  { name: 'dns.caa.value', kind: 'text' },
  { name: 'dns.ds.key_id', kind: 'uint' },
  { name: 'dns.ds.algorithm', kind: 'uint' },
  { name: 'dns.ds.digest_type', kind: 'uint' },
  { name: 'dns.ds.digest', kind: 'bytes' },
  { name: 'dns.dnskey.flags', kind: 'uint' },
  { name: 'dns.dnskey.flags.zone_key', kind: 'bool' },
  { name: 'dns.dnskey.flags.key_revoked', kind: 'bool' },
  { name: 'dns.dnskey.flags.secure_entry_point', kind: 'bool' },
  { name: 'dns.dnskey.protocol', kind: 'uint' },
  { name: 'dns.dnskey.algorithm', kind: 'uint' },
  { name: 'dns.dnskey.public_key', kind: 'bytes' },
  { name: 'dns.rrsig.type_covered', kind: 'uint' },
  { name: 'dns.rrsig.algorithm', kind: 'uint' },
  { name: 'dns.rrsig.labels', kind: 'uint' },
  { name: 'dns.rrsig.original_ttl', kind: 'uint' },
  { name: 'dns.rrsig.key_tag', kind: 'uint' },
  { name: 'dns.nsec.next_domain_name', kind: 'text' },
  { name: 'dns.svcb.svcpriority', kind: 'uint' },
  { name: 'dns.svcb.targetname', kind: 'text' },
  { name: 'dns.svcb.svcparam', kind: 'none' },
  { name: 'dns.svcb.svcparam.key', kind: 'uint' },
  { name: 'dns.svcb.svcparam.value.length', kind: 'uint' },
  { name: 'dns.svcb.svcparam.alpn', kind: 'text' },
  { name: 'dns.svcb.svcparam.port', kind: 'uint' },
  { name: 'dns.svcb.svcparam.ipv4hint.ip', kind: 'ipv4' },
  { name: 'dns.svcb.svcparam.ipv6hint.ip', kind: 'ipv6' },
  { name: 'dns.rr.udp_payload_size', kind: 'uint' },
  { name: 'dns.resp.ext_rcode', kind: 'uint' },
  { name: 'dns.resp.edns0_version', kind: 'uint' },
  { name: 'dns.resp.z', kind: 'uint' },
  { name: 'dns.resp.z.do', kind: 'bool' },
  { name: 'dns.opt', kind: 'none' },
  { name: 'dns.opt.code', kind: 'uint' },
  { name: 'dns.opt.len', kind: 'uint' },
  { name: 'dns.opt.client.family', kind: 'uint' },
  { name: 'dns.opt.client.netmask', kind: 'uint' },
  { name: 'dns.opt.client.scope', kind: 'uint' },
] as const;
