# Sourced by the record-*.sh scripts: two namespaces with a veth pair (10.99.0.1 client, 10.99.0.2 server), a scratch folder to work in,
# `a` to run something as the client, `begin` and `finish` for servers, and `record`. All of it is gone when the script ends.
# OUT is where captures go, fixtures/captures without.
out=${OUT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../fixtures/captures" && pwd)}
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=$(mktemp -d)
cd "$dir"
cleanup() {
  ip netns del vsx1 || true
  ip netns del vsx2 || true
  rm -rf "$dir"
}
trap cleanup EXIT
ip netns add vsx1; ip netns add vsx2
ip link add vsxa netns vsx1 type veth peer name vsxb netns vsx2
ip -n vsx1 addr add 10.99.0.1/24 dev vsxa; ip -n vsx2 addr add 10.99.0.2/24 dev vsxb
ip -n vsx1 addr add fd99::1/64 dev vsxa nodad; ip -n vsx2 addr add fd99::2/64 dev vsxb nodad
for n in 1 2; do ip -n vsx$n link set lo up; done
ip -n vsx1 link set vsxa up; ip -n vsx2 link set vsxb up
a() { ip netns exec vsx1 "$@"; }
# begin COMMAND: runs a server at 10.99.0.2; `finish` ends all that were begun.
begun=()
begin() {
  (exec ip netns exec vsx2 "$@") &
  begun+=($!)
}
finish() {
  [ "${#begun[@]}" -gt 0 ] || return 0
  for one in "${begun[@]}"; do kill "$one" || true; done
  wait "${begun[@]}" || true
  begun=()
}
# record FILE FUNCTION [FILTER]: what the function sends, seen at the server's end.
record() {
  (exec ip netns exec vsx2 tcpdump -i vsxb -w "$1" -U --immediate-mode -q ${3:-tcp}) 2>/dev/null &
  local capture=$!
  sleep 1
  "$2" >"$dir/log" 2>&1 || true
  finish
  sleep 1
  kill "$capture"
  wait "$capture" || true
  [ -z "${VERBOSE:-}" ] || cat "$dir/log"
}
