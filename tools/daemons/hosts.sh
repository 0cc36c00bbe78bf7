# isc-dhcp-server, isc-dhcp-client, dhcpcd-base, chrony, ntpdate, snmpd, snmp, rsyslog, bsdutils, slapd, ldap-utils, freeradius, freeradius-utils, krb5-kdc,
# krb5-user: how a host gets its address, time and users.
record_hosts() {
  cat >"$work/dhcpd.conf" <<X
authoritative;
default-lease-time 600; max-lease-time 7200;
option domain-name "shop.example"; option domain-name-servers 10.99.0.2; option ntp-servers 10.99.0.2;
option rfc3442-classless-static-routes code 121 = array of integer 8;
option rfc3442-classless-static-routes 24, 10, 98, 0, 10, 99, 0, 2;
subnet 10.99.0.0 netmask 255.255.255.0 { range 10.99.0.50 10.99.0.60; option routers 10.99.0.2; option broadcast-address 10.99.0.255; next-server 10.99.0.2; filename "pxelinux.0"; }
X
  printf 'default-lease-time 600;\nsubnet6 fd99::/64 { range6 fd99::100 fd99::200; prefix6 fd98:: fd98:0:0:ff00:: /56; option dhcp6.name-servers fd99::2; option dhcp6.domain-search "shop.example"; }\n' >"$work/dhcpd6.conf"
  touch "$work/leases" "$work/leases6"
  begin dhcpd -f -d -4 -cf /srv/vethscope/dhcpd.conf -lf /srv/vethscope/leases -pf /srv/vethscope/p4 --no-pid vsxb
  begin dhcpd -f -d -6 -cf /srv/vethscope/dhcpd6.conf -lf /srv/vethscope/leases6 -pf /srv/vethscope/p6 --no-pid vsxb
  sleep 2
  printf 'request subnet-mask, broadcast-address, routers, domain-name, domain-name-servers, host-name, ntp-servers;\nsend host-name "node-a";\nsend vendor-class-identifier "test";\n' >"$work/dhclient.conf"
  c='-cf /srv/vethscope/dhclient.conf -lf /srv/vethscope/cl -sf /bin/true -pf /srv/vethscope/cp'
  a dhclient -4 -1 -d $c vsxa & sleep 5; kill $! 2>/dev/null || true
  LIMIT=5 a dhclient -4 -r $c vsxa
  LIMIT=6 a dhclient -6 -1 -d -P -N $c vsxa
  LIMIT=5 a dhclient -6 -r -P -N $c vsxa
  LIMIT=6 a dhclient -6 -S -d $c vsxa
  LIMIT=10 a dhcpcd -d -T -4 vsxa
  ip -n vsx1 addr add 10.99.0.1/24 dev vsxa 2>/dev/null || true
  finish
  printf 'local stratum 5\nallow\nport 123\nbindcmdaddress /\ncmdport 0\n' >"$work/chrony.conf"
  begin chronyd -d -x -f /srv/vethscope/chrony.conf -u root
  printf 'agentaddress udp:10.99.0.2:161\nrocommunity public\ncreateUser bob SHA authsecret AES privsecret\nrouser bob\nsysLocation here\n' >"$work/snmpd.conf"
  begin snmpd -f -Lo -C -c /srv/vethscope/snmpd.conf
  printf 'module(load="imudp")\ninput(type="imudp" port="514")\n*.* /dev/null\n' >"$work/rsyslog.conf"
  begin rsyslogd -n -f /srv/vethscope/rsyslog.conf -i NONE
  sleep 3
  a ntpdate -q 10.99.0.2
  LIMIT=8 a chronyd -Q -t 6 'server 10.99.0.2 iburst'
  a snmpget -v1 -c public 10.99.0.2 1.3.6.1.2.1.1.5.0 1.3.6.1.2.1.1.3.0
  a snmpget -v2c -c public 10.99.0.2 1.3.6.1.2.1.1.5.0 1.3.6.1.2.1.99.9.0
  a snmpgetnext -v2c -c public 10.99.0.2 1.3.6.1.2.1.1
  a snmpbulkget -v2c -c public -Cr5 10.99.0.2 1.3.6.1.2.1.1
  a snmpset -v2c -c public 10.99.0.2 1.3.6.1.2.1.1.5.0 s x
  a snmpget -v3 -l authPriv -u bob -a SHA -A authsecret -x AES -X privsecret 10.99.0.2 1.3.6.1.2.1.1.5.0
  a snmpget -v3 -l authNoPriv -u bob -a SHA -A authsecret 10.99.0.2 1.3.6.1.2.1.1.5.0
  a snmptrap -v2c -c public 10.99.0.2 '' 1.3.6.1.6.3.1.1.5.1
  a snmptrap -v1 -c public 10.99.0.2 1.3.6.1.4.1.8072 10.99.0.1 6 17 ''
  LIMIT=4 a snmpinform -v2c -r 0 -c public 10.99.0.2 '' 1.3.6.1.6.3.1.1.5.1
  a logger -n 10.99.0.2 -d -P 514 --rfc3164 -p auth.warn 'failed login'
  a logger -n 10.99.0.2 -d -P 514 --rfc5424 -p local3.err 'structured'
  finish
}
