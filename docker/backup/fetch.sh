#!/bin/sh
# PostgreSQL's restore_command: fetch.sh BACKUPS NAME PATH [WANTED]. Exit code 1 for a
# segment that is not there: PostgreSQL asks for more than there is to find the end.
# A restore says what is WANTED, "FROM TIMELINE:LAST …": each segment from FROM on, of each
# timeline up to its LAST. One of those that is damaged, or is missing while a later one is
# there, is no end of the archive: exit code 200, at which PostgreSQL stops, and no row is
# lost in silence. Without it (a replica, which then asks its first server), and for what
# the copy has itself, it is 1 as well.
set -eu
wal=$1/wal
name=$2
path=$3
wanted=${4:-}
kept=$wal/$name.gz

stop() {
    rm -f "$path"
    echo "fetch.sh: $1" >&2
    exit "$broken"
}

# gzip has written the length and the checksum of the content behind it (archive.sh).
take() {
    gzip -dc "$kept" >"$path" || stop "$kept is damaged, or there is no room for it: restore.sh has a way without it (docs/backups.md)"
    exit 0
}

broken=1
[ -z "$wanted" ] || broken=200
case $name in
    *[!0-9A-F]*) # the history of a timeline
        [ -e "$kept" ] || exit 1
        take
        ;;
esac
timeline=$(echo "$name" | cut -c 1-8)
segment=$(echo "$name" | cut -c 9-24)

after() { # ONE OTHER: names in the order of their letters
    [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | LC_ALL=C sort | head -n 1)" = "$2" ]
}

if [ -n "$wanted" ]; then
    ours=""
    for each in ${wanted#* }; do
        [ "${each%%:*}" = "$timeline" ] || continue
        ours=1
        # What came behind a restore is another story.
        ! after "$segment" "${each#*:}" || exit 1
    done
    [ -n "$ours" ] || exit 1
    ! after "${wanted%% *}" "$segment" || broken=1
fi
[ ! -e "$kept" ] || take
[ "$broken" != 1 ] || exit 1
newest=$(find "$wal" -name "$timeline????????????????.gz" | LC_ALL=C sort | tail -n 1)
newest=${newest##*/}
if [ -n "$newest" ] && after "${newest%.gz}" "$name"; then
    # Kept in their order, so it may have come just now.
    [ ! -e "$kept" ] || take
    stop "$name is missing in $wal, and later ones are there: restore.sh has a way without it (docs/backups.md)"
fi
exit 1
