#!/bin/sh
# A whole copy of the database. With the segments that archive.sh keeps it can be restored
# to every moment since (restore.sh).
#   backup.sh once    now
#   backup.sh         every BACKUP_EVERY_HOURS (24), for a container
# It connects as PGHOST, PGPORT and PGUSER say, with the password in PGPASSWORD_FILE.
# BACKUPS (/backups) then has base/TIME, wal/ and, for Prometheus, metrics/backup.prom.
# Copies older than BACKUP_KEEP_DAYS (14) go, with the segments only they need; never the
# newest.
set -eu
backups=${BACKUPS:-/backups}
keep_days=${BACKUP_KEEP_DAYS:-14}
every_hours=${BACKUP_EVERY_HOURS:-24}
umask 077
if [ -n "${PGPASSWORD_FILE:-}" ]; then
    # In a file of libpq's and not in the environment, which is shown with a process.
    PGPASSFILE=$(mktemp)
    export PGPASSFILE
    trap 'rm -f "$PGPASSFILE"' EXIT
    sed 's/[\\:]/\\&/g; s/^/*:*:*:*:/' "$PGPASSWORD_FILE" >"$PGPASSFILE"
fi
mkdir -p "$backups/base" "$backups/metrics"
# Figures are for others to read.
chmod 755 "$backups/metrics"

say() { echo "backup.sh: $*" >&2; }

copy() {
    draft=$backups/base/.new
    rm -rf "$draft"
    pg_basebackup --pgdata="$draft" --format=tar --gzip --wal-method=stream \
        --checkpoint=fast --no-password || return 1
    for file in "$draft"/*.gz; do gzip -t "$file" || return 1; done
    tar -xzOf "$draft/base.tar.gz" --occurrence=1 backup_label |
        sed -n 's/^START WAL LOCATION.*(file \([0-9A-F]*\)).*/\1/p' >"$draft/first_segment"
    [ -s "$draft/first_segment" ] || return 1
    sync
    # When it was whole, exactly, and as its name: to an earlier moment it leads nowhere.
    date -u +%s%N >"$draft/whole_at"
    name=$(date -u +%Y%m%dT%H%M%SZ)
    while [ -e "$backups/base/$name" ]; do # another of this second
        sleep 1
        name=$(date -u +%Y%m%dT%H%M%SZ)
    done
    mv "$draft" "$backups/base/$name"
}

newest() { find "$backups/base" -mindepth 1 -maxdepth 1 -name '2*' | sort | tail -n 1; }

# The smallest of all copies, whatever its timeline: after a restore a newer copy may begin
# at a smaller one, and what is before this goes in every timeline.
first_needed() { LC_ALL=C sort -k 1.9,1.24 "$backups"/base/2*/first_segment | head -n 1; }

prune() {
    find "$backups/base" -mindepth 1 -maxdepth 1 -name '2*' -mtime "+$keep_days" |
        while read -r old; do
            [ "$old" = "$(newest)" ] || rm -rf "$old"
        done
    [ ! -d "$backups/wal" ] || pg_archivecleanup -x .gz "$backups/wal" "$(first_needed)"
}

tell() {
    bytes=$(du -sb "$backups/base/$name" | cut -f 1)
    {
        echo "# HELP switchboard_backup_finished_timestamp_seconds When the newest copy of the database was whole"
        echo "# TYPE switchboard_backup_finished_timestamp_seconds gauge"
        echo "switchboard_backup_finished_timestamp_seconds $(date +%s)"
        echo "# HELP switchboard_backup_bytes How large it is"
        echo "# TYPE switchboard_backup_bytes gauge"
        echo "switchboard_backup_bytes $bytes"
    } >"$backups/metrics/.new"
    chmod 644 "$backups/metrics/.new"
    mv "$backups/metrics/.new" "$backups/metrics/backup.prom"
}

once() ( # one at a time; the lock goes with the subshell, however it ends
    exec 9>"$backups/lock"
    flock -n 9 || { say "another is at work" && exit 1; }
    copy || { say "there is no new copy" && exit 1; }
    tell
    prune
    say "$backups/base/$name"
)

if [ "${1:-}" = once ]; then
    once
    exit
fi
trap 'exit 0' TERM INT
while :; do
    # A container that starts again makes no more copies for it.
    minutes=$((every_hours * 60))
    if [ -n "$(find "$backups/base" -mindepth 1 -maxdepth 1 -name '2*' -mmin "-$minutes")" ]; then
        seconds=60
    elif once; then
        seconds=60
    else
        seconds=600
    fi
    sleep "$seconds" &
    wait $!
done
