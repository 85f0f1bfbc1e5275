#!/bin/sh
# PostgreSQL's archive_command: archive.sh PATH NAME keeps a finished segment of the
# write-ahead log. Exit code 0 only once it lies there whole: until then PostgreSQL keeps
# it, and asks again.
set -eu
path=${1:?archive.sh PATH NAME}
name=${2:?archive.sh PATH NAME}
archive=${BACKUPS:-/backups}/wal
kept=$archive/$name.gz
umask 077
mkdir -p "$archive"
if [ -e "$kept" ]; then
    # Asked again, because PostgreSQL ended before it heard of the end of this.
    gzip -dc "$kept" | cmp -s - "$path" && exit 0
    echo "archive.sh: $kept is there, and it is another" >&2
    exit 1
fi
gzip -c "$path" >"$kept.new"
sync "$kept.new"
mv "$kept.new" "$kept"
sync "$archive"
