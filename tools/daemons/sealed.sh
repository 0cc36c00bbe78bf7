# openssl, gnutls-bin: TLS 1.0 to 1.3 and DTLS with certificates of both sides, resumption, pre-shared keys, renegotiation, alerts.
record_sealed() {
  for n in s c; do openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/$n.k" -out "$work/$n.c" -days 3650 -subj "/CN=$n.example" 2>/dev/null; done
  openssl ecparam -name prime256v1 -genkey -out "$work/e.k"; openssl req -x509 -key "$work/e.k" -out "$work/e.c" -days 3650 -subj /CN=e.example 2>/dev/null
  w=/srv/vethscope
  begin bash -c "sleep 1000 | openssl s_server -accept 443 -cert $w/s.c -key $w/s.k -cipher ALL:@SECLEVEL=0 -Verify 1 -CAfile $w/c.c -quiet"
  begin bash -c "sleep 1000 | openssl s_server -accept 444 -cert $w/e.c -key $w/e.k -cipher ALL:@SECLEVEL=0 -quiet -alpn h2,http/1.1 -early_data"
  begin bash -c "sleep 1000 | openssl s_server -accept 446 -nocert -psk 1a2b -psk_hint hint -cipher PSK -tls1_2 -quiet"
  begin bash -c "sleep 1000 | openssl s_server -dtls -accept 4433 -cert $w/s.c -key $w/s.k -cipher ALL:@SECLEVEL=0 -quiet -listen"
  begin bash -c "sleep 1000 | openssl s_server -dtls -accept 4434 -cert $w/e.c -key $w/e.k -cipher ALL:@SECLEVEL=0 -quiet"
  sleep 2
  s() { (sleep 1; echo hello; sleep 0.5) | a openssl s_client -cipher ALL:@SECLEVEL=0 "$@"; }
  for v in -tls1 -tls1_1 -tls1_2 -tls1_3; do s $v -connect 10.99.0.2:443 -cert $w/c.c -key $w/c.k; done
  s -connect 10.99.0.2:443
  for v in -tls1_2 -tls1_3; do s $v -connect 10.99.0.2:444 -servername e.example -sess_out $w/t; s $v -connect 10.99.0.2:444 -sess_in $w/t -alpn h2; done
  s -tls1_2 -connect 10.99.0.2:444 -status -cipher ECDHE-ECDSA-AES128-SHA
  s -tls1_2 -connect 10.99.0.2:444 -cipher AES128-SHA
  s -tls1_2 -connect 10.99.0.2:446 -psk 1a2b -psk_identity me
  (sleep 1; echo R; sleep 1) | a openssl s_client -tls1_2 -connect 10.99.0.2:444
  s -dtls1_2 -connect 10.99.0.2:4434; s -dtls1 -connect 10.99.0.2:4434; s -dtls -connect 10.99.0.2:4433 -mtu 300
}
