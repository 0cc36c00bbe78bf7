# postfix, swaks, openssl, dovecot-imapd, dovecot-pop3d, curl: mail sent with and without STARTTLS, refused, and read by IMAP and POP3.
record_mail() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/k.pem" -out "$work/c.pem" -days 3650 -subj /CN=mail.example 2>/dev/null
  chroot "$ROOT" useradd -m bob 2>/dev/null || true
  echo bob:secret | chroot "$ROOT" chpasswd
  mkdir "$work/postfix" "$work/queue" "$work/data"
  cp -r "$ROOT/etc/postfix/." "$work/postfix/"
  chroot "$ROOT" chown postfix /srv/vethscope/data
  cat >"$work/postfix/main.cf" <<X
myhostname = mail.example
mydestination = mail.example, localhost
mynetworks = 127.0.0.0/8
queue_directory = /srv/vethscope/queue
data_directory = /srv/vethscope/data
inet_interfaces = 10.99.0.2
inet_protocols = ipv4
compatibility_level = 3.6
smtpd_tls_cert_file = /srv/vethscope/c.pem
smtpd_tls_key_file = /srv/vethscope/k.pem
smtpd_tls_security_level = may
maillog_file = /dev/stdout
X
  sed -i 's/^\(smtp  *inet  *n  *- *\)y/\1n/; s/^\([a-z]* *unix  *[-n]  *[-n]  *\)y/\1n/' "$work/postfix/master.cf"
  echo 'postlog unix-dgram n - n - 1 postlogd' >>"$work/postfix/master.cf"
  begin postfix -c /srv/vethscope/postfix start-fg
  cat >"$work/dovecot.conf" <<X
protocols = imap pop3
listen = 10.99.0.2
base_dir = /srv/vethscope/run
log_path = /dev/stderr
ssl = yes
ssl_cert = </srv/vethscope/c.pem
ssl_key = </srv/vethscope/k.pem
disable_plaintext_auth = no
mail_location = mbox:~/mail:INBOX=/var/mail/%u
mail_access_groups = mail
passdb {
  driver = shadow
}
userdb {
  driver = passwd
}
X
  begin dovecot -F -c /srv/vethscope/dovecot.conf
  sleep 4
  : >"$ROOT/var/mail/bob"; chroot "$ROOT" chown bob:mail /var/mail/bob
  head -c 1500 /dev/urandom | base64 >"$work/attached.txt"
  a swaks --server 10.99.0.2 --helo client.example --from alice@client.example --to bob@mail.example --header 'Subject: a small mail' --body 'Hello Bob'
  a swaks --server 10.99.0.2 --helo client.example --from alice@client.example --to bob@mail.example --header 'Subject: a large mail' --attach /srv/vethscope/attached.txt
  a swaks --server 10.99.0.2 --helo client.example --from alice@client.example --to bob@elsewhere.example
  a swaks --server 10.99.0.2 --helo client.example --from alice@client.example --to bob@mail.example --tls
  a swaks --server 10.99.0.2 --helo client.example --from alice@client.example --to bob@mail.example --pipeline
  a bash -c 'exec 3<>/dev/tcp/10.99.0.2/25; (for l in "EHLO x" "VRFY bob" NOOP RSET HELP nonsense QUIT; do sleep 0.2; printf "%s\r\n" "$l"; done) >&3; timeout 2 cat <&3'
  sleep 2
  a curl -s -u bob:secret 'imap://10.99.0.2/'
  a curl -s -u bob:secret 'imap://10.99.0.2/INBOX;UID=1'
  a curl -s -u bob:secret 'imap://10.99.0.2/INBOX?ALL'
  a curl -s -u bob:secret -X 'FETCH 1:2 (FLAGS ENVELOPE BODYSTRUCTURE)' 'imap://10.99.0.2/INBOX'
  a curl -s -u bob:wrong 'imap://10.99.0.2/'
  a curl -s -k --ssl-reqd -u bob:secret 'imap://10.99.0.2/'
  a curl -s -u bob:secret 'pop3://10.99.0.2/'
  a curl -s -u bob:secret 'pop3://10.99.0.2/2'
  a curl -s -k --ssl-reqd -u bob:secret 'pop3://10.99.0.2/1'
  a bash -c 'exec 3<>/dev/tcp/10.99.0.2/110; (for l in CAPA "USER bob" "PASS secret" STAT LIST UIDL "TOP 1 2" "RETR 1" "DELE 1" RSET QUIT; do sleep 0.2; printf "%s\r\n" "$l"; done) >&3; timeout 3 cat <&3'
  chroot "$ROOT" userdel -r bob
}
