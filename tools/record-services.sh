#!/usr/bin/env bash
# Records fixtures/captures/streams.services.pcap: redis-server and redis-cli, postgres and psql, mariadbd and mariadb, sshd and ssh, on a veth pair.
# As root: bash tools/record-services.sh. ROOT=/folder where Debian's redis-server, mariadb-server-core, mariadb-client-core and openssh-server are
# unpacked, if they are not installed. Then node tools/record-tshark.mjs.
set -eu
. "$(dirname "$0")/record-veth.sh"
root=${ROOT:-}
[ -z "$root" ] || export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu
mkdir data; chmod 777 . data
redis() {
  cp "$root/usr/bin/redis-check-rdb" ./redis-server
  begin ./redis-server --bind 10.99.0.2 --protected-mode no --save ''
  sleep 1
  printf 'SET greeting hello\nGET greeting\nGET nothing\nINCR n\nLPUSH l a b c\nLRANGE l 0 -1\nNOSUCH x\nGET n\n' |
    a "$root/usr/bin/redis-cli" -h 10.99.0.2
  (printf 'PING\r\n*2\r\n$3\r\nGET\r\n$1\r\nn\r\n'; sleep 0.3) | a bash -c 'exec 3<>/dev/tcp/10.99.0.2/6379; cat >&3; timeout 1 cat <&3'
  finish
}
postgres() {
  chown nobody data
  echo secret >password; chmod 644 password
  setpriv --reuid nobody initdb -D "$dir/data" -U bob --auth=scram-sha-256 --pwfile=password -N
  echo 'host all all 10.99.0.1/32 scram-sha-256' >>data/pg_hba.conf
  begin setpriv --reuid nobody --regid nogroup --clear-groups postgres -D "$dir/data" -h 10.99.0.2 -k "$dir"
  sleep 2
  PGPASSWORD=secret a psql -h 10.99.0.2 -U bob -d postgres -c 'select generate_series(1,3) as n' -c 'select nope' || true
  PGPASSWORD=wrong a psql -h 10.99.0.2 -U bob -d postgres -c 'select 1' || true
  printf 'prepare p as select $1::int;\nexecute p(1);\ncopy (select 1) to stdout;\n' | PGPASSWORD=secret a psql -h 10.99.0.2 -U bob -d postgres
  finish
}
mariadb() {
  mkdir my; chown nobody my
  begin setpriv --reuid nobody "$root/usr/sbin/mariadbd" --no-defaults --datadir="$dir/my" --socket="$dir/my/s" --bind-address=10.99.0.2 \
    --lc-messages-dir="$root/usr/share/mysql" --skip-name-resolve --skip-grant-tables --innodb-buffer-pool-size=8M --pid-file="$dir/my/pid"
  sleep 4
  a "$root/usr/bin/mariadb" --no-defaults -h 10.99.0.2 -u bob -psecret --skip-ssl -e 'create database shop; use shop; create table t (a int, b text); insert into t values (1,"one"),(2,"two");
    select * from t; select nope; show tables; update t set a=3; prepare s from "select a from t where a=?"; set @x=3; execute s using @x;' || true
  a "$root/usr/bin/mariadb" --no-defaults -h 10.99.0.2 -u bob -pwrong --skip-ssl -e 'select 1' || true
  finish
}
ssh() {
  ssh-keygen -q -t ed25519 -N '' -f key
  mkdir -p /run/sshd
  # sshd wants a user of its own; it gets one in a mount namespace.
  (cat /etc/passwd; echo 'sshd:x:74:74::/run/sshd:/usr/sbin/nologin') >passwd
  begin unshare -m bash -c 'mount --bind passwd /etc/passwd; exec "$@"' - "$root/usr/sbin/sshd" -D -f /dev/null -h "$dir/key" -p 22 -o ListenAddress=10.99.0.2 -o UsePAM=no
  sleep 1
  a "$(command -v ssh)" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes nobody@10.99.0.2 true || true
  finish
}
all() { redis; postgres; mariadb; command ssh -V; ssh; }
record "$out/streams.services.pcap" all
