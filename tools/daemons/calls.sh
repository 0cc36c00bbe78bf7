# sip-tester, sipsak, kamailio, coturn: SIP calls with SDP and what they announce (RTP, RTCP), over UDP and TCP; STUN and TURN.
record_calls() {
  cat >"$work/k.cfg" <<X
loadmodule "sl.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
listen=udp:10.99.0.2:5060
listen=tcp:10.99.0.2:5060
request_route {
  if (is_method("REGISTER")) { save("location"); exit; }
  if (is_method("OPTIONS")) { sl_send_reply("200","OK"); exit; }
  if (is_method("SUBSCRIBE|PUBLISH")) { sl_send_reply("489","Bad Event"); exit; }
  sl_send_reply("404","Not Found");
}
X
  begin kamailio -DD -E -m 64 -M 8 -f /srv/vethscope/k.cfg
  sleep 3
  a sipsak -s sip:bob@10.99.0.2
  a sipsak -U -s sip:bob@10.99.0.2 -C sip:bob@10.99.0.1
  a sipsak -T -s sip:bob@10.99.0.2
  a sipsak -M -B hello -s sip:bob@10.99.0.2
  a sipsak -E tcp -s sip:bob@10.99.0.2
  finish
  begin sipp -sn uas -i 10.99.0.2 -p 5060 -mi 10.99.0.2 -rtp_echo -nostdin
  sleep 1
  # sipp's own scenario with a voice of G.711 (uac_pcap) needs its sample.
  a sipp -sn uac 10.99.0.2:5060 -i 10.99.0.1 -m 2 -nostdin
  pcap=$(find "$ROOT/usr/share" -name 'g711a.pcap' | head -1)
  [ -z "$pcap" ] || (mkdir -p "$work/pcap" && cp "$(dirname "$pcap")"/*.pcap "$work/pcap/" && tcpdump -r "$pcap" -c 15 -w "$work/pcap/g711a.pcap")
  a bash -c 'cd /srv/vethscope && exec sipp -sn uac_pcap 10.99.0.2:5060 -i 10.99.0.1 -mi 10.99.0.1 -m 1 -nostdin'
  a sipp -sn uac 10.99.0.2:5060 -i 10.99.0.1 -t t1 -m 1 -nostdin -timeout 3s
  finish
  printf 'listening-ip=10.99.0.2\nrelay-ip=10.99.0.2\nlt-cred-mech\nuser=bob:secret\nrealm=shop.example\nno-cli\nno-tls\nno-dtls\nlog-file=stdout\nallow-loopback-peers\n' >"$work/turn.conf"
  begin turnserver -c /srv/vethscope/turn.conf
  sleep 2
  a turnutils_stunclient 10.99.0.2
  a turnutils_uclient -u bob -w secret -y -n 1 -m 1 -l 100 10.99.0.2
  a turnutils_uclient -t -u bob -w secret -y -n 1 -m 1 -l 100 10.99.0.2
}
