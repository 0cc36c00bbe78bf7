# tigervnc-standalone-server, xvfb, x11-apps, x11-utils, xrdp, freerdp2-x11, telnetd, telnet, ngircd, openssh: screens and terminals.
record_desks() {
  begin Xvnc :5 -SecurityTypes None -geometry 200x100 -depth 16 -listen tcp -ac -desktop desk
  sleep 3
  a env DISPLAY=10.99.0.2:5 xdpyinfo
  LIMIT=3 a env DISPLAY=10.99.0.2:5 xclock -geometry 40x40
  b vncconfig -display :5 -list
  begin_a Xvfb :7 -screen 0 400x300x16
  sleep 2
  LIMIT=4 a env DISPLAY=:7 xtightvncviewer -viewonly 10.99.0.2:5
  LIMIT=4 a env DISPLAY=:7 vncviewer 10.99.0.2:5905
  mkdir -p "$ROOT/var/run/xrdp/sockdir"
  begin xrdp --nodaemon
  sleep 3
  LIMIT=5 a env DISPLAY=:7 xfreerdp /v:10.99.0.2 /u:bob /p:secret /cert:ignore /sec:rdp
  LIMIT=5 a env DISPLAY=:7 xfreerdp /v:10.99.0.2 /u:bob /p:secret /cert:ignore /sec:tls
  begin bash -c 'exec socat TCP-LISTEN:23,fork,reuseaddr EXEC:"/usr/sbin/in.telnetd -h -L /bin/login",nofork 2>/dev/null || true'
  sleep 1
  (sleep 1; echo bob; sleep 1; echo x; sleep 1) | LIMIT=6 a telnet 10.99.0.2
  printf '[Global]\nName = irc.example\nInfo = test\nListen = 10.99.0.2\nPidFile = /srv/vethscope/irc.pid\nServerUID = nobody\nServerGID = nogroup\n[Options]\nIdent = no\nPAM = no\nDNS = no\n' >"$work/ngircd.conf"
  begin ngircd -n -f /srv/vethscope/ngircd.conf
  sleep 1
  a bash -c 'exec 3<>/dev/tcp/10.99.0.2/6667; (for l in "NICK bob" "USER bob 0 * :Bob" "JOIN #shop" "PRIVMSG #shop :hello" "WHOIS bob" "NOSUCH" "QUIT :bye"; do sleep 0.3; printf "%s\r\n" "$l"; done) >&3; timeout 3 cat <&3'
}
