#!/bin/sh
# All that the key of deployments may do, in the server's authorized_keys:
#   restrict,command="/opt/switchboard/docker/deploy/by_ssh.sh" ssh-ed25519 AAAA…
set -euf
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2086  # its words
set -- ${SSH_ORIGINAL_COMMAND:-}
case "$#:${1:-}" in
    2:*/deploy.sh) exec sh "$HERE/deploy.sh" "$2" ;;
    1:*/rollback.sh) exec sh "$HERE/rollback.sh" ;;
esac
echo "This key deploys and rolls back, and nothing else." >&2
exit 64
