#!/bin/sh
# Issue and renew the certificate of DOMAIN. Until there is a real one, and where ACME_EMAIL
# is not set, it is one of our own making, so that nginx can start and answer the challenge.
set -eu
domain=${DOMAIN:?}
folder=${CERTIFICATES:-/certificates}
webroot=${ACME:-/acme}
state=$folder/acme

own() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 \
        -subj "/CN=$domain" -addext "subjectAltName=DNS:$domain" \
        -keyout "$folder/new.key" -out "$folder/new.pem" 2>/dev/null
    put "$folder/new.pem" "$folder/new.key"
}
# The key first: nginx reads both when the certificate has changed.
put() { # CERTIFICATE KEY
    (umask 077 && cat "$2" >"$folder/.key" && cat "$1" >"$folder/.pem")
    mv "$folder/.key" "$folder/privkey.pem"
    mv "$folder/.pem" "$folder/fullchain.pem"
    rm -f "$folder/new.key" "$folder/new.pem"
}
# Of our own making: one that somebody brought is theirs to renew.
is_own() { openssl verify -no_check_time -CAfile "$folder/fullchain.pem" "$folder/fullchain.pem" >/dev/null 2>&1; }
is_for() { openssl x509 -noout -checkhost "$1" -in "$folder/fullchain.pem" | grep -q 'does match'; }
ends_within() { ! openssl x509 -checkend "$1" -noout -in "$folder/fullchain.pem" >/dev/null; }
renew() {
    "${CERTBOT:-certbot}" certonly --non-interactive --agree-tos --keep-until-expiring \
        --email "$ACME_EMAIL" --server "$ACME_SERVER" --webroot -w "$webroot" -d "$domain" \
        --config-dir "$state" --work-dir /tmp/certbot --logs-dir /tmp/certbot || return 1
    live=$state/live/$domain
    cmp -s "$live/fullchain.pem" "$folder/fullchain.pem" || put "$live/fullchain.pem" "$live/privkey.pem"
}

trap 'exit 0' TERM INT
[ -s "$folder/fullchain.pem" ] || own
while [ "${1:-}" != once ] || [ -z "${done:-}" ]; do
    if [ -n "${ACME_EMAIL:-}" ]; then
        renew || echo "The certificate was not renewed; the next try is in an hour." >&2
    elif is_own && { ends_within 2592000 || ! is_for "$domain"; }; then
        own
    fi
    done=1
    [ "${1:-}" = once ] && break
    # Certbot asks nobody while more than a month is left.
    sleep 3600 &
    wait $!
done
