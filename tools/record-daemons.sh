#!/usr/bin/env bash
# Records fixtures/captures/daemons.*.pcap: Debian's servers with their own clients, one capture a family (tools/daemons/FAMILY.sh).
# As root: ROOT=/folder bash tools/record-daemons.sh [FAMILY...]. ROOT is a Debian 12 tree with the packages that the family's first line names
# (an overlay of / does), in which the programs run, each in a namespace of processes that ends with it. Then node tools/record-tshark.mjs.
set -eu
: "${ROOT:?the Debian 12 tree in which the servers are installed}"
. "$(dirname "$0")/record-veth.sh"
# What servers and clients read and write: /srv/vethscope of the tree.
work=$ROOT/srv/vethscope
a() { timeout "${LIMIT:-15}" ip netns exec vsx1 chroot "$ROOT" "$@" || true; }
b() { timeout "${LIMIT:-15}" ip netns exec vsx2 chroot "$ROOT" "$@" || true; }
begin() {
  (exec ip netns exec vsx2 unshare -fp --kill-child chroot "$ROOT" "$@") &
  begun+=($!)
}
# As `begin`, at the client's end.
begin_a() {
  (exec ip netns exec vsx1 unshare -fp --kill-child chroot "$ROOT" "$@") &
  begun+=($!)
}
# unshare passes over SIGTERM while it waits; killed, it takes its processes along.
finish() {
  local one
  for one in "${begun[@]}"; do kill -KILL "$one" 2>/dev/null || true; wait "$one" 2>/dev/null || true; done
  begun=()
}
families=("$@")
[ $# -gt 0 ] || for file in "$tools"/daemons/*.sh; do families+=("$(basename "$file" .sh)"); done
for family in "${families[@]}"; do
  rm -rf "$work"; mkdir -p "$work"; chmod 777 "$work"
  filter=
  . "$tools/daemons/$family.sh"
  record "$out/daemons.$family.pcap" "record_$family" "${filter:-ip or ip6 or arp}"
done
rm -rf "$work"
