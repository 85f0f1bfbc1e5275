#!/bin/sh
# The blackbox exporter. Its module "trusted" believes what a browser believes, of a
# certificate for DOMAIN, where ACME_EMAIL asks an authority for one; else the certificate
# is meant to be of our own making, and it is as "site". Words are handed on.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
written=${WRITTEN:-/tmp/blackbox.yml}
wants="insecure_skip_verify: true"
[ -z "${ACME_EMAIL:-}" ] || wants="server_name: ${DOMAIN:?}"
sed "s/server_name: DOMAIN/$wants/" "$here/blackbox.yml" >"$written"
exec "${BLACKBOX:-/bin/blackbox_exporter}" --config.file="$written" "$@"
