# aria2, transmission-daemon, transmission-cli, mosquitto, mosquitto-clients, memcached, libcoap3-bin, iperf3, whois, nbd-server, nbd-client, rabbitmq-server, etcd-server, git,
# miniupnpc, minissdpd, llmnrd, ladvd: programs that talk to one another.
record_peers() {
  ip netns exec vsx1 ip route add default via 10.99.0.2 2>/dev/null || true
  printf 'listener 1883 10.99.0.2\nallow_anonymous true\n' >"$work/m.conf"
  begin mosquitto -c /srv/vethscope/m.conf
  begin memcached -u nobody -l 10.99.0.2 -U 11211
  begin coap-server-notls -A 10.99.0.2
  begin iperf3 -s -B 10.99.0.2
  sleep 2
  LIMIT=3 a mosquitto_sub -h 10.99.0.2 -t 'a/#' -q 2 -k 1 &
  sleep 1
  for q in 0 1 2; do a mosquitto_pub -h 10.99.0.2 -t a/b -m hello -q $q -r; done
  a mosquitto_pub -V 5 -h 10.99.0.2 -t a/c -m hello -q 1 -D publish user-property k v
  a mosquitto_pub -h 10.99.0.2 -u bob -P secret --will-topic w --will-payload gone -t a/d -n
  wait $! 2>/dev/null || true
  a bash -c 'exec 3<>/dev/tcp/10.99.0.2/11211; (for l in "set k 0 0 5" hello "get k" "gets k" "get none" "incr k 1" "delete k" stats version nonsense quit; do sleep 0.1; printf "%s\r\n" "$l"; done) >&3; timeout 2 cat <&3'
  a coap-client-notls -m get coap://10.99.0.2/; a coap-client-notls -m get coap://10.99.0.2/.well-known/core; a coap-client-notls -m put -e 1 coap://10.99.0.2/example_data; a coap-client-notls -m get coap://10.99.0.2/none; a coap-client-notls -N -m get coap://10.99.0.2/time; a coap-client-notls -m get -s 2 -B 3 coap://10.99.0.2/time
  a iperf3 -c 10.99.0.2 -n 4K -l 1K; a iperf3 -u -c 10.99.0.2 -n 4K -l 1K
  finish
  mkdir -p "$work/seed" "$work/leech"; head -c 30000 /dev/urandom >"$work/seed/file.bin"
  a transmission-create -p -s 16 -o /srv/vethscope/t.torrent /srv/vethscope/seed/file.bin
  begin aria2c --enable-dht=true --dht-listen-port=6881 --listen-port=6882 --dht-file-path=/srv/vethscope/d1 --enable-peer-exchange=true --bt-enable-lpd=true --bt-lpd-interface=vsxb --seed-time=5 -d /srv/vethscope/seed --check-integrity=true --allow-overwrite=true /srv/vethscope/t.torrent
  LIMIT=12 a aria2c --dht-listen-port=6881 --listen-port=6882 --dht-entry-point=10.99.0.2:6881 --dht-file-path=/srv/vethscope/d2 --bt-enable-lpd=true --bt-lpd-interface=vsxa --seed-time=0 --bt-force-encryption=false -d /srv/vethscope/leech /srv/vethscope/t.torrent
  finish
  LIMIT=3 a upnpc -m vsxa -l
  begin llmnrd -i vsxb -H files
  sleep 1
  a dig +tries=1 +time=1 -p 5355 files @224.0.0.252
  finish
}
