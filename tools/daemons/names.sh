# bind9, bind9-dnsutils, avahi-daemon, avahi-utils: DNS over UDP and TCP, zone transfers, signed zones, updates; mDNS.
record_names() {
  mkdir "$work/named"; chmod 777 "$work/named"
  cat >"$work/named/zone" <<X
\$TTL 300
@ IN SOA ns.shop.example. admin.shop.example. 1 3600 600 86400 300
@ IN NS ns
@ IN MX 10 mail
@ IN TXT "v=spf1 -all" "second"
ns IN A 10.99.0.2
ns IN AAAA fd99::2
mail IN A 10.99.0.3
www IN CNAME web
web IN A 10.99.0.4
web IN A 10.99.0.5
*.wild IN A 10.99.0.6
_sip._udp IN SRV 1 2 5060 web
@ IN CAA 0 issue "ca.example"
@ IN HINFO "PC" "Linux"
loc IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
@ IN NAPTR 100 10 "u" "E2U+sip" "!^.*\$!sip:a@b!" .
web IN SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
_443._tcp.web IN TLSA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971
X
  for i in $(seq 1 60); do echo "many IN A 10.1.0.$i"; done >>"$work/named/zone"
  cat >"$work/named.conf" <<X
key k { algorithm hmac-sha256; secret "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"; };
options { directory "/srv/vethscope/named"; listen-on { 10.99.0.2; }; listen-on-v6 { fd99::2; }; recursion no; allow-transfer { any; }; pid-file none; session-keyfile none; };
controls { };
zone "shop.example" { type primary; file "zone"; allow-update { any; }; };
zone "signed.example" { type primary; file "signed"; dnssec-policy default; inline-signing yes; key-directory "."; };
zone "99.10.in-addr.arpa" { type primary; file "zone"; };
X
  sed 's/shop/signed/; /NAPTR\|LOC\|many/d' "$work/named/zone" >"$work/named/signed"; chmod 666 "$work"/named/*
  begin named -g -c /srv/vethscope/named.conf -u bind
  sleep 4
  d() { a dig +tries=1 +time=2 "$@" @10.99.0.2; }
  for q in 'web A' 'web AAAA' '@ MX' '@ NS' '@ SOA' '@ TXT' '@ ANY' 'www A' 'nope A' 'x.wild A' '_sip._udp SRV' '@ CAA' '@ HINFO' 'loc LOC' '@ NAPTR' 'web SSHFP' '_443._tcp.web TLSA' 'many A'; do
    set -- $q
    [ "$1" = @ ] && d shop.example "$2" || d "$1.shop.example" "$2"
  done
  d -x 10.99.0.4; d +noedns web.shop.example; d +nsid +cookie web.shop.example; d +subnet=10.1.2.0/24 web.shop.example
  d version.bind CH TXT; d elsewhere.example A; d +tcp many.shop.example A; d +tcp +keepalive web.shop.example
  d shop.example AXFR; d shop.example IXFR=1
  d +dnssec signed.example DNSKEY; d +dnssec web.signed.example A; d +dnssec nope.signed.example A; d signed.example CDS; d signed.example NSEC3PARAM
  d +noall +qr +ednsopt=65001:deadbeef web.shop.example; d -y hmac-sha256:k:c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0 web.shop.example
  a dig +tries=1 web.shop.example @fd99::2
  printf 'server 10.99.0.2\nzone shop.example\nupdate add new.shop.example 60 A 10.9.9.9\nupdate delete mail.shop.example A\nsend\nquit\n' | a nsupdate
  printf 'server 10.99.0.2\nzone shop.example\nprereq nxdomain new.shop.example\nupdate add new.shop.example 60 TXT hi\nsend\nquit\n' | a nsupdate -v
  a host -l shop.example 10.99.0.2
  finish
  ip -n vsx1 route add 224.0.0.0/4 dev vsxa; ip -n vsx2 route add 224.0.0.0/4 dev vsxb
  printf '[server]\nhost-name=printer\nuse-ipv6=yes\nallow-interfaces=vsxb\nenable-dbus=no\n[publish]\npublish-workstation=yes\n' >"$work/avahi.conf"
  begin avahi-daemon -f /srv/vethscope/avahi.conf --no-drop-root --no-chroot --no-rlimits
  sleep 3
  a dig +tries=1 +time=1 -p 5353 printer.local @224.0.0.251
  a dig +tries=1 +time=1 -p 5353 _services._dns-sd._udp.local PTR @224.0.0.251
  a dig +tries=1 +time=1 -p 5353 _workstation._tcp.local PTR @224.0.0.251
  sleep 1
  finish
}
