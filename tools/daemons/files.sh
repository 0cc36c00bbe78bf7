# vsftpd, socat, curl, tftpd-hpa, rsync: FTP in active and passive mode, of both address families, TFTP with and without options, rsync.
record_files() {
  mkdir -p "$work/ftp/pub" "$ROOT/var/run/vsftpd/empty"; chmod 755 "$work"
  head -c 6000 /dev/urandom | base64 >"$work/ftp/pub/a.txt"; echo hello >"$work/ftp/pub/b.txt"; chmod -R a+rX "$work/ftp"
  mkdir "$work/ftp/in"; chmod 777 "$work/ftp/in"
  printf '%s\n' listen=NO listen_ipv6=NO anonymous_enable=YES anon_root=/srv/vethscope/ftp anon_upload_enable=YES write_enable=YES background=NO seccomp_sandbox=NO connect_from_port_20=YES port_enable=YES >"$work/vsftpd.conf"
  begin socat TCP4-LISTEN:21,bind=10.99.0.2,fork,reuseaddr EXEC:'vsftpd /srv/vethscope/vsftpd.conf',nofork
  begin socat TCP6-LISTEN:21,bind=[fd99::2],fork,reuseaddr EXEC:'vsftpd /srv/vethscope/vsftpd.conf',nofork
  begin in.tftpd -L -c -p -s /srv/vethscope/ftp -u nobody
  printf '%s\n' 'use chroot = no' '[pub]' 'path = /srv/vethscope/ftp/pub' 'read only = yes' >"$work/rsyncd.conf"
  begin rsync --daemon --no-detach --config=/srv/vethscope/rsyncd.conf
  sleep 2
  a curl -s --disable-epsv ftp://10.99.0.2/pub/
  a curl -s --disable-epsv ftp://10.99.0.2/pub/a.txt -o /dev/null
  a curl -s ftp://10.99.0.2/pub/b.txt
  a curl -s -P - --disable-eprt ftp://10.99.0.2/pub/b.txt
  a curl -s -P - ftp://10.99.0.2/pub/a.txt -o /dev/null
  a curl -s 'ftp://[fd99::2]/pub/b.txt'
  a curl -s ftp://10.99.0.2/pub/missing
  a curl -s -T /etc/hostname ftp://10.99.0.2/in/up.txt
  printf 'mode octet\nget pub/a.txt /dev/null\nget pub/none /dev/null\nquit\n' | a tftp 10.99.0.2
  a curl -s tftp://10.99.0.2/pub/b.txt
  a curl -s -T /etc/hostname tftp://10.99.0.2/in/t.txt
  a rsync -a rsync://10.99.0.2/
  a rsync -a rsync://10.99.0.2/pub /srv/vethscope/copy
}
