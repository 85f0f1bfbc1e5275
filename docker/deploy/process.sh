# shellcheck shell=sh
# A release is a folder, and its processes are this machine's: for servers without
# containers. Read by release.sh.
#   RELEASES   the folder of releases: each has the code, and Python in .venv
#   PORTS      two ports for web on this machine ("8001 8002")
#   NGINX_CONF what nginx reads; $STATE/upstream.inc is what its upstream.inc has to be
# All that the site has in its environment these have too: set -a; . the file; deploy.sh.
RELEASES=$(cd "${RELEASES:?the folder of releases}" && pwd -P)
PORTS=${PORTS:-8001 8002}
NGINX_CONF=${NGINX_CONF:-/etc/switchboard/nginx/nginx.conf}
WORKERS=${WORKERS:-worker bulk mail webhooks}
RUN=$STATE/run

slots() { echo "$PORTS"; }

fetch() { # RELEASE: nothing is fetched, it has to be there whole
    case $1 in
        '' | .* | */* | *[!A-Za-z0-9._-]*) say "\"$1\" is not the name of a release" && return 1 ;;
    esac
    # Its processes are known by their folder, and that is the one they are really in.
    [ ! -L "$RELEASES/$1" ] || { say "$RELEASES/$1 is a link, and a release is a folder" && return 1; }
    for part in .venv/bin/python config/start.py; do
        [ -e "$RELEASES/$1/$part" ] || { say "$RELEASES/$1 is no release: it has no $part" && return 1; }
    done
    # Styles and scripts of its own: an earlier release still finds its own beside.
    [ -e "$RELEASES/$1/.data/static" ] || in_release "$1" manage collectstatic --no-input -v 0
}

in_release() { # RELEASE WORD …: one command of it, without our lock
    (
        cd "$RELEASES/$1" || exit 1
        shift
        DATA_DIR=$PWD/.data exec .venv/bin/python -m config.start "$@"
    ) 9>&-
}

only_expands() { in_release "$1" manage only_expands; }
migrate() { in_release "$1" migrate >/dev/null; }

# What a process is called and has of its own: its pid, its log, what it counts.
begin() { # NAME RELEASE WORD …
    name=$1
    release=$2
    shift 2
    mkdir -p "$RUN/$name"
    rm -f "$RUN/$name/heartbeat"
    (
        cd "$RELEASES/$release" || exit 1
        # It is to live on when this script and its terminal are gone.
        DATA_DIR=$PWD/.data HEARTBEAT_FILE=$RUN/$name/heartbeat \
            PROMETHEUS_MULTIPROC_DIR=$RUN/$name/metrics \
            setsid .venv/bin/python -m config.start "$@" \
            >>"$RUN/$name/log" 2>&1 </dev/null 9>&- &
        echo $! >"$RUN/$name/pid"
    )
}

# Its number may be somebody else's by now: ours work in the folder of a release. Who has
# ended and is not taken up has no folder any more.
lives() { # NAME
    [ -s "$RUN/$1/pid" ] || return 1
    case $(readlink "/proc/$(cat "$RUN/$1/pid")/cwd" 2>/dev/null) in
        "$RELEASES"/*) ;;
        *) return 1 ;;
    esac
}

ask_to_end() { ! lives "$1" || kill -TERM "$(cat "$RUN/$1/pid")" 2>/dev/null || true; }

see_end() { # NAME: who does not end in time is ended
    if lives "$1"; then
        within "$DRAIN_SECONDS" gone "$1" || kill -KILL "-$(cat "$RUN/$1/pid")" 2>/dev/null || true
    fi
    rm -f "$RUN/$1/pid"
}

end() { ask_to_end "$1" && see_end "$1"; }

gone() { ! lives "$1"; }

start_web() { # RELEASE SLOT
    end "web-$2"
    (
        # One machine: only nginx is to be reached from outside, and it is here as well.
        export PORT="$2" BIND_ADDRESS=127.0.0.1
        begin "web-$2" "$1" web
    )
}

adopt() { :; } # what was begun by hand is not ours

web_lives() { lives "web-$1"; }
stop_web() { end "web-$1"; }

ask_ready() { curl -fs --max-time 5 -o /dev/null "http://127.0.0.1:$1/health/ready"; }
web_answers() { curl -fs --max-time 5 -o /dev/null "http://127.0.0.1:$1/health/live"; }
is_reached() { :; } # where nginx listens is the machine's
smoke() { sh "$HERE/smoke.sh" "http://127.0.0.1:$1"; }

upstream() { echo "127.0.0.1:$1"; }

reload() {
    nginx -t -q -c "$NGINX_CONF" && nginx -c "$NGINX_CONF" -s reload
}

stop_workers() { # side by side
    for name in $WORKERS beat; do ask_to_end "$name"; done
    for name in $WORKERS beat; do see_end "$name"; done
}

start_workers() { # RELEASE
    stop_workers
    for name in $WORKERS; do begin "$name" "$1" worker "$name"; done
    begin beat "$1" beat
}

workers_live() {
    for name in $WORKERS beat; do
        lives "$name" && [ -e "$RUN/$name/heartbeat" ] || return 1
    done
}

workers_ended() {
    for name in $WORKERS beat; do
        lives "$name" || return 0
    done
    return 1
}

workers_away() { workers_ended; } # nobody starts them again

start_watchers() { :; } # they are the machine's
