#!/bin/sh
# All that the key of deployments may do, in the server's authorized_keys:
#   restrict,command="/opt/switchboard/docker/deploy/by_ssh.sh" ssh-ed25519 AAAA…
# An image has to be of the name that SWITCHBOARD_IMAGE in docker/.env has.
set -euf
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2086  # its words
set -- ${SSH_ORIGINAL_COMMAND:-}
ENV_FILE=${ENV_FILE:-$HERE/../.env}
# shellcheck source=docker/deploy/variables.sh
. "$HERE/variables.sh"
named() { # IMAGE: without tag and digest
    echo "$1" | sed 's/@.*//; s/:[^/:]*$//'
}
is_ours() {
    ours=$(variable SWITCHBOARD_IMAGE)
    [ -n "$ours" ] && [ "$(named "$1")" = "$(named "$ours")" ]
}
case "$#:${1:-}" in
    2:*/deploy.sh)
        case $2 in *@*) is_ours "$2" || {
            echo "This key takes images of the name that $ENV_FILE has as SWITCHBOARD_IMAGE." >&2
            exit 64
        } ;; esac
        exec sh "$HERE/deploy.sh" "$2"
        ;;
    1:*/rollback.sh) exec sh "$HERE/rollback.sh" ;;
esac
echo "This key deploys and rolls back, and nothing else." >&2
exit 64
