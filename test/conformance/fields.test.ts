// Every field of a protocol against tshark, on the captures made for it: all that our registry declares and tshark knows.
// Surprise: fields without a value of their own (bytes, flags) are compared by presence, and by position where ours has no text.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CaptureIndexer, dissectPacket } from '../../parsers/index/capture-index.ts';
import { MEDIA } from '../../parsers/wire/media/registry.gen.ts';
import { PROTOCOLS } from '../../parsers/wire/registry.gen.ts';
import { tsharkVersion, valuesOf } from './oracle.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');
const usable = tsharkVersion()?.startsWith('TShark (Wireshark) 4.0.') ?? false;

/** Captures in which the numbers of TCP's timing are compared. */
const TIMED = [
  'streams.http.pcap',
  'streams.tls.pcap',
  'ipvs-nft-promisc.seed-clash.node-any.pcap',
  'iptables-nft.hairpin.node-any.pcap',
  'native.clusterip.node-any.pcap',
];

/** Capture → the fields that are exact in it. What a protocol file leaves out (OSPFv3's Hello, …) is named by leaving it out here. */
const EXACT: readonly (readonly [string, RegExp])[] = [
  [
    'crafted-tunnels.pcap',
    /^(gre|erspan|geneve|vxlan|tcp\.(seq|ack|len|stream|flags|window|srcport|analysis\.i)|ip\.(src|dst|ttl|proto))/,
  ],
  [
    'crafted-network.pcap',
    /^(vrrp|esp|ah|wg|ntp|ospf\.(version|msg|srcrouter|area_id|checksum|packet_length)|igmp\.(maddr|saddr|type))/,
  ],
  [
    'crafted-routing.pcap',
    /^(cdp\.(v|ttl|dev|port)|lacp\.(version|actor|partner)|pim\.(v|t)|eigrp\.(v|seq|ack|as)|hsrp|rip|bfd\.(v|sta|d)|radius\.(code|id|length)|isakmp\.(len|ex|mess)|l2tp\.(tunnel|session|version)|stun\.(type|length)|bgp\.(type|open))/,
  ],
  [
    'crafted-lines.pcap',
    /^(ftp\.|smtp\.|pop\.|imap\.|irc\.(request$|response$)|rtsp\.(method|url|status)|sip\.(Method|r-uri|Status-Code|CSeq|Call)|mqtt\.(len|qos|msgid|topic|msgtype))/,
  ],
  [
    'crafted-windows.pcap',
    /^(smb2\.(cmd|nt_status|msg_id)|nbss\.|nbdgm\.(type|src)|ldap\.(messageID|scope|resultCode|baseObject|objectName|name)|kerberos\.(msg_type|error))/,
  ],
  ['crafted-mail.pcap', /^(smtp\.|imap\.|pop\.|imf\.(from|to|subject|message_id|return_path|mime_version))/],
  // Addresses are not told from the names beside them.
  ['daemons.mail.pcap', /^(smtp\.|imap\.|pop\.|imf\.(subject|date|message_id|mime_version))/],
  ['daemons.names.pcap', /^dns\.(id|count|flags|qry|resp\.(ttl|len)|a$|aaaa|cname)/],
  [
    'daemons.hosts.pcap',
    /^(dhcp\.(id|ip|flags|option\.(router|hostname|subnet|dhcp|domain|request|ip_addr))|dhcpv6|ntp|syslog|snmp\.)/,
  ],
  ['daemons.logins.pcap', /^(ldap\.|radius\.(code|id|length)|kerberos\.error)/],
  ['daemons.calls.pcap', /^(rtp\.|rtpevent|sip\.(Method|r-uri|Status-Code|CSeq|Call)|stun\.(type|length))/],
  ['daemons.files.pcap', /^(ftp\.|ftp-data\.|tftp\.(type|error))/],
  [
    'crafted-bodies.pcap',
    /^(json|urlencoded-form|image-gif\.(version|screen)|png\.(chunk\.(len|type|crc)|ihdr)|ocsp\.resp|mime_multipart\.type|mp4\.)/,
  ],
  ['crafted-industry.pcap', /^(mbtcp|modbus|tpkt|s7comm|coap)\./],
  ['daemons.sealed.pcap', /^(dtls|tls\.(record|alert|handshake\.(type|length|version|ciphersuite$)))/],
  ['daemons.routing.pcap', /^(ldp|ripng|bfd\.(v|sta|d)|vrrp)/],
  ['daemons.peers.pcap', /^(coap|mqtt\.(len|qos|msgid|topic|msgtype))/],
  ...[
    'streams.http.pcap',
    'crafted-http.pcap',
    'crafted-bodies.pcap',
    'crafted-media.pcap',
    'crafted-repeated.pcap',
    'daemons.web.pcap',
  ].map((name) => [name, /^http\.(time|request_in|request\.(full_uri|method)|response_for|response\.code)/] as const),
  ['crafted-link.pcap', /^(stp|mpls|pppoe\.|eapol\.(version|type|len)|eap\.|llc\.(dsap|ssap|oui))/],
  [
    'crafted-services.pcap',
    /^(dhcpv6|syslog|tftp|dhcp\.(id|ip|flags|option\.(router|hostname|subnet|dhcp|domain|request|ip_addr)))/,
  ],
  [
    'crafted-dns-records.pcap',
    /^dns\.(id|qry|caa|ds|dnskey|naptr|rrsig|svcb|hinfo|a$|aaaa|cname|resp\.(ttl|len|name))/,
  ],
  [
    'crafted-fragments.pcap',
    /^(ip\.(frag|reass|src|len)|ipv6\.(frag|reass|src)|udp\.(srcport|length)|tcp\.(stream|len|srcport)|dns\.id|icmp\.)/,
  ],
  ...TIMED.map((name) => [name, /^tcp\.(time_|compl|connection|analysis\.(ack|bytes|initial|push|rto|dup))/] as const),
  [
    'crafted-tcp-random.pcap',
    /^tcp\.(time_|compl|connection|window_size_s|analysis\.(ack|bytes|initial|push|rto|dup))/,
  ],
  // tshark prints the line ends of the magic as backslashes, and reads the settings in the header of an upgrade, too.
  ['streams.http2.pcap', /^http2\.(?!magic|settings|data)/],
  ['streams.grpc.pcap', /^(grpc|protobuf\.field\.(n|w|value\.l)|http2\.headers?\.)/],
  ['crafted-http2.pcap', /^http2\.(?!magic|data|unknown|continuation)/],
  // Messages in several frames are not put together: each frame's own text is shown.
  ['streams.websocket.pcap', /^websocket\.(?!payload\.(text|continue))/],
  ['crafted-quic.pcap', /^quic\.(?!remaining)/],
  ['streams.services.pcap', /^((pgsql|mysql|ssh)\.(?!encr)|resp\.error)/],
  // Of a command that is not complete tshark shows what is there already.
  ['crafted-databases.pcap', /^((pgsql|mysql|ssh|kafka|amqp)\.(?!encr|init)|resp\.(string|error|integer))/],
  ['crafted-nflog.pcap', /^nflog/],
  ['streams.tls.pcap', /^x509(sat|if|ce\.dNS|af)/],
  ['crafted-icmpv6.pcap', /^icmpv6\./],
  // Reasons stand in actions too, and tshark names the parts of tags.
  ['crafted-wlan.pcapng', /^(radiotap|wlan\.(?!fixed\.reason|tag$|mgt|fc$))/],
  ['crafted-ppp.pcap', /^ppp/],
];

function ask(file: string, fields: readonly string[]): string[][] {
  const args = ['-n', '-r', file, '-T', 'fields', '-E', 'separator=/t', '-E', 'aggregator=|'];
  const out = execFileSync('tshark', [...args, ...fields.flatMap((field) => ['-e', field])], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return out
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
}

describe('fields as tshark gives them', () => {
  it.skipIf(!usable).each(EXACT)('%s: %s', (name, wanted) => {
    const declared = [...PROTOCOLS, ...MEDIA].flatMap((protocol) => protocol.fields);
    const asked = declared.filter((f) => !f.either && f.name.includes('.') && wanted.test(f.name));
    // What several protocols carry stands in each of them.
    const fields = [...new Set(asked.map((f) => f.name))];
    expect(fields.length).toBeGreaterThan(4);
    const bytes = new Uint8Array(fs.readFileSync(path.join(dir, name)));
    const indexer = new CaptureIndexer({ splitByInterface: false });
    indexer.append(bytes);
    indexer.end();
    const frameOf = (row: number): Uint8Array => {
      const from = indexer.index.fileOffset(row);
      return bytes.subarray(from, from + indexer.index.caplen(row));
    };
    indexer.index.readFramesWith(frameOf);
    const found: string[] = [];
    for (const [row, theirs] of ask(path.join(dir, name), fields).entries()) {
      const ours = valuesOf(dissectPacket(indexer.index, row, frameOf(row)).layers);
      for (const [k, field] of fields.entries()) {
        const mine = ours.get(field);
        const same =
          mine !== undefined && mine.length === 0 ? theirs[k] !== '' : (theirs[k] ?? '') === (mine ?? []).join('|');
        if (!same) found.push(`packet ${row + 1} ${field}: tshark "${theirs[k]}", we "${mine?.join('|') ?? ''}"`);
      }
    }
    expect(found).toEqual([]);
  });
});
