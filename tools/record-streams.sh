#!/usr/bin/env bash
# Records fixtures/captures/streams.{http,tls}.pcap: real programs (python3 http.server, curl, openssl s_server and s_client) on a veth
# pair between two namespaces, captured by tcpdump. As root: bash tools/record-streams.sh. Then node tools/record-tshark.mjs.
set -eu
. "$(dirname "$0")/record-veth.sh"
mkdir www
head -c 30000 /dev/urandom | base64 >www/big.txt
echo '{"a":1}' >www/x.json
openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 3650 -subj /CN=web.example \
  -addext "subjectAltName=DNS:web.example,DNS:*.svc,IP:10.99.0.2" 2>/dev/null
cat c.pem c.pem c.pem c.pem >chain.pem
cat >server.py <<'P'
from http.server import *
class H(BaseHTTPRequestHandler):
    protocol_version='HTTP/1.1'
    def do_GET(self):
        if self.path=='/chunk':
            self.send_response(200); self.send_header('Content-Type','application/json'); self.send_header('Transfer-Encoding','chunked'); self.end_headers()
            import time
            for i in range(4):
                b=(b'{"i":%d,'%i)+b'x'*2000
                self.wfile.write(b'%x\r\n'%len(b)+b+b'\r\n'); self.wfile.flush(); time.sleep(0.05)
            self.wfile.write(b'0\r\n\r\n')
        else:
            b=b'hello '*1000
            self.send_response(200 if self.path!='/nf' else 404,None); self.send_header('Content-Type','text/plain'); self.send_header('Content-Length',str(len(b))); self.end_headers(); self.wfile.write(b)
    def do_HEAD(self):
        self.send_response(200); self.send_header('Content-Length','6000'); self.end_headers()
    def do_POST(self):
        n=int(self.headers['Content-Length']); d=self.rfile.read(n)
        self.send_response(201); self.send_header('Content-Length','0'); self.end_headers()
ThreadingHTTPServer(('10.99.0.2',9000),H).serve_forever()
P
http() {
  begin python3 -m http.server -d www 8000
  begin python3 server.py
  sleep 1
  a curl -s http://10.99.0.2:8000/big.txt http://10.99.0.2:8000/x.json
  a curl -s http://10.99.0.2:9000/chunk http://10.99.0.2:9000/nf
  a curl -s -I http://10.99.0.2:9000/h
  a curl -s -H 'Content-Type: application/json' -d "$(head -c 4000 /dev/zero | tr '\0' a)" http://10.99.0.2:9000/post
  a python3 -c "
import socket,time
s=socket.create_connection(('10.99.0.2',9000)); s.sendall(b'GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: y\r\n\r\n'); time.sleep(.5); s.recv(100000)
s.sendall(b'GET /c HTTP/1.1\r\nHo'); time.sleep(.2); s.sendall(b'st: zz\r\n\r\n'); time.sleep(.3); s.recv(100000); s.close()"
}
ask() { printf 'GET /%s HTTP/1.0\r\n\r\n' "$1" | a timeout 3 openssl s_client -ign_eof "${@:2}" || true; }
tls() {
  cd www
  begin openssl s_server -accept 443 -cert ../c.pem -cert_chain ../chain.pem -key ../k.pem -WWW -quiet
  begin openssl s_server -accept 8443 -cert ../c.pem -key ../k.pem -WWW -quiet -tls1_2
  cd ..
  sleep 1
  ask big.txt -connect 10.99.0.2:443 -tls1_3 -servername web.example
  ask big.txt -connect 10.99.0.2:443 -tls1_2 -servername web.example
  ask big.txt -connect 10.99.0.2:8443 -alpn h2,http/1.1 -servername a.svc -sess_out session
  ask x.json -connect 10.99.0.2:8443 -sess_in session
  a curl -s https://10.99.0.2:443/x.json || true
  a openssl s_client -connect 10.99.0.2:8443 -tls1_3 </dev/null || true
}
record "$out/streams.http.pcap" http
record "$out/streams.tls.pcap" tls
