#!/bin/sh
# A streaming replica of the server at PGHOST, which reports read (docs/scale.md): on an
# empty volume it begins as a copy of it, then follows. What it misses while it is away it
# reads in the archive, so nothing is kept for it there.
#   replica.sh [OPTION OF POSTGRES …]
# It connects as PGHOST, PGPORT and PGUSER say, with the password in PGPASSWORD_FILE.
set -eu
data=${PGDATA:?}/replica
backups=${BACKUPS:-/backups}
scripts=${SCRIPTS:-/etc/switchboard/backup}
PGPASSWORD=$(cat "${PGPASSWORD_FILE:?}")
export PGPASSWORD
umask 077
if [ ! -d "$data" ]; then
    # One that was interrupted begins anew.
    rm -rf "$data.new"
    pg_basebackup --pgdata="$data.new" --wal-method=stream --checkpoint=fast \
        --write-recovery-conf --no-password
    mv "$data.new" "$data"
fi
unset PGPASSWORD
# Whatever a report still reads is not cleared away on the first server meanwhile.
exec postgres -D "$data" -c hot_standby_feedback=on \
    -c "restore_command=sh \"$scripts/fetch.sh\" \"$backups\" \"%f\" \"%p\"" "$@"
