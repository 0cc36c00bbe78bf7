// DNS names and the data of the common record types (RFC 1035, 3596, 2782, 6891).
// Surprise: a name in record data may point back anywhere into the message, so reading needs the message's start.
import { asciiText, type Dissection } from './dissection.ts';
import { caa, dnskey, ds, hinfo, naptr, nsecTypes, rrsig, svcParams } from './dns-extended.ts';
import type { FieldNode } from './field.ts';

const MAX_NAME = 255;
const MAX_JUMPS = 64;

export function classText(value: number): string {
  if (value === 1) return 'IN';
  if (value === 3) return 'CH';
  if (value === 4) return 'HS';
  return value === 255 ? 'ANY' : 'Unknown';
}

/** A name and where the bytes after it begin; `cut` when it runs out of the frame, `bad` when it loops or is too long. */
export function readName(
  d: Dissection,
  from: number,
  base: number,
): { readonly name: string; readonly end: number } | 'cut' | 'bad' {
  const labels: string[] = [];
  let end = -1;
  let used = 0;
  let jumps = 0;
  for (let at = from; ; ) {
    if (at >= d.end) return 'cut';
    const size = d.bytes[at] ?? 0;
    if (size === 0) {
      if (end < 0) end = at + 1;
      return { name: labels.length === 0 ? '<Root>' : labels.join('.'), end };
    }
    if ((size & 0xc0) === 0xc0) {
      if (at + 1 >= d.end) return 'cut';
      if (end < 0) end = at + 2;
      if (++jumps > MAX_JUMPS) return 'bad';
      at = base + (((size & 0x3f) << 8) | (d.bytes[at + 1] ?? 0));
      continue;
    }
    if (size > 63) return 'bad';
    if (at + 1 + size > d.end) return 'cut';
    used += size + 1;
    if (used > MAX_NAME) return 'bad';
    labels.push(asciiText(d.bytes, at + 1, at + 1 + size));
    at += size + 1;
  }
}

function nameAt(d: Dissection, at: number, base: number): { readonly name: string; readonly end: number } {
  const read = readName(d, at, base);
  if (typeof read !== 'string') return read;
  d.malformed('dns', at, 'A name in record data cannot be read.');
  return { name: '', end: at };
}

/** Adds the data of a record to its node; the answer is what Info shows of it, after a space, or nothing. */
export function recordData(
  d: Dissection,
  node: FieldNode,
  type: number,
  at: number,
  size: number,
  base: number,
): string {
  switch (type) {
    case 1:
      return size === 4 ? single(d, node, 'dns.a', 'Address', d.ipv4(at), at, 4) : '';
    case 28:
      return size === 16 ? single(d, node, 'dns.aaaa', 'AAAA Address', d.ipv6(at), at, 16) : '';
    case 2:
      return single(d, node, 'dns.ns', 'Name Server', nameAt(d, at, base).name, at, size);
    case 5:
      return single(d, node, 'dns.cname', 'CNAME', nameAt(d, at, base).name, at, size);
    case 12:
      return single(d, node, 'dns.ptr.domain_name', 'Domain Name', nameAt(d, at, base).name, at, size);
    case 6: {
      const first = nameAt(d, at, base);
      const second = nameAt(d, first.end, base);
      d.node(node, 'dns.soa.mname', `Primary name server: ${first.name}`, first.name, at, first.end - at);
      d.node(
        node,
        'dns.soa.rname',
        `Responsible authority's mailbox: ${second.name}`,
        second.name,
        first.end,
        second.end - first.end,
      );
      return ` ${first.name}`;
    }
    case 15: {
      if (size < 3) return '';
      const preference = d.view.getUint16(at);
      d.field(node, 'dns.mx.preference', 'Preference', preference, at, 2);
      const { name } = nameAt(d, at + 2, base);
      d.field(node, 'dns.mx.mail_exchange', 'Mail Exchange', name, at + 2, size - 2);
      return ` ${preference} ${name}`;
    }
    case 16:
      texts(d, node, at, size);
      return '';
    case 33: {
      if (size < 7) return '';
      const priority = d.view.getUint16(at);
      const weight = d.view.getUint16(at + 2);
      const port = d.view.getUint16(at + 4);
      const { name } = nameAt(d, at + 6, base);
      d.field(node, 'dns.srv.priority', 'Priority', priority, at, 2);
      d.field(node, 'dns.srv.weight', 'Weight', weight, at + 2, 2);
      d.field(node, 'dns.srv.port', 'Port', port, at + 4, 2);
      d.field(node, 'dns.srv.target', 'Target', name, at + 6, size - 6);
      return ` ${priority} ${weight} ${port} ${name}`;
    }
    case 39:
      return single(d, node, 'dns.dname', 'DNAME', nameAt(d, at, base).name, at, size);
    case 36: {
      if (size < 3) return '';
      const { name } = nameAt(d, at + 2, base);
      return ` ${d.view.getUint16(at)} ${name}`;
    }
    case 47: {
      const next = nameAt(d, at, base);
      d.field(node, 'dns.nsec.next_domain_name', 'Next Domain Name', next.name, at, next.end - at);
      nsecTypes(d, node, next.end, at + size);
      return ` ${next.name}`;
    }
    case 64:
    case 65: {
      if (size < 3) return '';
      const target = nameAt(d, at + 2, base);
      d.field(node, 'dns.svcb.svcpriority', 'SvcPriority', d.view.getUint16(at), at, 2);
      d.field(node, 'dns.svcb.targetname', 'TargetName', target.name, at + 2, target.end - at - 2);
      svcParams(d, node, target.end, at + size);
      return '';
    }
    case 13:
      return hinfo(d, node, at, size);
    case 35:
      return naptr(d, node, at, size);
    case 43:
    case 59:
      return ds(d, node, at, size);
    case 46:
      return rrsig(d, node, at, size);
    case 48:
    case 60:
      return dnskey(d, node, at, size);
    case 257:
      return caa(d, node, at, size);
    default:
      return '';
  }
}

function single(
  d: Dissection,
  node: FieldNode,
  filter: string,
  label: string,
  value: string,
  at: number,
  size: number,
): string {
  d.field(node, filter, label, value, at, size);
  return ` ${value}`;
}

function texts(d: Dissection, node: FieldNode, from: number, size: number): void {
  for (let at = from; at < from + size; ) {
    const length = d.bytes[at] ?? 0;
    if (at + 1 + length > from + size) {
      d.malformed('dns', at, `A text of ${length} bytes does not fit its record.`);
      return;
    }
    const text = asciiText(d.bytes, at + 1, at + 1 + length);
    d.field(node, 'dns.txt', 'TXT', text, at + 1, length);
    at += 1 + length;
  }
}
