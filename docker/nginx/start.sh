#!/bin/sh
# nginx, and a look every few seconds at what it cannot see itself: a renewed certificate,
# and a web that has moved to another address. A reload drops no connection.
set -eu
conf=${NGINX_CONF:-/etc/switchboard/nginx/nginx.conf}
certificate=${CERTIFICATE:-/certificates/fullchain.pem}
port=${HTTPS_PORT:-443}
rm -f /tmp/https_port.inc
[ "$port" = 443 ] || printf '"" ":%s";\n' "$port" >/tmp/https_port.inc
nginx -c "$conf" -g 'daemon off;' &
nginx=$!
trap 'kill -QUIT $nginx' TERM QUIT INT

seen() {
    cksum "$certificate" 2>/dev/null || true
    sed -n 's/^ *server \([^:; ]*\):.*/\1/p' "$(dirname "$conf")/upstream.inc" |
        while read -r name; do
            getent ahostsv4 "$name" 2>/dev/null | sort -u || true
        done
}
last=$(seen)
while kill -0 $nginx 2>/dev/null; do
    sleep "${LOOK_EVERY:-5}" &
    wait $! || true
    now=$(seen)
    # A web that is away keeps its last address; a bad configuration is not taken up.
    if [ "$now" != "$last" ] && nginx -t -q -c "$conf"; then
        nginx -c "$conf" -s reload
        last=$now
    fi
done
wait $nginx
