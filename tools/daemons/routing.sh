# frr, keepalived, lldpd, bird2: OSPFv2 and v3, BGP, RIP, RIPng, BFD, IS-IS, LDP, PIM, IGMP, EIGRP, Babel, VRRP, LLDP, CDP.
record_routing() {
  for side in 1 2; do
    d=$work/frr$side; mkdir -p "$d"; other=$((3 - side))
    cat >"$d/frr.conf" <<X
hostname r$side
interface lo
 ip address 10.$side.0.1/32
 ip router isis 1
 ipv6 address fd0$side::1/128
!
interface vsx$([ $side = 1 ] && echo a || echo b)
 ip router isis 1
 ipv6 router isis 1
 ip ospf area 0
 ip ospf hello-interval 1
 ip ospf dead-interval 4
 ipv6 ospf6 area 0
 ipv6 ospf6 hello-interval 1
 ipv6 ospf6 dead-interval 4
 isis hello-interval 1
 ip pim
 ip pim hello 2 8
 ip igmp
!
router ospf
 ospf router-id 10.0.0.$side
 redistribute static
router ospf6
 ospf6 router-id 10.0.0.$side
router bgp 6500$side
 bgp router-id 10.0.0.$side
 no bgp ebgp-requires-policy
 neighbor 10.99.0.$other remote-as 6500$other
 neighbor 10.99.0.$other timers 3 9
 neighbor 10.99.0.$other timers connect 2
 neighbor fd99::$other remote-as 6500$other
 neighbor 10.99.0.$other bfd
 address-family ipv4 unicast
  network 10.$side.0.0/16
  redistribute static
 address-family ipv6 unicast
  network fd0$side::/32
  neighbor fd99::$other activate
router rip
 network 10.99.0.0/24
 redistribute static
 timers basic 5 15 10
router ripng
 network vsx$([ $side = 1 ] && echo a || echo b)
 timers basic 5 15 10
router isis 1
 net 49.0001.0000.0000.000$side.00
mpls ldp
 router-id 10.0.0.$side
 address-family ipv4
  discovery transport-address 10.99.0.$side
  interface vsx$([ $side = 1 ] && echo a || echo b)
router eigrp 7
 network 10.99.0.0/24
router babel
 network vsx$([ $side = 1 ] && echo a || echo b)
ip route 10.$side.0.0/16 blackhole
ip route 192.168.$side.0/24 blackhole
ip pim rp 10.99.0.2 224.0.0.0/4
line vty
X
    chmod -R 777 "$d"
  done
  go() { # go begin|begin_a SIDE
    "$1" unshare -m bash -c "mkdir -p /run/frr; mount -t tmpfs none /run/frr; chown frr:frr /run/frr; cp /srv/vethscope/frr$2/frr.conf /run/frr/; cd /run/frr
      export PATH=/usr/lib/frr:\$PATH; f=/run/frr/frr.conf
      zebra -d -f \$f -i /run/frr/zebra.pid; sleep 1
      for p in bgpd ospfd ospf6d ripd ripngd isisd ldpd pimd eigrpd babeld bfdd; do /usr/lib/frr/\$p -d -f \$f; done
      sleep 100"
  }
  go begin_a 1; go begin 2
  ip netns exec vsx1 sysctl -qw net.ipv4.ip_forward=1; ip netns exec vsx2 sysctl -qw net.ipv4.ip_forward=1
  printf 'vrrp_instance A {\n interface vsxb\n virtual_router_id 51\n priority 100\n advert_int 1\n authentication {\n auth_type PASS\n auth_pass secret\n }\n virtual_ipaddress {\n 10.99.0.100\n }\n}\nvrrp_instance B {\n interface vsxb\n version 3\n virtual_router_id 52\n priority 100\n advert_int 1\n virtual_ipaddress {\n fe80::99\n fd99::100\n }\n}\n' >"$work/keepalived.conf"
  begin keepalived -n -l -f /srv/vethscope/keepalived.conf -p /srv/vethscope/kp -r /srv/vethscope/kv
  begin lldpd -d -c -e -f -s -r -I vsxb -u /srv/vethscope/lldp.sock -O /dev/null
  a bash -c 'sleep 8; timeout 3 socat -u UDP4-RECV:5000,ip-add-membership=239.1.2.3:10.99.0.1 - '
  sleep 4
}
