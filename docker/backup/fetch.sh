#!/bin/sh
# PostgreSQL's restore_command: fetch.sh BACKUPS NAME PATH. Exit code 1 for a segment that
# is not there: PostgreSQL asks for more than there is to find the end.
set -eu
kept=$1/wal/$2.gz
[ -e "$kept" ] || exit 1
gzip -dc "$kept" >"$3"
