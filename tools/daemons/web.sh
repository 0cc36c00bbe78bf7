# nginx-light, squid, tinyproxy, curl, whois: HTTP/1 as servers and proxies speak it.
record_web() {
  mkdir -p "$work/www"; head -c 3000 /dev/urandom | base64 >"$work/www/a.txt"; echo '{"a": [1, 2]}' >"$work/www/a.json"; echo '<html><body>hi</body></html>' >"$work/www/index.html"
  chroot "$ROOT" bash -c 'printf "\x89PNG\r\n\x1a\n" >/srv/vethscope/www/p.png; head -c 500 /dev/urandom >>/srv/vethscope/www/p.png; echo "<a><b c=\"1\">x</b></a>" >/srv/vethscope/www/a.xml; echo "var a = 1;" >/srv/vethscope/www/a.js; echo "b { }" >/srv/vethscope/www/a.css'
  cat >"$work/nginx.conf" <<X
daemon off; pid /srv/vethscope/n.pid; error_log /dev/null; user root;
events { }
http { access_log off; include /etc/nginx/mime.types; gzip on; gzip_min_length 10; gzip_types text/plain application/json;
 client_body_temp_path /srv/vethscope/b; proxy_temp_path /srv/vethscope/p; fastcgi_temp_path /srv/vethscope/f; uwsgi_temp_path /srv/vethscope/u; scgi_temp_path /srv/vethscope/s;
 server { listen 10.99.0.2:80; root /srv/vethscope/www; autoindex on;
  location /old { return 301 /a.txt; } location /gone { return 410; } location /post { client_max_body_size 1m; proxy_pass http://10.99.0.2:81/; } location /auth { auth_basic x; auth_basic_user_file /dev/null; } }
 server { listen 10.99.0.2:81; location / { add_header X-A b; return 200 "got it"; } } }
X
  begin nginx -c /srv/vethscope/nginx.conf
  printf 'Port 8080\nListen 10.99.0.2\nTimeout 60\nAllow 10.99.0.1\nMaxClients 10\nStartServers 2\nConnectPort 80\nConnectPort 443\n' >"$work/tiny.conf"
  begin tinyproxy -d -c /srv/vethscope/tiny.conf
  printf 'http_port 10.99.0.2:3128\nhttp_access allow all\ncache deny all\npid_filename none\ncache_log /dev/null\naccess_log none\ncache_effective_user proxy\nvisible_hostname p\n' >"$work/squid.conf"
  begin squid -N -f /srv/vethscope/squid.conf
  sleep 4
  u=http://10.99.0.2
  a curl -s $u/ $u/a.txt $u/a.json $u/a.xml $u/a.js $u/a.css $u/p.png $u/none $u/old $u/gone $u/auth -o /dev/null
  a curl -s --compressed $u/a.txt $u/a.json -o /dev/null
  a curl -s -r 0-99 $u/a.txt; a curl -s -r 0-9,20-29 $u/a.txt; a curl -s -I $u/a.txt; a curl -s -X OPTIONS $u/; a curl -s -X DELETE $u/a.txt; a curl -s -0 $u/a.json
  a curl -s -H 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT' $u/a.txt
  a curl -s -H 'Expect: 100-continue' -d a=1 -d b=2 $u/post
  a curl -s -F f=@/etc/hostname -F x=y $u/post
  a curl -s -H 'Transfer-Encoding: chunked' -d @/etc/hosts $u/post
  a curl -s -u bob:secret -A 'Mozilla/5.0 (X11)' -b 'a=b; c=d' -e http://ref.example/ "$u/?q=a%20b&c=d"
  a curl -s -x http://10.99.0.2:8080 $u/a.json; a curl -s -p -x http://10.99.0.2:8080 $u/a.json
  a curl -s -x http://10.99.0.2:3128 $u/a.json; a curl -s -p -x http://10.99.0.2:3128 $u/a.json; a curl -s -x http://10.99.0.2:3128 http://none.invalid/
  a bash -c 'exec 3<>/dev/tcp/10.99.0.2/80; printf "GET /a.json HTTP/1.1\r\nHost: x\r\n\r\nGET /a.css HTTP/1.1\r\nHost: x\r\n\r\n" >&3; timeout 2 cat <&3'
}
