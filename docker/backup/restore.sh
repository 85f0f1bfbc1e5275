#!/bin/sh
# Lay the database into an empty folder as it was: restore.sh FOLDER [MOMENT]
#   restore.sh /var/lib/postgresql/data "2026-11-27 14:05:00 UTC"
# Without a moment it is the last one that is archived. PostgreSQL, started on the folder,
# does what is left by itself: it reads the segments up to there, then takes work.
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
backups=$(cd "${BACKUPS:-/backups}" && pwd)
folder=${1:?restore.sh FOLDER [MOMENT]}
moment=${2:-}

say() { echo "restore.sh: $*" >&2; }

last=99999999T999999Z
if [ -n "$moment" ]; then
    last=$(date -u -d "$moment" +%Y%m%dT%H%M%SZ) || { say "\"$moment\" is no moment" && exit 1; }
fi
base=""
for each in "$backups"/base/2*; do
    [ -e "$each/first_segment" ] || continue
    name=${each##*/}
    [ "$(printf '%s\n%s\n' "$name" "$last" | sort | head -n 1)" != "$name" ] || base=$each
done
[ -n "$base" ] || { say "there is no copy of before ${moment:-now} in $backups/base" && exit 1; }

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
[ -z "$(ls -A "$folder")" ] || { say "$folder is not empty: move what is there away" && exit 1; }
chmod 700 "$folder"
umask 077
say "from $base"
tar --no-same-owner -xzf "$base/base.tar.gz" -C "$folder"
tar --no-same-owner -xzf "$base/pg_wal.tar.gz" -C "$folder/pg_wal"
{
    echo "# by restore.sh; of no effect once the restore is done"
    echo "restore_command = 'sh \"$HERE/fetch.sh\" \"$backups\" \"%f\" \"%p\"'"
    echo "recovery_target_timeline = 'latest'"
    echo "recovery_target_action = 'promote'"
    echo "recovery_target_time = '${moment:+$(date -u -d "$moment" '+%Y-%m-%d %H:%M:%S.%N+00')}'"
} >>"$folder/postgresql.auto.conf"
touch "$folder/recovery.signal"
say "$folder is laid; start PostgreSQL on it"
