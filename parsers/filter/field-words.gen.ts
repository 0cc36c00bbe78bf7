// Written by tools/record-field-types.mjs from TShark (Wireshark) 4.0.17 (Git v4.0.17 packaged as 4.0.17-0+deb12u3).: what our fields are called there, one a line behind a tab.
// biome-ignore-all lint: as tshark writes them
// biome-ignore-all format: as tshark writes them
export const FIELD_WORDS = `
ah	Authentication Header
ah.icv	AH ICV
ah.length	Length
ah.next_header	Next header
ah.sequence	AH Sequence
ah.spi	AH SPI
amqp	Advanced Message Queuing Protocol
amqp.channel	Channel
amqp.header.class	Class ID
amqp.init.protocol	Protocol
amqp.init.version_major	Version Major
amqp.init.version_minor	Version Minor
amqp.init.version_revision	Version-Revision
amqp.length	Length
amqp.method.class	Class
amqp.method.method	Method
amqp.payload	Payload
amqp.type	Type
arp	Address Resolution Protocol
arp.dst.hw_mac	Target MAC address
arp.dst.proto_ipv4	Target IP address
arp.hw.size	Hardware size
arp.hw.type	Hardware type
arp.isgratuitous	Is gratuitous
arp.opcode	Opcode
arp.proto.size	Protocol size
arp.proto.type	Protocol type
arp.src.hw_mac	Sender MAC address
arp.src.proto_ipv4	Sender IP address
bfd	Bidirectional Forwarding Detection Control Message
bfd.detect_time_multiplier	Detect Time Multiplier
bfd.diag	Diagnostic Code
bfd.flags	Message Flags
bfd.my_discriminator	My Discriminator
bfd.sta	Session State
bfd.version	Protocol Version
bfd.your_discriminator	Your Discriminator
bgp	Border Gateway Protocol
bgp.length	Length
bgp.notify.major_error	Major error Code
bgp.open.holdtime	Hold Time
bgp.open.identifier	BGP Identifier
bgp.open.myas	My AS
bgp.open.version	Version
bgp.type	Type
cdp	Cisco Discovery Protocol
cdp.deviceid	Device ID
cdp.platform	Platform
cdp.portid	Sent through Interface
cdp.tlv.len	Length
cdp.tlv.type	Type
cdp.ttl	TTL
cdp.version	Version
cldap	Connectionless Lightweight Directory Access Protocol
coap	Constrained Application Protocol
coap.code	Code
coap.mid	Message ID
coap.opt.uri_path_recon	Uri-Path
coap.token	Token
coap.token_len	Token Length
coap.type	Type
coap.version	Version
cotp	ISO 8073/X.224 COTP Connection-Oriented Transport Protocol
cotp.destref	Destination reference
cotp.li	Length
cotp.srcref	Source reference
cotp.type	PDU Type
data	Data
data-text-lines	Line-based text data
data.len	Length
db-lsp-disc	Dropbox LAN sync Discovery Protocol
dhcp	Dynamic Host Configuration Protocol
dhcp.cookie	Magic cookie
dhcp.file	Boot file name
dhcp.flags	Bootp flags
dhcp.flags.bc	Broadcast flag
dhcp.hops	Hops
dhcp.hw.len	Hardware address length
dhcp.hw.mac_addr	Client MAC address
dhcp.hw.type	Hardware type
dhcp.id	Transaction ID
dhcp.ip.client	Client IP address
dhcp.ip.relay	Relay agent IP address
dhcp.ip.server	Next server IP address
dhcp.ip.your	Your (client) IP address
dhcp.option.bootfile_name	Bootfile name
dhcp.option.broadcast_address	Broadcast Address
dhcp.option.dhcp	DHCP
dhcp.option.dhcp_max_message_size	Maximum DHCP Message Size
dhcp.option.dhcp_server_id	DHCP Server Identifier
dhcp.option.domain_name	Domain Name
dhcp.option.domain_name_server	Domain Name Server
dhcp.option.end	Option End
dhcp.option.hostname	Host Name
dhcp.option.interface_mtu	Interface MTU
dhcp.option.ip_address_lease_time	IP Address Lease Time
dhcp.option.length	Length
dhcp.option.message	Message
dhcp.option.netbios_over_tcpip_name_server	NetBIOS over TCP/IP Name Server
dhcp.option.ntp_server	Network Time Protocol Server
dhcp.option.option_overload	Option Overload
dhcp.option.rebinding_time_value	Rebinding Time Value
dhcp.option.renewal_time_value	Renewal Time Value
dhcp.option.request_list_item	Parameter Request List Item
dhcp.option.requested_ip_address	Requested IP Address
dhcp.option.router	Router
dhcp.option.subnet_mask	Subnet Mask
dhcp.option.tftp_server_name	TFTP Server Name
dhcp.option.type	Option
dhcp.option.vendor_class_id	Vendor class identifier
dhcp.secs	Seconds elapsed
dhcp.server	Server host name
dhcp.type	Message type
dhcpv6	DHCPv6
dhcpv6.dns_server	DNS server address
dhcpv6.duid.bytes	DUID
dhcpv6.hopcount	Hopcount
dhcpv6.iaaddr.ip	IPv6 address
dhcpv6.iaaddr.pref_lifetime	Preferred lifetime
dhcpv6.iaaddr.valid_lifetime	Valid lifetime
dhcpv6.iaid.t1	T1
dhcpv6.iaid.t2	T2
dhcpv6.linkaddr	Link address
dhcpv6.msgtype	Message type
dhcpv6.option.length	Length
dhcpv6.option.type	Option
dhcpv6.peeraddr	Peer address
dhcpv6.xid	Transaction ID
dns	Domain Name System
dns.a	Address
dns.aaaa	AAAA Address
dns.caa.flags	CAA Flags
dns.caa.tag	Tag
dns.caa.value	Value
dns.cname	CNAME
dns.count.add_rr	Additional RRs
dns.count.answers	Answer RRs
dns.count.auth_rr	Authority RRs
dns.count.prerequisites	Prerequisites
dns.count.queries	Questions
dns.count.updates	Updates
dns.count.zones	Zones
dns.dname	Dname
dns.dnskey.algorithm	Algorithm
dns.dnskey.flags	Flags
dns.dnskey.flags.key_revoked	Key Revoked
dns.dnskey.flags.secure_entry_point	Key Signing Key
dns.dnskey.flags.zone_key	Zone Key
dns.dnskey.protocol	Protocol
dns.dnskey.public_key	Public Key
dns.ds.algorithm	Algorithm
dns.ds.digest	Digest
dns.ds.digest_type	Digest Type
dns.ds.key_id	Key id
dns.flags	Flags
dns.flags.authoritative	Authoritative
dns.flags.opcode	Opcode
dns.flags.rcode	Reply code
dns.flags.recavail	Recursion available
dns.flags.recdesired	Recursion desired
dns.flags.response	Response
dns.flags.truncated	Truncated
dns.hinfo.cpu	CPU
dns.hinfo.os	OS
dns.id	Transaction ID
dns.length	Length
dns.mx.mail_exchange	Mail Exchange
dns.mx.preference	Preference
dns.naptr.flags	Flags
dns.naptr.order	Order
dns.naptr.preference	Preference
dns.naptr.regex	Regex
dns.naptr.service	Service
dns.ns	Name Server
dns.nsec.next_domain_name	Next Domain Name
dns.opt	Option
dns.opt.client.family	Family
dns.opt.client.netmask	Source Netmask
dns.opt.client.scope	Scope Netmask
dns.opt.code	Option Code
dns.opt.len	Option Length
dns.ptr.domain_name	Domain Name
dns.qry.class	Class
dns.qry.name	Name
dns.qry.type	Type
dns.resp.class	Class
dns.resp.edns0_version	EDNS0 version
dns.resp.ext_rcode	Higher bits in extended RCODE
dns.resp.len	Data length
dns.resp.name	Name
dns.resp.ttl	Time to live
dns.resp.type	Type
dns.resp.z	Z
dns.resp.z.do	DO bit
dns.rr.udp_payload_size	UDP payload size
dns.rrsig.algorithm	Algorithm
dns.rrsig.key_tag	Key Tag
dns.rrsig.labels	Labels
dns.rrsig.original_ttl	Original TTL
dns.rrsig.type_covered	Type Covered
dns.soa.mname	Primary name server
dns.soa.rname	Responsible authority's mailbox
dns.srv.port	Port
dns.srv.priority	Priority
dns.srv.target	Target
dns.srv.weight	Weight
dns.svcb.svcparam	SvcParam
dns.svcb.svcparam.alpn	ALPN
dns.svcb.svcparam.ipv4hint.ip	IP
dns.svcb.svcparam.ipv6hint.ip	IP
dns.svcb.svcparam.key	SvcParamKey
dns.svcb.svcparam.port	Port
dns.svcb.svcparam.value.length	SvcParamValue length
dns.svcb.svcpriority	SvcPriority
dns.svcb.targetname	TargetName
dns.txt	TXT
dtls	Datagram Transport Layer Security
dtls.handshake.fragment_length	Fragment Length
dtls.handshake.fragment_offset	Fragment Offset
dtls.handshake.length	Length
dtls.handshake.message_seq	Message Sequence
dtls.handshake.type	Handshake Type
dtls.record.content_type	Content Type
dtls.record.epoch	Epoch
dtls.record.length	Length
dtls.record.sequence_number	Sequence Number
dtls.record.version	Version
dtp	Dynamic Trunk Protocol
dtp.version	Version
eap	Extensible Authentication Protocol
eap.code	Code
eap.id	Id
eap.identity	Identity
eap.len	Length
eap.type	Type
eapol	802.1X Authentication
eapol.keydes.key_len	Key Length
eapol.keydes.type	Key Descriptor Type
eapol.len	Length
eapol.type	Type
eapol.version	Version
eigrp	Enhanced Interior Gateway Routing Protocol
eigrp.ack	Acknowledge
eigrp.as	Autonomous System
eigrp.flags	Flags
eigrp.opcode	Opcode
eigrp.seq	Sequence
eigrp.version	Version
erspan	Encapsulated Remote Switch Packet ANalysis
erspan.cos	COS
erspan.encap	Encap
erspan.index	Index
erspan.spanid	SpanID
erspan.truncated	Truncated
erspan.version	Version
erspan.vlan	Vlan
esp	Encapsulating Security Payload
esp.sequence	ESP Sequence
esp.spi	ESP SPI
eth	Ethernet
eth.addr	Address
eth.dst	Destination
eth.ig	IG bit
eth.len	Length
eth.lg	LG bit
eth.src	Source
eth.type	Type
frame	Frame
frame.cap_len	Frame length stored into the capture file
frame.comment	Comment
frame.interface_description	Interface description
frame.interface_id	Interface id
frame.interface_name	Interface name
frame.len	Frame length on the wire
frame.number	Frame Number
frame.protocols	Protocols in frame
frame.time	Arrival Time
frame.time_delta	Time delta from previous captured frame
frame.time_epoch	Epoch Time
frame.time_relative	Time since reference or first frame
ftp	File Transfer Protocol (FTP)
ftp-data	FTP Data
ftp-data.command	Command
ftp-data.setup-method	Setup method
ftp.request	Request
ftp.request.arg	Request arg
ftp.request.command	Request command
ftp.response	Response
ftp.response.arg	Response arg
ftp.response.code	Response code
geneve	Generic Network Virtualization Encapsulation
geneve.flags	Flags
geneve.flags.critical	Critical Options Present
geneve.flags.oam	Operations, Administration and Management Frame
geneve.flags.reserved	Reserved
geneve.option	Option
geneve.option.class	Class
geneve.option.length	Length
geneve.option.type	Type
geneve.option.type.critical	Critical Option
geneve.options	Geneve Options
geneve.proto_type	Protocol Type
geneve.version	Version
geneve.vni	Virtual Network Identifier (VNI)
gre	Generic Routing Encapsulation
gre.ack_number	Acknowledgment Number
gre.checksum	Checksum
gre.flags.ack	Acknowledgment
gre.flags.checksum	Checksum Bit
gre.flags.key	Key Bit
gre.flags.recursion_control	Recursion control
gre.flags.reserved	Flags (Reserved)
gre.flags.routing	Routing Bit
gre.flags.sequence_number	Sequence Number Bit
gre.flags.strict_source_route	Strict Source Route Bit
gre.flags.version	Version
gre.flags_and_version	Flags and Version
gre.key	Key
gre.key.call_id	Call ID
gre.key.payload_length	Payload Length
gre.offset	Offset
gre.proto	Protocol Type
gre.sequence_number	Sequence Number
grpc	GRPC Message
grpc.compressed_flag	Compressed Flag
grpc.frame_type	Frame Type
grpc.message_data	Message Data
grpc.message_length	Message Length
hsrp	Cisco Hot Standby Router Protocol
hsrp.group	Group
hsrp.opcode	Op Code
hsrp.priority	Priority
hsrp.state	State
hsrp.version	Version
hsrp.virt_ip	Virtual IP Address
http	Hypertext Transfer Protocol
http.accept	Accept
http.chunk_data	Chunk data
http.connection	Connection
http.content_length_header	Content-Length
http.content_type	Content-Type
http.cookie	Cookie
http.date	Date
http.file_data	File Data
http.host	Host
http.location	Location
http.referer	Referer
http.request	Request
http.request.full_uri	Full request URI
http.request.method	Request Method
http.request.uri	Request URI
http.request.version	Request Version
http.request_in	Request in frame
http.response	Response
http.response.code	Status Code
http.response.phrase	Response Phrase
http.response.version	Response Version
http.response_for.uri	Request URI
http.server	Server
http.set_cookie	Set-Cookie
http.time	Time since request
http.transfer_encoding	Transfer-Encoding
http.user_agent	User-Agent
http.x_forwarded_for	X-Forwarded-For
http2	HyperText Transfer Protocol 2
http2.body.fragments	Body fragments
http2.continuation.header	Continuation Header
http2.data.data	Data
http2.exclusive	Exclusive
http2.flags	Flags
http2.flags.ack.ping	ACK
http2.flags.ack.settings	ACK
http2.flags.eh	End Headers
http2.flags.end_stream	End Stream
http2.flags.padded	Padded
http2.flags.priority	Priority
http2.goaway.addata	Additional Debug Data
http2.goaway.error	Error
http2.goaway.last_stream_id	Last-Stream-ID
http2.header	Header
http2.header.count	Header Count
http2.header.index	Index
http2.header.length	Header Length
http2.header.name	Name
http2.header.name.length	Name Length
http2.header.repr	Representation
http2.header.unescaped	Unescaped
http2.header.value	Value
http2.header.value.length	Value Length
http2.header_table_size_update	Header table size update
http2.header_table_size_update.header_table_size	Header table size
http2.headers	Header Block Fragment
http2.headers.accept	accept
http2.headers.accept_charset	accept-charset
http2.headers.accept_encoding	accept-encoding
http2.headers.accept_language	accept-language
http2.headers.accept_ranges	accept-ranges
http2.headers.age	age
http2.headers.allow	allow
http2.headers.authority	:authority
http2.headers.authorization	authorization
http2.headers.cache_control	cache-control
http2.headers.content_disposition	content-disposition
http2.headers.content_encoding	content-encoding
http2.headers.content_language	content-language
http2.headers.content_length	content-length
http2.headers.content_location	content-location
http2.headers.content_range	content-range
http2.headers.content_type	content-type
http2.headers.cookie	cookie
http2.headers.date	date
http2.headers.etag	etag
http2.headers.expect	expect
http2.headers.expires	expires
http2.headers.from	from
http2.headers.if_match	if-match
http2.headers.if_modified_since	if-modified-since
http2.headers.if_none_match	if-none-match
http2.headers.if_range	if-range
http2.headers.if_unmodified_since	if-unmodified-since
http2.headers.last_modified	last-modified
http2.headers.link	link
http2.headers.location	location
http2.headers.max_forwards	max-forwards
http2.headers.method	:method
http2.headers.path	:path
http2.headers.proxy_authenticate	proxy-authenticate
http2.headers.proxy_authorization	proxy-authorization
http2.headers.range	range
http2.headers.referer	referer
http2.headers.refresh	refresh
http2.headers.retry_after	retry-after
http2.headers.scheme	:scheme
http2.headers.server	server
http2.headers.set_cookie	set-cookie
http2.headers.status	:status
http2.headers.strict_transport_security	strict-transport-security
http2.headers.user_agent	user-agent
http2.headers.vary	vary
http2.headers.via	via
http2.headers.weight	Weight
http2.headers.weight_real	Weight real
http2.headers.www_authenticate	www-authenticate
http2.length	Length
http2.magic	Magic
http2.ping	Ping
http2.pong	Pong
http2.push_promise.header	Header Block Fragment
http2.push_promise.promised_stream_id	Promised-Stream-ID
http2.r	Reserved
http2.request.full_uri	Full request URI
http2.rst_stream.error	Error
http2.settings	Settings
http2.settings.enable_push	Enable PUSH
http2.settings.extended_connect	Extended CONNECT
http2.settings.header_table_size	Header table size
http2.settings.id	Settings Identifier
http2.settings.initial_window_size	Initial Windows Size
http2.settings.max_concurrent_streams	Max concurrent streams
http2.settings.max_frame_size	Max frame size
http2.settings.max_header_list_size	Max header list size
http2.settings.unknown	Unknown Settings
http2.stream	Stream
http2.stream_dependency	Stream Dependency
http2.streamid	Stream Identifier
http2.type	Type
http2.unknown	Unknown
http2.window_update.window_size_increment	Window Size Increment
icmp	Internet Control Message Protocol
icmp.checksum	Checksum
icmp.code	Code
icmp.ident	Identifier (BE)
icmp.mtu	MTU of next hop
icmp.redir_gw	Gateway Address
icmp.resp_to	Request frame
icmp.seq	Sequence Number (BE)
icmp.seq_le	Sequence Number (LE)
icmp.type	Type
icmpv6	Internet Control Message Protocol v6
icmpv6.checksum	Checksum
icmpv6.code	Code
icmpv6.echo.identifier	Identifier
icmpv6.echo.sequence_number	Sequence
icmpv6.mld.flag	Flags
icmpv6.mld.flag.qrv	QRV (Querier's Robustness Variable)
icmpv6.mld.flag.s	Suppress Router-Side Processing
icmpv6.mld.maximum_response_code	Maximum Response Code
icmpv6.mld.maximum_response_delay	Maximum Response Delay [ms]
icmpv6.mld.multicast_address	Multicast Address
icmpv6.mld.nb_sources	Number of Sources
icmpv6.mld.qqi	QQIC (Querier's Query Interval Code)
icmpv6.mld.source_address	Source Address
icmpv6.mldr.mar	Multicast Address Record
icmpv6.mldr.mar.aux_data_len	Aux Data Len
icmpv6.mldr.mar.multicast_address	Multicast Address
icmpv6.mldr.mar.nb_sources	Number of Sources
icmpv6.mldr.mar.record_type	Record Type
icmpv6.mldr.mar.source_address	Source Address
icmpv6.mldr.nb_mcast_records	Number of Multicast Address Records
icmpv6.mtu	MTU
icmpv6.nd.na.flag	Flags
icmpv6.nd.na.flag.o	Override
icmpv6.nd.na.flag.r	Router
icmpv6.nd.na.flag.s	Solicited
icmpv6.nd.na.target_address	Target Address
icmpv6.nd.ns.target_address	Target Address
icmpv6.nd.ra.cur_hop_limit	Cur hop limit
icmpv6.nd.ra.flag	Flags
icmpv6.nd.ra.flag.h	Home Agent
icmpv6.nd.ra.flag.m	Managed address configuration
icmpv6.nd.ra.flag.o	Other configuration
icmpv6.nd.ra.flag.p	Proxy
icmpv6.nd.ra.flag.prf	Prf (Default Router Preference)
icmpv6.nd.ra.reachable_time	Reachable time (ms)
icmpv6.nd.ra.retrans_timer	Retrans timer (ms)
icmpv6.nd.ra.router_lifetime	Router lifetime (s)
icmpv6.nd.rd.target_address	Target Address
icmpv6.opt	ICMPv6 Option
icmpv6.opt.dnssl	Domain Names
icmpv6.opt.dnssl.lifetime	Lifetime
icmpv6.opt.length	Length
icmpv6.opt.linkaddr	Link-layer address
icmpv6.opt.mtu	MTU
icmpv6.opt.nonce	Nonce
icmpv6.opt.prefix	Prefix
icmpv6.opt.prefix.flag	Flag
icmpv6.opt.prefix.flag.a	Autonomous address-configuration flag(A)
icmpv6.opt.prefix.flag.l	On-link flag(L)
icmpv6.opt.prefix.flag.r	Router address flag(R)
icmpv6.opt.prefix.length	Prefix Length
icmpv6.opt.prefix.preferred_lifetime	Preferred Lifetime
icmpv6.opt.prefix.valid_lifetime	Valid Lifetime
icmpv6.opt.rdnss	Recursive DNS Servers
icmpv6.opt.rdnss.lifetime	Lifetime
icmpv6.opt.route_info.flag	Flag
icmpv6.opt.route_info.flag.route_preference	Route Preference
icmpv6.opt.route_lifetime	Route Lifetime
icmpv6.opt.src_linkaddr	Source Link-layer address
icmpv6.opt.target_linkaddr	Target Link-layer address
icmpv6.opt.type	Type
icmpv6.rd.na.destination_address	Destination Address
icmpv6.type	Type
ieee8021ad	IEEE 802.1ad
ieee8021ad.dei	DEI
ieee8021ad.id	ID
ieee8021ad.priority	Priority
igmp	Internet Group Management Protocol
igmp.aux_data_len	Aux Data Len
igmp.checksum	Checksum
igmp.maddr	Multicast Address
igmp.max_resp	Max Resp Time
igmp.num_grp_recs	Num Group Records
igmp.num_src	Num Src
igmp.qqic	QQIC
igmp.qrv	QRV
igmp.record_type	Record Type
igmp.s	S
igmp.saddr	Source Address
igmp.type	Type
igmp.version	IGMP Version
image-gif	Compuserve GIF
image-gif.image_background_index	Background color index
image-gif.screen.height	Screen height
image-gif.screen.width	Screen width
image-gif.version	Version
image-jfif	JPEG File Interchange Format
image-jfif.length	Length
image-jfif.marker	Marker
image-jfif.marker_segment	Marker segment
image-jfif.sof.lines	Lines
image-jfif.sof.samples_per_line	Samples per line
imap	Internet Message Access Protocol
imap.request	Request
imap.response	Response
imf	Internet Message Format
imf.bcc	Bcc
imf.cc	Cc
imf.content.transfer_encoding	Content-Transfer-Encoding
imf.content.type	Content-Type
imf.date	Date
imf.from	From
imf.in_reply_to	In-Reply-To
imf.message_id	Message-ID
imf.mime_version	MIME-Version
imf.received	Received
imf.references	References
imf.reply_to	Reply-To
imf.return_path	Return-Path
imf.sender	Sender
imf.subject	Subject
imf.to	To
ip	Internet Protocol Version 4
ip.addr	Source or Destination Address
ip.checksum	Header Checksum
ip.dsfield	Differentiated Services Field
ip.dsfield.dscp	Differentiated Services Codepoint
ip.dsfield.ecn	Explicit Congestion Notification
ip.dst	Destination Address
ip.flags	Flags
ip.flags.df	Don't fragment
ip.flags.mf	More fragments
ip.flags.rb	Reserved bit
ip.frag_offset	Fragment Offset
ip.fragment	IPv4 Fragment
ip.fragment.count	Fragment count
ip.fragments	IPv4 Fragments
ip.hdr_len	Header Length
ip.id	Identification
ip.len	Total Length
ip.proto	Protocol
ip.reassembled.length	Reassembled IPv4 length
ip.src	Source Address
ip.ttl	Time to Live
ip.version	Version
ipv6	Internet Protocol Version 6
ipv6.addr	Source or Destination Address
ipv6.dst	Destination Address
ipv6.dstopts	Destination Options for IPv6
ipv6.dstopts.nxt	Next Header
ipv6.flow	Flow Label
ipv6.fraghdr	Fragment Header for IPv6
ipv6.fraghdr.ident	Identification
ipv6.fraghdr.more	More Fragments
ipv6.fraghdr.nxt	Next header
ipv6.fraghdr.offset	Offset
ipv6.fragment	IPv6 Fragment
ipv6.fragment.count	Fragment count
ipv6.fragments	IPv6 Fragments
ipv6.hlim	Hop Limit
ipv6.hopopts	IPv6 Hop-by-Hop Option
ipv6.hopopts.nxt	Next Header
ipv6.nxt	Next Header
ipv6.plen	Payload Length
ipv6.reassembled.length	Reassembled IPv6 length
ipv6.routing	Routing Header for IPv6
ipv6.routing.nxt	Next Header
ipv6.src	Source Address
ipv6.tclass	Traffic Class
ipv6.tclass.dscp	Differentiated Services Codepoint
ipv6.tclass.ecn	Explicit Congestion Notification
ipv6.version	Version
irc	Internet Relay Chat
irc.request	Request
irc.request.command	Command
irc.response	Response
irc.response.command	Command
irc.response.num_command	Command
isakmp	Internet Security Association and Key Management Protocol
isakmp.exchangetype	Exchange type
isakmp.flags	Flags
isakmp.ispi	Initiator SPI
isakmp.length	Length
isakmp.messageid	Message ID
isakmp.nextpayload	Next payload
isakmp.rspi	Responder SPI
isakmp.version	Version
json	JavaScript Object Notation
json.array	Array
json.key	Key
json.member	Member
json.member_with_value	Member with value
json.object	Object
json.path	Path
json.path_with_value	Path with value
json.value.false	False value
json.value.null	Null value
json.value.number	Number value
json.value.string	String value
json.value.true	True value
kafka	Kafka
kafka.api_key	API Key
kafka.api_version	API Version
kafka.client_id	Client ID
kafka.correlation_id	Correlation ID
kafka.len	Length
kerberos	Kerberos
kerberos.error_code	error-code
kerberos.msg_type	msg-type
l2tp	Layer 2 Tunneling Protocol
l2tp.avp.message_type	Message Type
l2tp.length	Length
l2tp.session	Session ID
l2tp.tunnel	Tunnel ID
l2tp.type	Type
l2tp.version	Version
lacp	LACP
lacp.actor.key	Actor Key
lacp.actor.port	Actor Port
lacp.actor.state	Actor State
lacp.actor.sysid	Actor System ID
lacp.partner.key	Partner Key
lacp.partner.port	Partner Port
lacp.partner.state	Partner State
lacp.partner.sysid	Partner System
lacp.version	LACP Version
ldap	Lightweight Directory Access Protocol
ldap.baseObject	baseObject
ldap.entry	entry
ldap.errorMessage	errorMessage
ldap.messageID	messageID
ldap.name	name
ldap.object	object
ldap.objectName	objectName
ldap.protocolOp	protocolOp
ldap.requestName	requestName
ldap.resultCode	resultCode
ldap.scope	scope
ldp	Label Distribution Protocol
ldp.hdr.ldpid.lsid	Label Space ID
ldp.hdr.ldpid.lsr	LSR ID
ldp.hdr.pdu_len	PDU Length
ldp.hdr.version	Version
ldp.msg.id	Message ID
ldp.msg.len	Message Length
ldp.msg.type	Message Type
llc	Logical-Link Control
llc.control	Control
llc.dsap	DSAP
llc.oui	Organization Code
llc.pid	Protocol ID
llc.ssap	SSAP
llc.type	Type
lldp	Link Layer Discovery Protocol
lldp.chassis.id	Chassis Id
lldp.chassis.id.ip4	Chassis Id
lldp.chassis.id.mac	Chassis Id
lldp.chassis.subtype	Chassis Id Subtype
lldp.mgn.addr.ip4	Management Address
lldp.orgtlv.oui	Organization Unique Code
lldp.port.desc	Port Description
lldp.port.id	Port Id
lldp.port.id.ip4	Port Id
lldp.port.id.mac	Port Id
lldp.port.subtype	Port Id Subtype
lldp.time_to_live	Seconds
lldp.tlv.enable_system_cap	Enabled Capabilities
lldp.tlv.len	TLV Length
lldp.tlv.system.desc	System Description
lldp.tlv.system.name	System Name
lldp.tlv.system_cap	Capabilities
lldp.tlv.type	TLV Type
llmnr	Link-local Multicast Name Resolution
loop	Configuration Test Protocol (loopback)
loop.forwarding_address	Forwarding address
loop.function	Function
loop.receipt_number	Receipt number
loop.skipcount	skipCount
mbtcp	Modbus/TCP
mbtcp.len	Length
mbtcp.prot_id	Protocol Identifier
mbtcp.trans_id	Transaction Identifier
mbtcp.unit_id	Unit Identifier
mdns	Multicast Domain Name System
media	Media Type
media.type	Media type
memcache	Memcache Protocol
mime_multipart	MIME Multipart Media Encapsulation
mime_multipart.part	Encapsulated multipart part
mime_multipart.type	Type
modbus	Modbus
modbus.exception_code	Exception Code
modbus.func_code	Function Code
mongo	Mongo Wire Protocol
mongo.document.length	Document length
mongo.element.name	Element
mongo.element.value.string	Value
mongo.full_collection_name	fullCollectionName
mongo.message_length	Message Length
mongo.msg.sections.section	Section
mongo.msg.sections.section.kind	Kind
mongo.opcode	OpCode
mongo.request_id	Request ID
mongo.response_to	Response To
mp4	MP4 / ISOBMFF file format
mp4.box.size	Box size
mp4.box.type_str	Box type
mpls	MultiProtocol Label Switching Header
mpls.bottom	MPLS Bottom Of Label Stack
mpls.exp	MPLS Experimental Bits
mpls.label	MPLS Label
mpls.ttl	MPLS TTL
mqtt	MQ Telemetry Transport Protocol
mqtt.len	Msg Len
mqtt.msgid	Message Identifier
mqtt.msgtype	Message Type
mqtt.qos	QoS Level
mqtt.retain	Retain
mqtt.topic	Topic
mysql	MySQL Protocol
mysql.command	Command
mysql.error.message	Error message
mysql.error_code	Error Code
mysql.login_request	Login Request
mysql.packet_length	Packet Length
mysql.packet_number	Packet Number
mysql.protocol	Protocol
mysql.query	Statement
mysql.schema	Schema
mysql.server_greeting	Server Greeting
mysql.sqlstate	SQL state
mysql.user	Username
mysql.version	Version
nbdgm	NetBIOS Datagram Service
nbdgm.dgram_id	Datagram ID
nbdgm.src.ip	Source IP
nbdgm.src.port	Source Port
nbdgm.type	Message Type
nbns	NetBIOS Name Service
nbns.addr	Addr
nbns.class	Class
nbns.count.add_rr	Additional RRs
nbns.count.answers	Answer RRs
nbns.count.auth_rr	Authority RRs
nbns.count.queries	Questions
nbns.flags	Flags
nbns.flags.opcode	Opcode
nbns.flags.response	Response
nbns.id	Transaction ID
nbns.name	Name
nbns.type	Type
nbss	NetBIOS Session Service
nbss.error_code	Error code
nbss.length	Length
nbss.type	Message Type
nflog	Linux Netfilter NFLOG
nflog.family	Family
nflog.prefix	Prefix
nflog.res_id	Resource id
nflog.tlv	TLV
nflog.tlv_length	Length
nflog.tlv_type	Type
nflog.version	Version
ntp	Network Time Protocol
ntp.flags	Flags
ntp.flags.li	Leap Indicator
ntp.flags.mode	Mode
ntp.flags.vn	Version number
ntp.org	Origin Timestamp
ntp.ppoll	Peer Polling Interval
ntp.precision	Peer Clock Precision
ntp.rec	Receive Timestamp
ntp.refid	Reference ID
ntp.reftime	Reference Timestamp
ntp.rootdelay	Root Delay
ntp.rootdispersion	Root Dispersion
ntp.stratum	Peer Clock Stratum
ntp.xmt	Transmit Timestamp
null	Null/Loopback
null.family	Family
ocsp	Online Certificate Status Protocol
ocsp.Request_element	Request
ocsp.SingleResponse_element	SingleResponse
ocsp.certStatus	certStatus
ocsp.nextUpdate	nextUpdate
ocsp.producedAt	producedAt
ocsp.responseStatus	responseStatus
ocsp.serialNumber	serialNumber
ocsp.thisUpdate	thisUpdate
ospf	Open Shortest Path First
ospf.area_id	Area ID
ospf.auth.type	Auth Type
ospf.checksum	Checksum
ospf.hello	OSPF Hello Packet
ospf.hello.active_neighbor	Active Neighbor
ospf.hello.backup_designated_router	Backup Designated Router
ospf.hello.designated_router	Designated Router
ospf.hello.hello_interval	Hello Interval [sec]
ospf.hello.network_mask	Network Mask
ospf.hello.router_dead_interval	Router Dead Interval [sec]
ospf.hello.router_priority	Router Priority
ospf.instance_id	Instance ID
ospf.msg	Message Type
ospf.packet_length	Packet Length
ospf.srcrouter	Source OSPF Router
ospf.version	Version
pgsql	PostgreSQL
pgsql.authtype	Authentication type
pgsql.code	Code
pgsql.constraint_name	Constraint
pgsql.detail	Detail
pgsql.error	Error
pgsql.field.count	Field count
pgsql.file	File
pgsql.hint	Hint
pgsql.key	Key
pgsql.length	Length
pgsql.line	Line
pgsql.message	Message
pgsql.parameter_name	Parameter name
pgsql.parameter_value	Parameter value
pgsql.pid	PID
pgsql.portal	Portal
pgsql.position	Position
pgsql.query	Query
pgsql.routine	Routine
pgsql.schema_name	Schema
pgsql.severity	Severity
pgsql.statement	Statement
pgsql.status	Status
pgsql.table_name	Table
pgsql.tag	Tag
pgsql.text	Text
pgsql.type	Type
pgsql.version_major	Protocol major version
pgsql.version_minor	Protocol minor version
pgsql.where	Context
pim	Protocol Independent Multicast
pim.type	Type
pim.version	Version
pkix-cert	PKIX CERT File Format
pkix-cert.cert	Certificate
pkt_comment	Packet comments
png	Portable Network Graphics
png.chunk.crc	CRC
png.chunk.len	Len
png.chunk.type	Chunk
png.ihdr.bitdepth	Bit Depth
png.ihdr.height	Height
png.ihdr.width	Width
pop	Post Office Protocol
pop.request.command	Request command
pop.request.parameter	Request parameter
pop.response.description	Response description
pop.response.indicator	Response indicator
ppp	Point-to-Point Protocol
ppp.address	Address
ppp.code	Code
ppp.control	Control
ppp.identifier	Identifier
ppp.length	Length
ppp.protocol	Protocol
pppoe	PPP-over-Ethernet
pppoe.code	Code
pppoe.payload_length	Payload Length
pppoe.session_id	Session ID
pppoe.type	Type
pppoe.version	Version
pppoed	PPP-over-Ethernet Discovery
pppoed.tags.ac_cookie	AC-Cookie
pppoed.tags.ac_name	AC-Name
pppoed.tags.host_uniq	Host-Uniq
pppoed.tags.service_name	Service-Name
pppoes	PPP-over-Ethernet Session
prism	Prism capture header
prism.devname	Device Name
prism.msgcode	Message Code
prism.msglen	Message Length
protobuf	Protocol Buffers
protobuf.field.number	Field Number
protobuf.field.value	Value
protobuf.field.value.length	Value Length
protobuf.field.wiretype	Wire Type
quic	QUIC IETF
quic.ack.ack_delay	ACK Delay
quic.ack.ack_range_count	ACK Range Count
quic.ack.first_ack_range	First ACK Range
quic.ack.largest_acknowledged	Largest Acknowledged
quic.cc.error_code	Error code
quic.cc.error_code.app	Application Error code
quic.cc.frame_type	Frame Type
quic.cc.reason_phrase	Reason phrase
quic.cc.reason_phrase.length	Reason phrase Length
quic.coalesced_padding_data	Coalesced Padding Data
quic.crypto.crypto_data	Crypto Data
quic.crypto.length	Length
quic.crypto.offset	Offset
quic.dcid	Destination Connection ID
quic.dcil	Destination Connection ID Length
quic.fixed_bit	Fixed Bit
quic.frame	Frame
quic.frame_type	Frame Type
quic.header_form	Header Form
quic.length	Length
quic.long.packet_type	Packet Type
quic.long.packet_type_v2	Packet Type
quic.long.reserved	Reserved
quic.packet_length	Packet Length
quic.packet_number	Packet Number
quic.packet_number_length	Packet Number Length
quic.padding_length	Padding Length
quic.payload	Payload
quic.remaining_payload	Remaining Payload
quic.retry_integrity_tag	Retry Integrity Tag
quic.retry_token	Retry Token
quic.scid	Source Connection ID
quic.scil	Source Connection ID Length
quic.short	QUIC Short Header
quic.spin_bit	Spin Bit
quic.supported_version	Supported Version
quic.token	Token
quic.token_length	Token Length
quic.version	Version
radiotap	IEEE 802.11 Radiotap Capture header
radiotap.antenna	Antenna
radiotap.channel.flags	Channel flags
radiotap.channel.freq	Channel frequency
radiotap.datarate	Data rate (Mb/s)
radiotap.dbm_antnoise	Antenna noise
radiotap.dbm_antsignal	Antenna signal
radiotap.flags	Flags
radiotap.flags.badfcs	Bad FCS
radiotap.flags.datapad	Data Pad
radiotap.flags.fcs	FCS at end
radiotap.length	Header length
radiotap.mactime	MAC timestamp
radiotap.pad	Header pad
radiotap.present	Present flags
radiotap.present.word	Present flags word
radiotap.version	Header revision
radius	RADIUS Protocol
radius.authenticator	Authenticator
radius.avp.length	Length
radius.avp.type	Type
radius.code	Code
radius.id	Identifier
radius.length	Length
raw	Raw packet data
rdp	Remote Desktop Protocol
resp	REdis Serialization Protocol
resp.array	Array
resp.array.length	Length
resp.bulk_string	Bulk String
resp.bulk_string.length	Length
resp.bulk_string.value	Value
resp.error	Error
resp.integer	Integer
resp.string	String
rip	Routing Information Protocol
rip.command	Command
rip.family	Address Family
rip.ip	IP Address
rip.metric	Metric
rip.netmask	Netmask
rip.next_hop	Next Hop
rip.version	Version
ripng	RIPng
ripng.cmd	Command
ripng.rte.ipv6_prefix	IPv6 Prefix
ripng.rte.metric	Metric
ripng.rte.prefix_length	Prefix Length
ripng.rte.route_tag	Route Tag
ripng.version	Version
rpc	Remote Procedure Call
rpc.msgtyp	Message Type
rpc.procedure	Procedure
rpc.program	Program
rpc.programversion	Program Version
rpc.repframe	Reply Frame
rpc.replystat	Reply State
rpc.version	RPC Version
rpc.xid	XID
rsync	RSYNC File Synchroniser
rtcp	Real-time Transport Control Protocol
rtcp.length	Length
rtcp.pt	Packet type
rtcp.rc	Reception report count
rtcp.senderssrc	Sender SSRC
rtcp.version	Version
rtp	Real-Time Transport Protocol
rtp.cc	Contributing source identifiers count
rtp.ext	Extension
rtp.marker	Marker
rtp.p_type	Payload type
rtp.padding	Padding
rtp.seq	Sequence number
rtp.ssrc	Synchronization Source identifier
rtp.timestamp	Timestamp
rtp.version	Version
rtpevent	RFC 2833 RTP Event
rtpevent.duration	Event Duration
rtpevent.end_of_event	End of Event
rtpevent.event_id	Event ID
rtpevent.volume	Volume
rtsp	Real Time Streaming Protocol
rtsp.channel	Channel
rtsp.length	Length
rtsp.method	Method
rtsp.request	Request
rtsp.response	Response
rtsp.status	Status
rtsp.url	URL
s7comm	S7 Communication
s7comm.header.pduref	Protocol Data Unit Reference
s7comm.header.rosctr	ROSCTR
s7comm.param.func	Function
sctp	Stream Control Transmission Protocol
sctp.checksum	Checksum
sctp.chunk_flags	Chunk flags
sctp.chunk_length	Chunk length
sctp.chunk_type	Chunk type
sctp.data_b_bit	B-Bit
sctp.data_e_bit	E-Bit
sctp.data_i_bit	I-Bit
sctp.data_payload_proto_id	Payload protocol identifier
sctp.data_sid	Stream identifier
sctp.data_ssn	Stream sequence number
sctp.data_tsn	Transmission sequence number (relative)
sctp.data_tsn_raw	Transmission sequence number (absolute)
sctp.data_u_bit	U-Bit
sctp.dstport	Destination port
sctp.init_credit	Advertised receiver window credit (a_rwnd)
sctp.init_initial_tsn	Initial TSN
sctp.init_initiate_tag	Initiate tag
sctp.init_nr_in_streams	Number of inbound streams
sctp.init_nr_out_streams	Number of outbound streams
sctp.initack_credit	Advertised receiver window credit (a_rwnd)
sctp.initack_initial_tsn	Initial TSN
sctp.initack_initiate_tag	Initiate tag
sctp.initack_nr_in_streams	Number of inbound streams
sctp.initack_nr_out_streams	Number of outbound streams
sctp.parameter_ipv4_address	IP Version 4 address
sctp.parameter_ipv6_address	IP Version 6 address
sctp.parameter_length	Parameter length
sctp.parameter_type	Parameter type
sctp.port	Port
sctp.sack_a_rwnd	Advertised receiver window credit (a_rwnd)
sctp.sack_cumulative_tsn_ack	Cumulative TSN ACK (relative)
sctp.sack_cumulative_tsn_ack_raw	Cumulative TSN ACK (absolute)
sctp.sack_gap_block_end	End
sctp.sack_gap_block_start	Start
sctp.sack_number_of_duplicated_tsns	Number of duplicated TSNs
sctp.sack_number_of_gap_blocks	Number of gap acknowledgement blocks
sctp.shutdown_cumulative_tsn_ack	Cumulative TSN Ack
sctp.srcport	Source port
sctp.verification_tag	Verification tag
sdp	Session Description Protocol
sip	Session Initiation Protocol
sip.CSeq	CSeq
sip.Call-ID	Call-ID
sip.Contact	Contact
sip.Content-Length	Content-Length
sip.Content-Type	Content-Type
sip.From	From
sip.Method	Method
sip.Request-Line	Request-Line
sip.Status-Code	Status-Code
sip.Status-Line	Status-Line
sip.To	To
sip.User-Agent	User-Agent
sip.Via	Via
sip.r-uri	Request-URI
sll	Linux cooked-mode capture
sll.etype	Protocol
sll.halen	Link-layer address length
sll.hatype	Link-layer address type
sll.ifindex	Interface index
sll.pkttype	Packet type
sll.src.eth	Source
sll.unused	Unused
slow	Slow Protocols
slow.subtype	Slow Protocols subtype
smb	SMB (Server Message Block Protocol)
smb.cmd	SMB Command
smb.nt_status	NT Status
smb2	SMB2 (Server Message Block Protocol version 2)
smb2.cmd	Command
smb2.filename	Filename
smb2.msg_id	Message ID
smb2.nt_status	NT Status
smb2.tree	Tree
smil	Synchronized Multimedia Integration Language
smtp	Simple Mail Transfer Protocol
smtp.auth.password	Password
smtp.auth.username	Username
smtp.req	Request
smtp.req.command	Command
smtp.req.parameter	Request parameter
smtp.response.code	Response code
smtp.rsp	Response
smtp.rsp.parameter	Response parameter
snmp	Simple Network Management Protocol
snmp.agent_addr	agent-addr
snmp.community	community
snmp.data	data
snmp.enterprise	enterprise
snmp.msgVersion	msgVersion
snmp.name	Object Name
snmp.request_id	request-id
snmp.version	version
ssdp	Simple Service Discovery Protocol
ssh	SSH Protocol
ssh.compression_algorithms_client_to_server	compression_algorithms_client_to_server string
ssh.compression_algorithms_client_to_server_length	compression_algorithms_client_to_server length
ssh.compression_algorithms_server_to_client	compression_algorithms_server_to_client string
ssh.compression_algorithms_server_to_client_length	compression_algorithms_server_to_client length
ssh.cookie	Cookie
ssh.encrypted_packet	Encrypted Packet
ssh.encryption_algorithms_client_to_server	encryption_algorithms_client_to_server string
ssh.encryption_algorithms_client_to_server_length	encryption_algorithms_client_to_server length
ssh.encryption_algorithms_server_to_client	encryption_algorithms_server_to_client string
ssh.encryption_algorithms_server_to_client_length	encryption_algorithms_server_to_client length
ssh.kex_algorithms	kex_algorithms string
ssh.kex_algorithms_length	kex_algorithms length
ssh.languages_client_to_server	languages_client_to_server string
ssh.languages_client_to_server_length	languages_client_to_server length
ssh.languages_server_to_client	languages_server_to_client string
ssh.languages_server_to_client_length	languages_server_to_client length
ssh.mac_algorithms_client_to_server	mac_algorithms_client_to_server string
ssh.mac_algorithms_client_to_server_length	mac_algorithms_client_to_server length
ssh.mac_algorithms_server_to_client	mac_algorithms_server_to_client string
ssh.mac_algorithms_server_to_client_length	mac_algorithms_server_to_client length
ssh.message_code	Message Code
ssh.packet_length	Packet Length
ssh.padding_length	Padding Length
ssh.protocol	Protocol
ssh.server_host_key_algorithms	server_host_key_algorithms string
ssh.server_host_key_algorithms_length	server_host_key_algorithms length
stp	Spanning Tree Protocol
stp.bridge.ext	Bridge System ID Extension
stp.bridge.hw	Bridge System ID
stp.bridge.prio	Bridge Priority
stp.flags	BPDU flags
stp.flags.agreement	Agreement
stp.flags.forwarding	Forwarding
stp.flags.learning	Learning
stp.flags.port_role	Port Role
stp.flags.proposal	Proposal
stp.flags.tc	Topology Change
stp.flags.tcack	Topology Change Acknowledgment
stp.forward	Forward Delay
stp.hello	Hello Time
stp.max_age	Max Age
stp.msg_age	Message Age
stp.port	Port identifier
stp.protocol	Protocol Identifier
stp.root.cost	Root Path Cost
stp.root.ext	Root Bridge System ID Extension
stp.root.hw	Root Bridge System ID
stp.root.prio	Root Bridge Priority
stp.type	BPDU Type
stp.version	Protocol Version Identifier
stun	Session Traversal Utilities for NAT
stun.att.ipv4	IP
stun.att.length	Attribute Length
stun.att.port	Port
stun.att.type	Attribute Type
stun.channel	Channel Number
stun.cookie	Message Cookie
stun.id	Message Transaction ID
stun.length	Message Length
stun.type	Message Type
syslog	Syslog message
syslog.facility	Facility
syslog.level	Level
syslog.msg	Message
tcp	Transmission Control Protocol
tcp.ack	Acknowledgment Number
tcp.ack_raw	Acknowledgment number (raw)
tcp.analysis	SEQ/ACK analysis
tcp.analysis.ack_lost_segment	ACKed segment that wasn't captured (common at capture start)
tcp.analysis.ack_rtt	The RTT to ACK the segment was
tcp.analysis.acks_frame	This is an ACK to the segment in frame
tcp.analysis.bytes_in_flight	Bytes in flight
tcp.analysis.duplicate_ack	Duplicate ACK
tcp.analysis.duplicate_ack_frame	Duplicate to the ACK in frame
tcp.analysis.duplicate_ack_num	Duplicate ACK #
tcp.analysis.fast_retransmission	This frame is a (suspected) fast retransmission
tcp.analysis.flags	TCP Analysis Flags
tcp.analysis.initial_rtt	iRTT
tcp.analysis.keep_alive	TCP keep-alive segment
tcp.analysis.keep_alive_ack	ACK to a TCP keep-alive segment
tcp.analysis.lost_segment	Previous segment(s) not captured (common at capture start)
tcp.analysis.out_of_order	This frame is a (suspected) out-of-order segment
tcp.analysis.push_bytes_sent	Bytes sent since last PSH flag
tcp.analysis.retransmission	This frame is a (suspected) retransmission
tcp.analysis.reused_ports	A new tcp session is started with the same ports as an earlier session in this trace
tcp.analysis.rto	The RTO for this segment was
tcp.analysis.rto_frame	RTO based on delta from frame
tcp.analysis.spurious_retransmission	This frame is a (suspected) spurious retransmission
tcp.analysis.window_full	TCP window specified by the receiver is now completely full
tcp.analysis.window_update	TCP window update
tcp.analysis.zero_window	TCP Zero Window segment
tcp.analysis.zero_window_probe	TCP Zero Window Probe
tcp.analysis.zero_window_probe_ack	ACK to a TCP Zero Window Probe
tcp.checksum	Checksum
tcp.completeness	Conversation completeness
tcp.connection.fin	Connection finish (FIN)
tcp.connection.fin_active	This frame initiates the connection closing
tcp.connection.fin_passive	This frame undergoes the connection closing
tcp.connection.rst	Connection reset (RST)
tcp.connection.syn	Connection establish request (SYN)
tcp.connection.synack	Connection establish acknowledge (SYN+ACK)
tcp.dstport	Destination Port
tcp.flags	Flags
tcp.flags.ack	Acknowledgment
tcp.flags.ae	Accurate ECN
tcp.flags.cwr	Congestion Window Reduced
tcp.flags.ece	ECN-Echo
tcp.flags.fin	Fin
tcp.flags.push	Push
tcp.flags.res	Reserved
tcp.flags.reset	Reset
tcp.flags.syn	Syn
tcp.flags.urg	Urgent
tcp.hdr_len	Header Length
tcp.len	TCP Segment Len
tcp.nxtseq	Next Sequence Number
tcp.options	TCP Options
tcp.options.mss_val	MSS Value
tcp.options.sack.count	TCP SACK Count
tcp.options.sack_le	TCP SACK Left Edge
tcp.options.sack_perm	TCP Option - SACK permitted
tcp.options.sack_re	TCP SACK Right Edge
tcp.options.tfo	TCP Option - TCP Fast Open
tcp.options.tfo.cookie	Fast Open Cookie
tcp.options.tfo.request	Fast Open Cookie Request
tcp.options.timestamp.tsecr	Timestamp echo reply
tcp.options.timestamp.tsval	Timestamp value
tcp.options.wscale.multiplier	Multiplier
tcp.options.wscale.shift	Shift count
tcp.payload	TCP payload
tcp.port	Source or Destination Port
tcp.reassembled.length	Reassembled TCP length
tcp.segment	TCP Segment
tcp.segment.count	Segment count
tcp.segment_data	TCP segment data
tcp.segments	Reassembled TCP Segments
tcp.seq	Sequence Number
tcp.seq_raw	Sequence Number (raw)
tcp.srcport	Source Port
tcp.stream	Stream index
tcp.time_delta	Time since previous frame in this TCP stream
tcp.time_relative	Time since first frame in this TCP stream
tcp.urgent_pointer	Urgent Pointer
tcp.window_size	Calculated window size
tcp.window_size_scalefactor	Window size scaling factor
tcp.window_size_value	Window
telnet	Telnet
telnet.cmd	Command
telnet.data	Data
tftp	Trivial File Transfer Protocol
tftp.block	Block
tftp.destination_file	Destination File
tftp.error.code	Error code
tftp.error.message	Error message
tftp.opcode	Opcode
tftp.source_file	Source File
tftp.type	Type
tls	Transport Layer Security
tls.alert_message	Alert Message
tls.alert_message.desc	Description
tls.alert_message.level	Level
tls.app_data	Encrypted Application Data
tls.change_cipher_spec	Change Cipher Spec Message
tls.handshake	Handshake Protocol
tls.handshake.certificate	Certificate
tls.handshake.certificate_length	Certificate Length
tls.handshake.certificates_length	Certificates Length
tls.handshake.cipher_suites_length	Cipher Suites Length
tls.handshake.ciphersuite	Cipher Suite
tls.handshake.ciphersuites	Cipher Suites
tls.handshake.comp_method	Compression Method
tls.handshake.comp_methods_length	Compression Methods Length
tls.handshake.extension.len	Length
tls.handshake.extension.type	Type
tls.handshake.extensions.supported_version	Supported Version
tls.handshake.extensions_alpn_str	ALPN Next Protocol
tls.handshake.extensions_length	Extensions Length
tls.handshake.extensions_server_name	Server Name
tls.handshake.extensions_supported_group	Supported Group
tls.handshake.fragment	Handshake Fragment
tls.handshake.length	Length
tls.handshake.random	Random
tls.handshake.session_id	Session ID
tls.handshake.session_id_length	Session ID Length
tls.handshake.type	Handshake Message Type
tls.handshake.version	Version
tls.record	Record Layer
tls.record.content_type	Content Type
tls.record.length	Length
tls.record.opaque_type	Opaque Type
tls.record.version	Version
tpkt	TPKT - ISO on TCP - RFC1006
tpkt.length	Length
tpkt.version	Version
udp	User Datagram Protocol
udp.checksum	Checksum
udp.dstport	Destination Port
udp.length	Length
udp.payload	Payload
udp.port	Source or Destination Port
udp.srcport	Source Port
udp.stream	Stream index
udpencap	UDP Encapsulation of IPsec Packets
udpencap.nat_keepalive	NAT-keepalive packet
udpencap.non_esp_marker	Non-ESP Marker
urlencoded-form	HTML Form URL Encoded
urlencoded-form.key	Key
urlencoded-form.value	Value
vlan	802.1Q Virtual LAN
vlan.dei	DEI
vlan.etype	Type
vlan.id	ID
vlan.len	Length
vlan.priority	Priority
vrrp	Virtual Router Redundancy Protocol
vrrp.addr_count	Addr Count
vrrp.adver_int	Adver Int
vrrp.auth_type	Auth Type
vrrp.checksum	Checksum
vrrp.ip_addr	IP Address
vrrp.ipv6_addr	IPv6 Address
vrrp.prio	Priority
vrrp.reserved_mbz	Reserved
vrrp.short_adver_int	Adver Int
vrrp.type	VRRP packet type
vrrp.typever	VRRP message version and type
vrrp.version	VRRP protocol version
vrrp.virt_rtr_id	Virtual Rtr ID
vtp	VLAN Trunking Protocol
vtp.code	Code
vtp.conf_rev_num	Configuration Revision Number
vtp.md	Management Domain
vtp.md_len	Management Domain Length
vtp.version	Version
vxlan	Virtual eXtensible Local Area Network
vxlan.flag_i	VXLAN Network ID (VNI)
vxlan.flags	Flags
vxlan.vni	VXLAN Network Identifier (VNI)
websocket	WebSocket
websocket.fin	Fin
websocket.mask	Mask
websocket.masked_payload	Masked payload
websocket.masking_key	Masking-Key
websocket.opcode	Opcode
websocket.payload	Payload
websocket.payload.close	Close
websocket.payload.close.reason	Reason
websocket.payload.close.status_code	Status code
websocket.payload.continue	Continue
websocket.payload.ping	Ping
websocket.payload.pong	Pong
websocket.payload.text	Text
websocket.payload_length	Payload length
websocket.payload_length_ext_16	Extended Payload length (16 bits)
websocket.payload_length_ext_64	Extended Payload length (64 bits)
websocket.rsv	Reserved
wg	WireGuard Protocol
wg.counter	Counter
wg.encrypted_packet	Encrypted Packet
wg.keepalive	This is a Keepalive message
wg.receiver	Receiver
wg.reserved	Reserved
wg.sender	Sender
wg.type	Type
wlan	IEEE 802.11 wireless LAN
wlan.addr	Hardware address
wlan.aid	Association ID
wlan.bssid	BSS Id
wlan.da	Destination address
wlan.duration	Duration
wlan.fc	Frame Control Field
wlan.fc.ds	DS status
wlan.fc.frag	More Fragments
wlan.fc.moredata	More Data
wlan.fc.order	+HTC/Order flag
wlan.fc.protected	Protected flag
wlan.fc.pwrmgt	PWR MGT
wlan.fc.retry	Retry
wlan.fc.subtype	Subtype
wlan.fc.type	Type
wlan.fc.type_subtype	Type/Subtype
wlan.fc.version	Version
wlan.fcs	Frame check sequence
wlan.fixed.beacon	Beacon Interval
wlan.fixed.reason_code	Reason code
wlan.flags	Flags
wlan.frag	Fragment number
wlan.mgt	IEEE 802.11 Wireless Management
wlan.qos	Qos Control
wlan.qos.amsdupresent	Payload Type
wlan.qos.tid	TID
wlan.ra	Receiver address
wlan.sa	Source address
wlan.seq	Sequence number
wlan.ssid	SSID
wlan.staa	STA address
wlan.ta	Transmitter address
wlan.tag	Tag
wlan.tag.length	Tag length
wlan.tag.number	Tag Number
wlan_aggregate	IEEE 802.11 wireless LAN aggregate frame
wlan_aggregate.a_mdsu.length	A-MSDU Length
wlan_rsna_eapol.keydes.data_len	WPA Key Data Length
wlan_rsna_eapol.keydes.key_info	Key Information
wlancap	AVS WLAN Capture header
wlancap.length	Header length
wlancap.magic	Header magic
x509af	X.509 Authentication Framework
x509af.revokedCertificates	revokedCertificates
x509af.serialNumber	serialNumber
x509af.utcTime	utcTime
x509ce.dNSName	dNSName
x509ce.iPAddress	iPAddress
x509if.oid	Object Id
x509sat.CountryName	CountryName
x509sat.IA5String	IA5String
x509sat.PrintableString	PrintableString
x509sat.printableString	printableString
x509sat.teletexString	teletexString
x509sat.uTF8String	uTF8String
xml	eXtensible Markup Language
xml.attribute	Attribute
xml.cdata	CDATA
xml.comment	Comment
xml.doctype	Doctype
xml.tag	Tag
xml.xmlpi	XMLPI
`;
