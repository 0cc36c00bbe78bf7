# rpcbind, nfs-ganesha, nfs-ganesha-vfs, nfs-common, libnfs-utils: portmapper, mount protocol, NFS 3 and 4.
record_rpc() {
  mkdir -p "$work/export" "$work/gan"; echo hello >"$work/export/a.txt"; head -c 3000 /dev/urandom >"$work/export/b.bin"; chmod -R a+rwX "$work/export"
  cat >"$work/ganesha.conf" <<X
NFS_CORE_PARAM { Protocols = 3,4; Enable_NLM = false; Enable_RQUOTA = false; Bind_addr = 10.99.0.2; MNT_Port = 20048; }
NFSv4 { RecoveryRoot = /srv/vethscope/gan; Grace_Period = 1; Graceless = true; Only_Numeric_Owners = true; }
NFS_KRB5 { Active_krb5 = false; }
EXPORT { Export_Id = 1; Path = /srv/vethscope/export; Pseudo = /export; Access_Type = RW; Squash = No_Root_Squash; SecType = sys; FSAL { Name = VFS; } }
LOG { Default_Log_Level = EVENT; }
X
  mkdir -p "$ROOT/run/ganesha" "$ROOT/var/run/ganesha" "$ROOT/run/rpcbind"
  begin rpcbind -f -w
  sleep 1
  begin ganesha.nfsd -F -L /dev/stderr -f /srv/vethscope/ganesha.conf -p /srv/vethscope/g.pid
  sleep 6
  a rpcinfo -p 10.99.0.2
  a rpcinfo 10.99.0.2
  a rpcinfo -t 10.99.0.2 nfs 3
  a rpcinfo -u 10.99.0.2 100000 2
  a rpcinfo -u 10.99.0.2 nfs 9
  a showmount -e 10.99.0.2
  for v in 3 4; do
    a nfs-ls "nfs://10.99.0.2/srv/vethscope/export?version=$v"
    a nfs-cat "nfs://10.99.0.2/srv/vethscope/export/b.bin?version=$v"
    a nfs-cp /etc/hostname "nfs://10.99.0.2/srv/vethscope/export/up$v.txt?version=$v"
    a nfs-cat "nfs://10.99.0.2/srv/vethscope/export/none?version=$v"
  done
}
