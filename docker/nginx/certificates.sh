#!/bin/sh
# Issue and renew the certificate of DOMAIN. Until there is a real one, and where ACME_EMAIL
# is not set, it is one of our own making, so that nginx can start and answer the challenge.
# One that somebody brought is theirs to renew, with ACME_EMAIL too.
#   certificates.sh once    look once
#   certificates.sh         for a container
set -eu
domain=${DOMAIN:?}
folder=${CERTIFICATES:-/certificates}
webroot=${ACME:-/acme}
state=$folder/acme

own() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 \
        -subj "/CN=$domain" -addext "subjectAltName=DNS:$domain" \
        -keyout "$folder/new.key" -out "$folder/new.pem" 2>/dev/null || return 1
    put "$folder/new.pem" "$folder/new.key"
}
# The key first: nginx reads both when the certificate has changed.
put() { # CERTIFICATE KEY
    (umask 077 && cat "$2" >"$folder/.key" && cat "$1" >"$folder/.pem") || return 1
    mv "$folder/.key" "$folder/privkey.pem"
    mv "$folder/.pem" "$folder/fullchain.pem"
    rm -f "$folder/new.key" "$folder/new.pem"
}
# Of our own making: alone, and signed by itself. One that was brought may have the
# authority that signed it behind it.
is_own() {
    [ "$(grep -c 'BEGIN CERTIFICATE' "$folder/fullchain.pem")" = 1 ] &&
        openssl verify -no_check_time -CAfile "$folder/fullchain.pem" "$folder/fullchain.pem" >/dev/null 2>&1
}
is_for() { openssl x509 -noout -checkhost "$1" -in "$folder/fullchain.pem" | grep -q 'does match'; }
ends_within() { ! openssl x509 -checkend "$1" -noout -in "$folder/fullchain.pem" >/dev/null; }
# By the authority, for us: certbot keeps each one it was given.
is_issued() {
    for each in "$state"/archive/*/fullchain*.pem; do
        ! cmp -s "$each" "$folder/fullchain.pem" || return 0
    done
    return 1
}
renew() {
    "${CERTBOT:-certbot}" certonly --non-interactive --agree-tos --keep-until-expiring \
        --email "$ACME_EMAIL" --server "$ACME_SERVER" --webroot -w "$webroot" -d "$domain" \
        --config-dir "$state" --work-dir /tmp/certbot --logs-dir /tmp/certbot || return 1
    live=$state/live/$domain
    cmp -s "$live/fullchain.pem" "$folder/fullchain.pem" || put "$live/fullchain.pem" "$live/privkey.pem"
}
look() {
    if is_own; then
        { ! ends_within 2592000 && is_for "$domain"; } || own || return 1
    elif ! is_issued; then
        return 0
    fi
    [ -z "${ACME_EMAIL:-}" ] || renew
}

pause() { # SECONDS
    sleep "$1" &
    pausing=$!
    wait "$pausing"
}
# nginx waits for the certificate of our own, so no challenge is answered before. An
# authority limits tries that fail (Let's Encrypt: five an hour), so the first waits until
# DOMAIN leads to our nginx, and for a quarter of an hour at most: it may do so for those
# outside alone.
await_nginx() {
    word=$(openssl rand -hex 16)
    place=.well-known/acme-challenge/ours
    mkdir -p "$webroot/${place%/*}"
    echo "$word" >"$webroot/$place"
    latest=$(($(date +%s) + 900))
    while [ "$(date +%s)" -lt "$latest" ]; do
        [ "$(wget -q -T 5 -t 1 -O - "http://$domain/$place" 2>/dev/null)" != "$word" ] || break
        pause "${LOOK_EVERY:-5}"
    done
    rm -f "$webroot/$place"
}

pausing=""
trap '[ -z "$pausing" ] || kill "$pausing" 2>/dev/null; exit 0' TERM INT
[ -s "$folder/fullchain.pem" ] || own
minutes=15
while :; do
    [ "${1:-}" = once ] || [ -z "${ACME_EMAIL:-}" ] || ! is_own || await_nginx
    if look; then
        # Certbot asks nobody while more than a month is left.
        next=60 minutes=15
    else
        next=$minutes
        [ "$minutes" = 60 ] || minutes=$((minutes * 2))
        echo "The certificate was not renewed; the next try is in $next minutes." >&2
    fi
    [ "${1:-}" != once ] || break
    pause $((next * 60))
done
