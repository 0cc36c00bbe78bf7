// The options of DHCP (RFC 2132 and later) by number: names and fields as in Wireshark, and how their value is read.
import type { FieldKind } from './protocol.ts';

export interface DhcpOption {
  readonly name: string;
  readonly field: string;
  readonly kind: FieldKind;
}

const option = (name: string, field: string, kind: FieldKind): DhcpOption => ({
  name,
  field: `dhcp.option.${field}`,
  kind,
});

export const DHCP_MESSAGES = [
  '',
  'Discover',
  'Offer',
  'Request',
  'Decline',
  'ACK',
  'NAK',
  'Release',
  'Inform',
  'Force Renew',
  'Lease query',
  'Lease Unassigned',
  'Lease Unknown',
  'Lease Active',
  'Bulk Lease Query',
  'Lease Query Done',
  'Active LeaseQuery',
  'Lease Query Status',
  'TLS',
];

export const DHCP_OPTIONS: ReadonlyMap<number, DhcpOption> = new Map([
  [1, option('Subnet Mask', 'subnet_mask', 'ipv4')],
  [3, option('Router', 'router', 'ipv4')],
  [6, option('Domain Name Server', 'domain_name_server', 'ipv4')],
  [12, option('Host Name', 'hostname', 'text')],
  [15, option('Domain Name', 'domain_name', 'text')],
  [26, option('Interface MTU', 'interface_mtu', 'uint')],
  [28, option('Broadcast Address', 'broadcast_address', 'ipv4')],
  [42, option('Network Time Protocol Servers', 'ntp_server', 'ipv4')],
  [44, option('NetBIOS over TCP/IP Name Server', 'netbios_over_tcpip_name_server', 'ipv4')],
  [50, option('Requested IP Address', 'requested_ip_address', 'ipv4')],
  [51, option('IP Address Lease Time', 'ip_address_lease_time', 'uint')],
  [52, option('Option Overload', 'option_overload', 'uint')],
  [53, option('DHCP Message Type', 'dhcp', 'uint')],
  [54, option('DHCP Server Identifier', 'dhcp_server_id', 'ipv4')],
  [55, option('Parameter Request List', 'request_list_item', 'uint')],
  [56, option('Message', 'message', 'text')],
  [57, option('Maximum DHCP Message Size', 'dhcp_max_message_size', 'uint')],
  [58, option('Renewal Time Value', 'renewal_time_value', 'uint')],
  [59, option('Rebinding Time Value', 'rebinding_time_value', 'uint')],
  [60, option('Vendor class identifier', 'vendor_class_id', 'text')],
  [66, option('TFTP Server Name', 'tftp_server_name', 'text')],
  [67, option('Bootfile name', 'bootfile_name', 'text')],
]);
