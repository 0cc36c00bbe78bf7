# Sockets for rules to find. One a line: PROTO ADDRESS PORT OPTIONS (t: transparent, m: SO_MARK 7, - for none), then "go"; answers "ok" and
# holds them until stdin closes.
use strict; use warnings; use Socket qw(:all); use IO::Handle;
my @held;
while (my $line = <STDIN>) {
  chomp $line;
  last if $line eq 'go';
  my ($proto, $address, $port, $options) = split / /, $line;
  my $six = $address =~ /:/;
  my $type = $proto eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
  socket(my $s, $six ? AF_INET6 : AF_INET, $type, 0) or die "socket: $!";
  setsockopt($s, SOL_SOCKET, SO_REUSEADDR, pack('i', 1));
  setsockopt($s, 41, 26, pack('i', 1)) if $six;
  if ($options =~ /t/) {
    setsockopt($s, $six ? 41 : 0, $six ? 75 : 19, pack('i', 1)) or die "transparent: $!";
  }
  setsockopt($s, SOL_SOCKET, 36, pack('i', 7)) if $options =~ /m/;
  my $at = $six ? sockaddr_in6($port, inet_pton(AF_INET6, $address)) : sockaddr_in($port, inet_pton(AF_INET, $address));
  bind($s, $at) or die "bind $line: $!";
  listen($s, 16) if $proto eq 'tcp';
  push @held, $s;
}
STDOUT->autoflush(1);
print "ok\n";
<STDIN>;
