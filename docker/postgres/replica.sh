#!/bin/sh
# A streaming replica of the server at PGHOST, which reports read (docs/scale.md): on an
# empty volume it begins as a copy of it, then follows. What it misses while it is away it
# reads in the archive, so nothing is kept for it there.
#   replica.sh [OPTION OF POSTGRES …]
#   replica.sh follows    whether the one that runs takes readers, and is not left on a
#                         history that a restore of the first server has undone
# Started on such a history it begins anew. It connects as PGHOST, PGPORT and PGUSER say,
# with the password in PGPASSWORD_FILE.
set -eu
data=${PGDATA:?}/replica
backups=${BACKUPS:-/backups}
scripts=${SCRIPTS:-/etc/switchboard/backup}
PGPASSWORD=$(cat "${PGPASSWORD_FILE:?}")
export PGPASSWORD PGCONNECT_TIMEOUT=3
umask 077

say() { echo "replica.sh: $*" >&2; }
asked() { psql -XAtw "dbname=postgres replication=true" -c "$1" 2>/dev/null; }
place() { # X/Y: as one number
    echo $((0x${1%%/*} * 4294967296 + 0x${1##*/}))
}
controlled() { # what pg_control says of it
    LC_ALL=C pg_controldata "$data" | sed -n "s|^$1: *||p"
}

# Who the first server is, and where the timelines that led to its own have ended: "TIMELINE
# PLACE" a line. Fails where it says nothing: then nothing is known of it.
know_first() {
    told=$(asked IDENTIFY_SYSTEM) || return 1
    system=${told%%|*} timeline=${told#*|}
    timeline=${timeline%%|*} history=""
    [ "$timeline" != 1 ] || return 0
    history=$(asked "TIMELINE_HISTORY $timeline") || return 1
    history=$(echo "$history" | sed 's/^[^|]*|//' |
        sed -n 's/^[[:space:]]*\([0-9][0-9]*\)[[:space:]]*\([0-9A-F]*\/[0-9A-F]*\).*/\1 \2/p')
}
is_shared() { # TIMELINE X/Y: whether the first server was there too
    [ "$1" != "$timeline" ] || return 0
    ended=$(echo "$history" | sed -n "s/^$1 //p")
    [ -n "$ended" ] && [ "$(place "$2")" -le "$(place "$ended")" ]
}
is_undone() { # what lies there, by what of it was written
    [ "$(controlled 'Database system identifier')" = "$system" ] || return 0
    is_shared "$(controlled "Latest checkpoint's TimeLineID")" \
        "$(controlled 'Latest checkpoint location')" || return 0
    least=$(controlled 'Minimum recovery ending location')
    [ "$least" != 0/0 ] || return 1
    ! is_shared "$(controlled "Min recovery ending loc's timeline")" "$least"
}

if [ "${1:-}" = follows ]; then
    # By its port, the fourth line; 127.0.0.1 is of what it listens on.
    own="host=127.0.0.1 port=$(sed -n 4p "$data/postmaster.pid") dbname=postgres"
    ask() { psql -XAtw "$own" -c "$1"; }
    pg_isready -q -d "$own"
    know_first || exit 0
    [ "$(ask "SELECT received_tli FROM pg_stat_wal_receiver WHERE status = 'streaming'")" != "$timeline" ] ||
        exit 0
    is_shared "$(ask 'SELECT timeline_id FROM pg_control_checkpoint()')" \
        "$(ask 'SELECT pg_last_wal_replay_lsn()')" && exit 0
    say "a restore has undone what this has; started again, it begins anew"
    exit 1
fi

# Without standby.signal somebody has made a first server of it, and it is theirs.
if [ -e "$data/standby.signal" ] && know_first && is_undone; then
    say "a restore has undone what this has; it begins anew"
    rm -rf "$data.undone"
    mv "$data" "$data.undone"
fi
if [ ! -d "$data" ]; then
    # One that was interrupted begins anew.
    rm -rf "$data.new"
    pg_basebackup --pgdata="$data.new" --wal-method=stream --checkpoint=fast \
        --write-recovery-conf --no-password
    mv "$data.new" "$data"
    rm -rf "$data.undone"
fi
unset PGPASSWORD PGCONNECT_TIMEOUT
# Whatever a report still reads is not cleared away on the first server meanwhile. Where that
# was restored (restore.sh), the copy has its settings for where to end: it is to follow.
exec postgres -D "$data" -c hot_standby_feedback=on \
    -c recovery_target_timeline=latest -c recovery_target_time= \
    -c "restore_command=sh \"$scripts/fetch.sh\" \"$backups\" \"%f\" \"%p\"" "$@"
