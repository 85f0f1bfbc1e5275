# shellcheck shell=sh
# Turning the site to a release, and back by itself where it does not do. Read by deploy.sh
# and rollback.sh, which say where things are:
#   STATE   a folder that stays: state, history, lock, upstream.inc
#   DRIVER  compose (images) or process (folders)
#   SITE    the name people reach the site by
# $STATE/state has current, previous, before (those before that, with commas) and slot, one
# a line; $STATE/turning is there while the site is between two releases.
DRIVER=${DRIVER:-compose}
STATE=${STATE:-/var/lib/switchboard-deploy}
READY_SECONDS=${READY_SECONDS:-120}
WATCH_SECONDS=${WATCH_SECONDS:-30}
# Gunicorn ends its requests within 5 s, a worker its task within 30.
DRAIN_SECONDS=${DRAIN_SECONDS:-40}
# 1 where the workers that run are what is wrong: readiness asks for them too.
WORKERS_FIRST=${WORKERS_FIRST:-0}
# 1 for a release that takes away what the one that runs uses no more.
CONTRACT=${CONTRACT:-0}
# Webs on other machines (compose.node.yml), "10.0.0.2:8000 …": nginx leads to them as well.
WEB_ELSEWHERE=${WEB_ELSEWHERE:-}

# Whoever reads along may go: what is half done is worse than what nobody has read.
trap '' PIPE

say() { echo "$(date -u +%H:%M:%S) $*" >&2 2>/dev/null || true; }

within() { # SECONDS COMMAND …: until it is so. By the clock: to ask may take long itself
    last=$(($(date +%s) + $1))
    shift
    while ! "$@"; do
        [ "$(date +%s)" -lt "$last" ] || return 1
        sleep 0.5
    done
}

kept() { sed -n "s/^$1=//p" "$STATE/state" 2>/dev/null || true; }

# What the steps say is handed on by somebody who minds no closed ear: a migration that
# cannot write its last line would count as failed.
relay() {
    rm -f "$STATE/said"
    mkfifo -m 600 "$STATE/said"
    (
        trap '' INT HUP TERM
        while IFS= read -r line; do
            printf '%s\n' "$line" >&2 2>/dev/null || true
        done <"$STATE/said"
    ) 9>&- &
    RELAY=$!
    exec >"$STATE/said" 2>&1
    rm -f "$STATE/said"
}

hang_up() { # the last words are handed on
    exec >/dev/null 2>&1
    [ -z "${RELAY:-}" ] || within 5 relay_ended || true
}
relay_ended() { ! kill -0 "$RELAY" 2>/dev/null; }

take_up() { # the lock and what is known; the lock ends with this process
    mkdir -p "$STATE"
    STATE=$(cd "$STATE" && pwd)
    exec 9>"$STATE/lock"
    flock -n 9 || {
        say "another deployment is under way ($(cat "$STATE/turning" 2>/dev/null || echo beginning))"
        exit 75
    }
    CURRENT=$(kept current)
    PREVIOUS=$(kept previous)
    BEFORE=$(kept before)
    SLOT=$(kept slot)
    case $DRIVER in
        compose | process) ;;
        *) say "DRIVER is \"$DRIVER\"; it is compose or process" && exit 64 ;;
    esac
    # shellcheck source=/dev/null  # process.sh or compose.sh
    . "$HERE/$DRIVER.sh"
    [ -n "${SITE:-}" ] || { say "SITE is the name people reach the site by" && exit 64; }
    export SITE
    relay
    trap 'exit 130' INT HUP TERM
    trap finish EXIT
    TURNED="" WORKERS_TURNED=""
    # Who was killed in the middle could not undo; before anything else it is undone now.
    # What a first deployment has left in the middle was not begun by hand.
    [ -n "$CURRENT" ] || [ -e "$STATE/turning" ] || adopt || { say "what runs could not be taken over" && exit 1; }
    if [ -e "$STATE/turning" ]; then
        say "what was interrupted is undone: $(cat "$STATE/turning")"
        RELEASE="" NEW_SLOT=$(other_slot) TURNED=1 WORKERS_TURNED=1
        undo || { say "the site could not be brought back to $CURRENT" && exit 70; }
        rm -f "$STATE/turning"
    fi
}

finish() { # also of who is interrupted
    code=$?
    trap '' INT HUP TERM
    trap - EXIT
    if [ -e "$STATE/turning" ] && [ -n "${RELEASE:-}" ]; then
        say "$RELEASE does not do; back to ${CURRENT:-nothing}"
        if undo; then
            record failed
            rm -f "$STATE/turning"
            say "back at ${CURRENT:-nothing}"
        else
            # The next one tries again, because of $STATE/turning.
            record stuck
            say "and the way back failed too: look at $STATE"
            code=70
        fi
        [ "$code" != 0 ] || code=1
    fi
    hang_up
    exit "$code"
}

other_slot() {
    for each in $(slots); do
        [ "$each" = "$SLOT" ] || { echo "$each" && return; }
    done
}

record() { # OUTCOME
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $HOW $RELEASE $1" >>"$STATE/history"
}

write_upstream() { # SLOT. In place: a container has this very file, not its name
    written=$(
        echo "upstream web {"
        echo "    server $(upstream "$1") max_fails=0;"
        for each in $WEB_ELSEWHERE; do
            # One that does not answer is left alone for a while.
            echo "    server $each max_fails=1 fail_timeout=5s;"
        done
        echo "    keepalive 32;"
        echo "    keepalive_timeout 60s;"
        echo "}"
    )
    echo "$written" >"$STATE/upstream.inc"
    # Another user reads it there.
    chmod 644 "$STATE/upstream.inc"
}

lead_to() { # SLOT
    write_upstream "$1"
    reload
}

is_ready() { # SLOT: a web that has ended is not waited for
    web_lives "$1" || { ended=1 && return 0; }
    ask_ready "$1"
}

ready() { # SLOT
    ended=0
    within "$READY_SECONDS" is_ready "$1" || {
        say "it is not ready after $READY_SECONDS s"
        return 1
    }
    [ "$ended" = 0 ] || { say "it has ended by itself" && return 1; }
}

watch() { # SLOT: a check that fails once may be a blink, twice is none
    failed=0
    until=$(($(date +%s) + WATCH_SECONDS))
    while [ "$(date +%s)" -lt "$until" ]; do
        sleep 1
        if smoke "$1"; then
            failed=0
        else
            failed=$((failed + 1))
            [ "$failed" -lt 2 ] || return 1
        fi
    done
}

workers_begun() { # those that have ended are not waited for
    ended=0
    ! workers_ended || { ended=1 && return 0; }
    workers_live
}

turn_workers() { # RELEASE
    WORKERS_TURNED=1
    if ! start_workers "$1" || ! within "$READY_SECONDS" workers_begun || [ "$ended" = 1 ]; then
        say "the workers or beat of $1 do not start"
        return 1
    fi
}

# Each step by its own `|| return 1`: what is asked for its outcome is not under `set -e`.
turn_to() { # RELEASE
    RELEASE=$1
    NEW_SLOT=$(other_slot)
    echo "$HOW $RELEASE" >"$STATE/turning"
    stop_web "$NEW_SLOT" || return 1
    if [ "$HOW" = deploy ]; then
        # While both run, and after a way back, the old one works on the new database.
        if [ -n "$CURRENT" ] && [ "$CONTRACT" != 1 ]; then
            only_expands "$RELEASE" || return 1
        fi
        say "migrating"
        migrate "$RELEASE" || return 1
    fi
    # Readiness asks for workers: where the machine has just started, there are none.
    if [ -z "$CURRENT" ] || [ "$WORKERS_FIRST" = 1 ] || workers_away; then
        turn_workers "$RELEASE" || return 1
    fi
    say "starting $RELEASE beside ${CURRENT:-nothing}"
    # An upstream.inc has to be there before nginx is.
    [ -s "$STATE/upstream.inc" ] || write_upstream "$NEW_SLOT"
    start_web "$RELEASE" "$NEW_SLOT" || return 1
    ready "$NEW_SLOT" || return 1
    smoke "$NEW_SLOT" || return 1
    say "leading to it"
    TURNED=1
    lead_to "$NEW_SLOT" || return 1
    watch "$NEW_SLOT" || return 1
    say "draining the old"
    [ -z "$SLOT" ] || stop_web "$SLOT" || return 1
    [ -n "$WORKERS_TURNED" ] || turn_workers "$RELEASE" || return 1
    ready "$NEW_SLOT" || return 1
    within 10 is_reached || { say "nginx does not lead to it" && return 1; }
    start_watchers || say "who watches could not be started"
    # It is there; from here on nobody goes back.
    trap '' INT HUP TERM
    step
    CURRENT=$RELEASE SLOT=$NEW_SLOT
    keep
    record reached
    rm -f "$STATE/turning"
    say "at $CURRENT"
}

step() { # which releases a way back leads to: never to one that was gone back from
    if [ "$HOW" = rollback ]; then
        PREVIOUS=${BEFORE%%,*}
        case $BEFORE in *,*) BEFORE=${BEFORE#*,} ;; *) BEFORE="" ;; esac
    elif [ "$CURRENT" != "$RELEASE" ]; then
        # What those before still use may be gone by now.
        [ "$CONTRACT" != 1 ] || PREVIOUS=""
        BEFORE=$(
            echo "$PREVIOUS,$([ -z "$PREVIOUS" ] || echo "$BEFORE")" | tr ',' '\n' |
                grep -vxF -e "" -e "$RELEASE" -e "$CURRENT" | head -n 5 | paste -sd, -
        )
        PREVIOUS=$CURRENT
    fi
}

keep() {
    printf 'current=%s\nprevious=%s\nbefore=%s\nslot=%s\n' \
        "$CURRENT" "$PREVIOUS" "$BEFORE" "$SLOT" >"$STATE/state.new"
    mv "$STATE/state.new" "$STATE/state"
}

undo() { # back to CURRENT, whatever was reached
    if [ -z "$CURRENT" ]; then
        stop_web "$NEW_SLOT" && stop_workers
        return
    fi
    # After a start of the machine the old one does not run either.
    if [ -n "$TURNED" ] || ! web_lives "$SLOT"; then
        web_lives "$SLOT" || start_web "$CURRENT" "$SLOT" || return 1
        within "$READY_SECONDS" web_answers "$SLOT" || return 1
        lead_to "$SLOT" || return 1
        # What nginx has passed on to the new one ends there.
        sleep 1
    fi
    stop_web "$NEW_SLOT"
    if [ -n "$WORKERS_TURNED" ] || workers_away; then turn_workers "$CURRENT"; fi
}
