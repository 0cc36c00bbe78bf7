#!/usr/bin/env bash
# Records fixtures/captures/streams.{http2,grpc,websocket}.pcap: Node's http2, grpc-js and ws; curl against nghttpx for the upgrade from
# HTTP/1. As root, nghttpx from Debian's nghttp2-proxy: NGHTTPX=/path/to/nghttpx bash tools/record-http2.sh. Then node tools/record-tshark.mjs.
set -eu
. "$(dirname "$0")/record-veth.sh"
both() {
  begin node "$tools/record-http2.mjs" serve
  sleep 1
  a node "$tools/record-http2.mjs" ask "$1"
}
http2() {
  both http2
  mkdir www; head -c 3000 /dev/urandom | base64 >www/file.txt
  begin python3 -m http.server -b 127.0.0.1 -d www 9001
  begin "${NGHTTPX:-nghttpx}" --frontend='10.99.0.2,3128;no-tls' --backend=127.0.0.1,9001 --workers=1 --conf=/dev/null --errorlog-file=/dev/null
  sleep 1
  a curl -s --http2 http://10.99.0.2:3128/file.txt http://10.99.0.2:3128/none
  a curl -s --http2 -d a=1 http://10.99.0.2:3128/file.txt
  a curl -s --http2-prior-knowledge http://10.99.0.2:3128/file.txt
}
grpc() { both grpc; }
websocket() { both websocket; }
for part in http2 grpc websocket; do record "$out/streams.$part.pcap" $part; done
