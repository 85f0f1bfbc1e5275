#!/bin/sh
# Lay the database into an empty folder as it was: restore.sh FOLDER [MOMENT]
#   restore.sh /var/lib/postgresql/data "2026-11-27 14:05:00 UTC"
# Without a moment it is the last one that is archived. PostgreSQL, started on the folder,
# does what is left by itself: it reads the segments up to there, then takes work.
#   TIMELINE=1      Each restore goes on in a timeline of its own. This is the one to
#                   follow, in place of the one the site was in at that moment.
#   UP_TO_DAMAGE=1  Where a segment is damaged or missing, take what was before it.
# Exit code 1, and nothing is laid, where it cannot be done; the words say why.
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
backups=$(cd "${BACKUPS:-/backups}" && pwd)
folder=${1:?restore.sh FOLDER [MOMENT]}
moment=${2:-}

say() { echo "restore.sh: $*" >&2; }

last=99999999T999999Z
exact=""
until=""
if [ -n "$moment" ]; then
    last=$(date -u -d "$moment" +%Y%m%dT%H%M%SZ) || { say "\"$moment\" is no moment" && exit 1; }
    exact=$(date -u -d "$moment" +%s%N)
    until=$(date -u -d "$moment" +%s)
fi

place() { # X/Y: as one number
    echo $((0x${1%%/*} * 4294967296 + 0x${1##*/}))
}
segment() { # X/Y: the segment of 16 MB that has it, as its name without the timeline
    printf '%08X%08X\n' "$((0x${1%%/*}))" "$((0x${1##*/} / 16777216))"
}
number() { # of a segment
    echo $((0x$(echo "$1" | cut -c 1-8) * 256 + 0x$(echo "$1" | cut -c 9-16)))
}
made() { # FILE.gz: when what it holds was last written, which gzip notes
    od -An -tu4 -j4 -N4 "$1" | tr -d ' '
}
of_copy() { # COPY KEY: "Timeline", "Start-LSN" or "End-LSN" of what it needs to be whole
    sed -n 's/.*"'"$2"'": "\{0,1\}\([0-9A-F/]*\).*/\1/p' "$1/backup_manifest" | tail -n 1
}
timeline_of() { # COPY
    printf '%08X\n' "$(of_copy "$1" Timeline)"
}

# Which timelines there are: of copies, and of restores before this one.
timelines() {
    for each in "$backups"/base/2*; do
        [ ! -e "$each/backup_manifest" ] || timeline_of "$each"
    done
    for each in "$backups"/wal/*.history.gz; do
        [ -e "$each" ] || continue
        name=${each##*/}
        # At the moment that is asked for it was not yet.
        [ -z "$until" ] || [ "$(made "$each")" -le "$until" ] || continue
        echo "${name%.history.gz}"
    done
}
begun_later() { # TIMELINE
    [ -n "$until" ] && [ -e "$backups/wal/$1.history.gz" ] &&
        [ "$(made "$backups/wal/$1.history.gz")" -gt "$until" ]
}
if [ -n "${TIMELINE:-}" ]; then
    goal=$(printf '%08X' "$TIMELINE") || { say "TIMELINE is a number" && exit 1; }
else
    goal=00000001
    for each in $(timelines | LC_ALL=C sort -u); do
        begun_later "$each" || goal=$each
    done
fi

# From where to where it goes: "TIMELINE PLACE" a line, each up to its place.
history=""
if [ -e "$backups/wal/$goal.history.gz" ]; then
    history=$(gzip -dc "$backups/wal/$goal.history.gz") || {
        say "$backups/wal/$goal.history.gz is damaged" && exit 1
    }
    history=$(echo "$history" | sed -n 's/^[[:space:]]*\([0-9][0-9]*\)[[:space:]]*\([0-9A-F]*\/[0-9A-F]*\).*/\1 \2/p')
elif [ -n "${TIMELINE:-}" ] && [ "$goal" != 00000001 ] && ! timelines | grep -q "^$goal$"; then
    say "there is no timeline $TIMELINE in $backups" && exit 1
fi

leads_there() { # COPY: what it needs to be whole lies before the others part from it
    of=$(timeline_of "$1")
    [ "$of" != "$goal" ] || return 0
    end=$(place "$(of_copy "$1" End-LSN)")
    echo "$history" | while read -r parent parted; do
        if [ -n "$parent" ] && [ "$(printf '%08X' "$parent")" = "$of" ]; then
            [ "$end" -gt "$(place "$parted")" ] || echo yes
        fi
    done | grep -q yes
}
# At the moment that is asked for it was whole: by the nanosecond, or by its name, which
# has seconds, where it is of before that was kept.
was_whole() { # COPY
    at=$(cat "$1/whole_at" 2>/dev/null || true)
    if [ -n "$exact" ] && [ -n "$at" ]; then
        [ "$at" -le "$exact" ]
    else
        [ "$(printf '%s\n%s\n' "${1##*/}" "$last" | sort | head -n 1)" = "${1##*/}" ]
    fi
}
base="" others=""
for each in "$backups"/base/2*; do
    [ -e "$each/backup_manifest" ] || continue
    ! was_whole "$each" || {
        others=$each
        ! leads_there "$each" || base=$each
    }
done
if [ -z "$base" ] && [ -n "$others" ]; then
    say "of before ${moment:-now} $backups/base has only copies that do not lead to timeline $((0x$goal)): they were made after it had parted, or in another. TIMELINE=$((0x$(timeline_of "$others"))) follows the one of $others"
    exit 1
fi
[ -n "$base" ] || { say "there is no copy of before ${moment:-now} in $backups/base" && exit 1; }

# What PostgreSQL will ask for: from the end of the copy, of each timeline its part.
from=$(segment "$(of_copy "$base" End-LSN)")
wanted=$(echo "$history" | while read -r parent parted; do
    [ -z "$parent" ] || printf ' %08X:%s' "$parent" "$(segment "$parted")"
done)
wanted="$from$wanted $goal:FFFFFFFFFFFFFFFF"

segments() { # "SEGMENT TIMELINE" a line, in their order, the newer timeline first
    for each in ${wanted#* }; do
        of=${each%%:*}
        find "$backups/wal" -name "$of????????????????.gz" 2>/dev/null | sed 's|.*/........\(.*\)\.gz$|\1|' |
            LC_ALL=C awk -v from="$from" -v last="${each#*:}" -v of="$of" \
                '($0 "") >= (from "") && ($0 "") <= (last "") { print $0, of }'
    done | LC_ALL=C sort -k1,1 -k2,2r | awk '!seen[$1]++'
}
damage() { # what is wrong with the first that cannot be taken; nothing where all can
    next=$(number "$from")
    before="$base"
    segments | while read -r each of; do
        file=$backups/wal/$of$each.gz
        if [ "$(number "$each")" != "$next" ]; then
            echo "the segment before $file is missing; the last one before that is $before"
            break
        fi
        gzip -t "$file" 2>/dev/null || {
            echo "$file is damaged; the last one before that is $before"
            break
        }
        [ -z "$until" ] || [ "$(made "$file")" -le "$until" ] || break
        next=$((next + 1))
        before="$file, of $(date -u -d "@$(made "$file")" '+%Y-%m-%d %H:%M:%S UTC')"
    done
}
wrong=$(damage)
if [ -n "$wrong" ]; then
    say "$wrong"
    [ "${UP_TO_DAMAGE:-0}" = 1 ] || {
        say "all after it would be lost. UP_TO_DAMAGE=1 takes what was before it"
        exit 1
    }
    # Where it ends is what was asked for: no moment after that is waited for.
    moment=""
    wanted="FFFFFFFFFFFFFFFF ${wanted#* }"
fi

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
[ -z "$(ls -A "$folder")" ] || { say "$folder is not empty: move what is there away" && exit 1; }
chmod 700 "$folder"
umask 077
say "from $base, in timeline $((0x$goal))"
tar --no-same-owner -xzf "$base/base.tar.gz" -C "$folder"
tar --no-same-owner -xzf "$base/pg_wal.tar.gz" -C "$folder/pg_wal"
{
    echo "# by restore.sh; of no effect once the restore is done"
    echo "restore_command = 'sh \"$HERE/fetch.sh\" \"$backups\" \"%f\" \"%p\" \"$wanted\"'"
    echo "recovery_target_timeline = '0x$goal'"
    echo "recovery_target_action = 'promote'"
    echo "recovery_target_time = '${moment:+$(date -u -d "$moment" '+%Y-%m-%d %H:%M:%S.%N+00')}'"
} >>"$folder/postgresql.auto.conf"
touch "$folder/recovery.signal"
say "$folder is laid; start PostgreSQL on it"
