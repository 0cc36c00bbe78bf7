# samba, smbclient, samba-common-bin, rpcbind, nfs-ganesha, nfs-ganesha-vfs, nfs-common, python3: SMB of three dialects, NetBIOS names and sessions, DCE/RPC over
# pipes and TCP, portmapper and NFS 3 and 4.
record_shares() {
  mkdir -p "$work/smb/"{lock,state,cache,pid,private,ncalrpc} "$work/share"; echo hello >"$work/share/a.txt"; head -c 3000 /dev/urandom >"$work/share/b.bin"; chmod -R a+rwX "$work/share"
  cat >"$work/smb.conf" <<X
[global]
workgroup = SHOP
netbios name = FILES
server role = standalone server
map to guest = bad user
server min protocol = NT1
client min protocol = NT1
lock directory = /srv/vethscope/smb/lock
state directory = /srv/vethscope/smb/state
cache directory = /srv/vethscope/smb/cache
pid directory = /srv/vethscope/smb/pid
private dir = /srv/vethscope/smb/private
ncalrpc dir = /srv/vethscope/smb/ncalrpc
rpc start on demand helpers = yes
interfaces = 10.99.0.2/24
bind interfaces only = yes
local master = yes
preferred master = yes
log file = /dev/null
[share]
path = /srv/vethscope/share
guest ok = yes
read only = no
X
  chroot "$ROOT" useradd bob 2>/dev/null || true
  printf 'secret\nsecret\n' | chroot "$ROOT" smbpasswd -c /srv/vethscope/smb.conf -s -a bob
  begin nmbd -F -s /srv/vethscope/smb.conf
  begin smbd -F -s /srv/vethscope/smb.conf
  sleep 4
  s='-s /srv/vethscope/smb.conf'
  a nmblookup $s -B 10.99.0.255 FILES
  a nmblookup $s -U 10.99.0.2 -R nobody
  a nmblookup $s -A 10.99.0.2
  a smbclient $s -N -L //10.99.0.2
  for m in NT1 SMB2 SMB3; do
    a smbclient $s -m $m -U bob%secret //10.99.0.2/share -c 'ls; get a.txt /dev/null; put /etc/hostname up.txt; mkdir d; rename up.txt d/up.txt; del d/up.txt; rmdir d; get none'
  done
  a smbclient $s -m NT1 -p 139 -U bob%secret //FILES/share -I 10.99.0.2 -c 'ls'
  a smbclient $s -m SMB2 -U bob%wrong //10.99.0.2/share -c ls
  a smbclient $s -m SMB3 -e -U bob%secret //10.99.0.2/share -c ls
  a rpcclient $s -U bob%secret 10.99.0.2 -c 'srvinfo; lsaquery; enumdomusers; netshareenum; lookupnames bob'
  sleep 8
  finish
  chroot "$ROOT" userdel bob
}
