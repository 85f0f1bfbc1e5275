#!/bin/sh
# Turn the site to a release: deploy.sh RELEASE (an image by digest, or the name of a
# folder). Exit code 0: it is there; 1: it did not do, and the site is where it was;
# 70: look at once; 75: another deployment is under way. docs/releasing.md
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
export HOW=deploy
[ $# = 1 ] || { echo "deploy.sh RELEASE" >&2 && exit 64; }
# shellcheck source=docker/deploy/release.sh
. "$HERE/release.sh"
take_up
fetch "$1" || exit 1
turn_to "$1" || exit 1
