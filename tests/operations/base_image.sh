#!/bin/sh
# A base image out of Debian's packages, where no registry of images is reached: Python
# on a slim Debian, as docker.io/library/python:3.x-slim-bookworm is. $1 is its name.
set -eu
name=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Where this machine's own packages come from.
# shellcheck disable=SC2016  # apt's words, not the shell's
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
left_out=""
for path in man doc locale i18n; do
    left_out="$left_out --dpkgopt=path-exclude=/usr/share/$path/*"
done
# shellcheck disable=SC2086  # one option a word
mmdebstrap --quiet --variant=minbase --aptopt='APT::Install-Recommends "false"' \
    $left_out --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --include=usr-is-merged,python3,python3-venv,ca-certificates,passwd \
    bookworm "$work/base.tar" "${mirror:?apt knows no bookworm}"
container=$(buildah from scratch 2>/dev/null)
buildah add -q "$container" "$work/base.tar" / >/dev/null
buildah commit -q "$container" "$name" >/dev/null
buildah rm "$container" >/dev/null
