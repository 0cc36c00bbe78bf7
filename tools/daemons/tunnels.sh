# openvpn, strongswan-swanctl, strongswan, xl2tpd, ppp, pppoe, wireguard-tools, iproute2: tunnels and what goes in them.
record_tunnels() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/k.pem" -out "$work/c.pem" -days 3650 -subj /CN=vpn.example 2>/dev/null
  begin openvpn --dev null --proto udp --local 10.99.0.2 --tls-server --ca /srv/vethscope/c.pem --cert /srv/vethscope/c.pem --key /srv/vethscope/k.pem --dh none --mode server --ifconfig-noexec --verb 0
  begin openvpn --dev null --proto tcp-server --local 10.99.0.2 --port 1195 --tls-server --ca /srv/vethscope/c.pem --cert /srv/vethscope/c.pem --key /srv/vethscope/k.pem --dh none --verb 0
  sleep 2
  LIMIT=6 a openvpn --dev null --proto udp --remote 10.99.0.2 --tls-client --ca /srv/vethscope/c.pem --cert /srv/vethscope/c.pem --key /srv/vethscope/k.pem --nobind --ping 1
  LIMIT=5 a openvpn --dev null --proto tcp-client --remote 10.99.0.2 1195 --tls-client --ca /srv/vethscope/c.pem --cert /srv/vethscope/c.pem --key /srv/vethscope/k.pem --nobind --ping 1
  finish
  for side in 1 2; do
    o=$((3 - side)); mkdir -p "$work/sw$side"
    printf 'config setup\nconn %%default\n keyexchange=ikev1\n authby=secret\n left=10.99.0.%s\n right=10.99.0.%s\n type=transport\n auto=add\n lifetime=1h\nconn v1\nconn aggr\n aggressive=yes\nconn v2\n keyexchange=ikev2\n dpddelay=2\nconn ah\n keyexchange=ikev2\n ah=sha256\nconn natt\n keyexchange=ikev2\n forceencaps=yes\n' $side $o >"$work/sw$side/ipsec.conf"
    printf ': PSK "secret"\n' >"$work/sw$side/ipsec.secrets"
  done
  ike() { "$1" unshare -m bash -c "mount -t tmpfs none /run; mount --bind /srv/vethscope/sw$2/ipsec.conf /etc/ipsec.conf; mount --bind /srv/vethscope/sw$2/ipsec.secrets /etc/ipsec.secrets; ipsec start; sleep 3
    [ $2 = 2 ] && sleep 60; for c in v1 aggr v2 ah natt; do timeout 5 ipsec up \$c; ping -c 2 -i 0.3 10.99.0.2; timeout 3 ipsec down \$c; done; sleep 30"; }
  ike begin 2; ike begin_a 1
  sleep 26
  finish
  # The kernel's own tunnels.
  ip -n vsx1 link add g type gre local 10.99.0.1 remote 10.99.0.2; ip -n vsx2 link add g type gre local 10.99.0.2 remote 10.99.0.1
  ip -n vsx1 link add s type sit local 10.99.0.1 remote 10.99.0.2; ip -n vsx2 link add s type sit local 10.99.0.2 remote 10.99.0.1
  ip -n vsx1 link add x type ip6tnl local fd99::1 remote fd99::2 mode any; ip -n vsx2 link add x type ip6tnl local fd99::2 remote fd99::1 mode any
  ip -n vsx1 link add f type vxlan id 7 remote 10.99.0.2 dstport 8472 dev vsxa; ip -n vsx2 link add f type vxlan id 7 remote 10.99.0.1 dstport 8472 dev vsxb
  i=10
  for d in g s x f; do
    i=$((i + 1))
    for n in 1 2; do ip -n vsx$n addr add 10.$i.0.$n/24 dev $d; ip -n vsx$n addr add fd$i::$n/64 dev $d nodad; ip -n vsx$n link set $d up; done
    a ping -c 1 -W 1 10.$i.0.2; a ping -c 1 -W 1 fd$i::2
    ip -n vsx1 link del $d; ip -n vsx2 link del $d
  done
}
