# Sends one Ethernet frame with a UDP datagram of one byte: DEVICE DST-MAC SRC-MAC SRC-IP DST-IP TCI (hex; - for no 802.1Q tag).
use strict; use warnings; use Socket;
my ($device, $to, $from, $src, $dst, $tci) = @ARGV;
my $mac = sub { pack('H12', join('', split(/:/, $_[0]))) };
my $ip = pack('H4nnnCCn', '4500', 29, 0, 0x4000, 64, 17, 0) . inet_aton($src) . inet_aton($dst);
my $sum = 0;
$sum += $_ for unpack('n10', $ip);
$sum = ($sum & 0xffff) + ($sum >> 16) for 1, 2;
substr($ip, 10, 2) = pack('n', ~$sum & 0xffff);
my $udp = pack('nnnn', 44000, 99, 9, 0) . 'x';
my $tag = $tci eq '-' ? '' : pack('nn', 0x8100, hex $tci);
socket(my $s, 17, SOCK_RAW, 0x0300) or die "socket: $!";
my $request = pack('a16i', $device, 0);
ioctl($s, 0x8933, $request) or die "index: $!";
my $address = pack('SnlSCCa8', 17, 0x0800, unpack('x16i', $request), 1, 0, 6, '');
send($s, $mac->($to) . $mac->($from) . $tag . pack('n', 0x0800) . $ip . $udp, 0, $address) or die "send: $!";
