#!/bin/sh
# Debian's servers that tests/operations asks. Installed when root; else one says which are
# missing, and the tests that want them fail: nothing is left out silently.
set -eu
packages="nginx prometheus prometheus-alertmanager prometheus-node-exporter prometheus-blackbox-exporter redis-server pgbouncer docker-registry caddy certbot nghttp2-client curl jq wget iproute2 openssl shellcheck
    buildah podman runc iptables netavark aardvark-dns mmdebstrap"
missing=""
for package in $packages; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "MISSING, and only root may install them:$missing"
    echo "  sudo apt-get install --no-install-recommends$missing"
    exit 1
fi
echo "Installing$missing …"
# None of them is to run by itself; a rule that somebody else has made stays.
rule=/usr/sbin/policy-rc.d
if [ ! -e "$rule" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$rule"
    chmod +x "$rule"
    trap 'rm -f "$rule"' EXIT
fi
apt-get update -qq
# shellcheck disable=SC2086  # one package a word
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
