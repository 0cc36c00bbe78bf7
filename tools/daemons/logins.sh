# slapd, ldap-utils, freeradius, freeradius-utils, krb5-kdc, krb5-user: directory, RADIUS, Kerberos.
record_logins() {
  mkdir "$work/db"
  cat >"$work/slapd.conf" <<X
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
maxsize 10485760
suffix "dc=shop,dc=example"
rootdn "cn=admin,dc=shop,dc=example"
rootpw secret
directory /srv/vethscope/db
X
  begin slapd -d 0 -f /srv/vethscope/slapd.conf -h ldap://10.99.0.2/
  sleep 2
  printf 'dn: dc=shop,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Shop\ndc: shop\n\ndn: cn=Bob,dc=shop,dc=example\nobjectClass: inetOrgPerson\ncn: Bob\nsn: Builder\nmail: bob@shop.example\nuserPassword: secret\n' >"$work/a.ldif"
  l='-x -H ldap://10.99.0.2/ -D cn=admin,dc=shop,dc=example -w secret'
  a ldapadd $l -f /srv/vethscope/a.ldif
  a ldapsearch -x -H ldap://10.99.0.2/ -b dc=shop,dc=example '(&(objectClass=inetOrgPerson)(|(cn=B*)(mail=*)))' cn mail
  a ldapsearch -x -H ldap://10.99.0.2/ -s base -b '' +
  a ldapsearch $l -E pr=1/noprompt -b dc=shop,dc=example '(!(cn=x))'
  a ldapsearch $l -b dc=nope,dc=example
  a ldapwhoami $l
  a ldapcompare $l cn=Bob,dc=shop,dc=example sn:Builder
  printf 'dn: cn=Bob,dc=shop,dc=example\nchangetype: modify\nreplace: sn\nsn: Baker\n' | a ldapmodify $l
  a ldapmodrdn $l cn=Bob,dc=shop,dc=example cn=Rob
  a ldappasswd $l -s new cn=Rob,dc=shop,dc=example
  a ldapdelete $l cn=Rob,dc=shop,dc=example
  a ldapsearch -x -H ldap://10.99.0.2/ -D cn=admin,dc=shop,dc=example -w wrong -b dc=shop,dc=example
  a ldapsearch -Q -Y DIGEST-MD5 -U x -w y -H ldap://10.99.0.2/ -b ''
  finish
  cp -r "$ROOT/etc/freeradius/3.0" "$work/raddb"
  printf 'client c { ipaddr = 10.99.0.1\n secret = testing123\n }\n' >>"$work/raddb/clients.conf"
  sed -i '1i bob Cleartext-Password := "hello"\n\tReply-Message := "Hello, %{User-Name}", Framed-IP-Address = 10.99.0.77, Session-Timeout = 600' "$work/raddb/mods-config/files/authorize"
  begin freeradius -f -l stdout -d /srv/vethscope/raddb
  sleep 4
  for kind in pap chap mschap; do a radtest -t $kind bob hello 10.99.0.2 0 testing123; done
  a radtest bob wrong 10.99.0.2 0 testing123
  printf 'User-Name=bob\nAcct-Status-Type=Start\nAcct-Session-Id=1\nNAS-IP-Address=10.99.0.1\nNAS-Port=5\nCalled-Station-Id=00-11-22-33-44-55\n' | a radclient 10.99.0.2 acct testing123
  printf 'User-Name=bob\nEAP-Message=0x0200000801626f62\nMessage-Authenticator=0x00\n' | a radclient 10.99.0.2 auth testing123
  printf 'Message-Authenticator=0x00\n' | LIMIT=4 a radclient -r 1 10.99.0.2 status testing123
  finish
  printf '[libdefaults]\ndefault_realm = SHOP.EXAMPLE\ndns_lookup_kdc = false\nrdns = false\n[realms]\nSHOP.EXAMPLE = {\n kdc = 10.99.0.2\n admin_server = 10.99.0.2\n }\n' >"$work/krb5.conf"
  printf '[kdcdefaults]\nkdc_listen = 10.99.0.2:88\nkdc_tcp_listen = 10.99.0.2:88\n[realms]\nSHOP.EXAMPLE = {\n database_name = /srv/vethscope/princ\n key_stash_file = /srv/vethscope/stash\n acl_file = /srv/vethscope/acl\n }\n' >"$work/kdc.conf"
  e="env KRB5_CONFIG=/srv/vethscope/krb5.conf KRB5_KDC_PROFILE=/srv/vethscope/kdc.conf KRB5CCNAME=FILE:/srv/vethscope/cc"
  b $e kdb5_util create -s -P master
  for q in 'addprinc -pw secret +requires_preauth bob' 'addprinc -randkey host/www.shop.example' 'addprinc -pw old -pwexpire "1 day ago" eve'; do b $e kadmin.local -q "$q"; done
  begin $e krb5kdc -n
  sleep 2
  echo secret | a $e kinit bob
  a $e kvno host/www.shop.example
  a $e kvno host/nobody.shop.example
  echo wrong | a $e kinit bob
  echo x | a $e kinit nobody
  sed -i 's/rdns = false/rdns = false\nudp_preference_limit = 1/' "$work/krb5.conf"
  echo secret | a $e kinit bob
  a $e kvno host/www.shop.example
  finish
}
