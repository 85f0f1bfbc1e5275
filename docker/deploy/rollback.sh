#!/bin/sh
# Turn the site back to the release before; once more, to the one before that, as far as a
# deployment with CONTRACT=1. The database stays: a release only adds to it, so the one
# before can still use it. Exit codes as deploy.sh has.
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
export HOW=rollback
# shellcheck source=docker/deploy/release.sh
. "$HERE/release.sh"
take_up
[ -n "$PREVIOUS" ] || { say "there is no release before ${CURRENT:-this}" && exit 1; }
fetch "$PREVIOUS" || exit 1
turn_to "$PREVIOUS" || exit 1
