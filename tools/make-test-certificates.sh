#!/bin/sh
# Certificates for tests of TLS: an authority of our own, a server for localhost, and a client. They vouch for nothing but the tests.
set -eu
cd "$(dirname "$0")/../fixtures/tls"
days=36500
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days $days -subj '/CN=vethscope tests' -keyout ca.key -out ca.crt
sign() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr"
  printf '%s\n' "$3" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days $days -extfile "$1.ext" -out "$1.crt"
  rm "$1.csr" "$1.ext"
}
sign server /CN=localhost 'subjectAltName=DNS:localhost,IP:127.0.0.1'
sign client /O=system:masters/CN=reader 'extendedKeyUsage=clientAuth'
rm -f ca.srl ca.key
