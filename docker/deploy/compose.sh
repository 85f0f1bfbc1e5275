# shellcheck shell=sh
# A release is an image by its digest, and Docker Compose starts it. Read by release.sh.
#   COMPOSE_FILES  which files, in their order (base, prod and compose.deploy.yml)
#   ENV_FILE       docker/.env, which may have COMPOSE_FILES too, and
#   WEB_ELSEWHERE  (release.sh)
#   SCALE          more than one of a kind, "worker=4 worker-bulk=2"
# The two slots of web are the services `web` and `web-beside`; nobody outside reaches
# them, so what is asked of them is asked from the container of nginx.
DOCKER_FOLDER=$(cd "$HERE/.." && pwd)
ENV_FILE=${ENV_FILE:-$DOCKER_FOLDER/.env}
# What the site's processes get besides.
export ENV_FILE
# shellcheck source=docker/deploy/variables.sh
. "$HERE/variables.sh"
COMPOSE_FILES=${COMPOSE_FILES:-$(variable COMPOSE_FILES)}
COMPOSE_FILES=${COMPOSE_FILES:-compose.base.yml docker-compose.prod.yml compose.deploy.yml}
export UPSTREAM_FILE="$STATE/upstream.inc"
SITE=${SITE:-$(variable DOMAIN)}
export SITE
WEB_ELSEWHERE=${WEB_ELSEWHERE:-$(variable WEB_ELSEWHERE)}
SCALE=${SCALE:-$(variable SCALE)}

# Those that keep things, and who stands before them.
KEEPERS="postgres redis certificates"
case " $COMPOSE_FILES " in *" compose.pgbouncer.yml "*) KEEPERS="$KEEPERS pgbouncer" ;; esac

slots() { echo "web web-beside"; }

compose() { # RELEASE WORD …
    (
        cd "$DOCKER_FOLDER" || exit 1
        export SWITCHBOARD_IMAGE="$1"
        shift
        files=""
        for file in $COMPOSE_FILES; do files="$files -f $file"; done
        # shellcheck disable=SC2086  # one word a file
        exec docker compose --env-file "$ENV_FILE" $files "$@"
    ) 9>&-
}

# Of services that are already there the image does not matter, but Compose wants a name.
as_is() { compose "${CURRENT:-${RELEASE:-none}}" "$@"; }

is_by_digest() {
    case $1 in
        -* | *[!A-Za-z0-9./:@_-]*) return 1 ;;
        ?*@sha256:????????????????????????????????????????????????????????????????) ;;
        *) return 1 ;;
    esac
    case ${1##*@sha256:} in *[!0-9a-f]*) return 1 ;; esac
}

fetch() { # RELEASE
    is_by_digest "$1" || {
        say "\"$1\" is no image by digest (name@sha256:…): a tag may become another image"
        return 1
    }
    docker pull -q "$1" >/dev/null || return 1
    # The first time nothing is there yet. Without dependencies: who ends counts as failed.
    compose "$1" run --rm -T --no-deps volumes >/dev/null || return 1
    # shellcheck disable=SC2086  # one word a service
    compose "$1" up -d --no-deps --wait --no-recreate $KEEPERS >/dev/null
}

only_expands() { compose "$1" run --rm -T --no-deps migrate manage only_expands; }
migrate() { compose "$1" run --rm -T --no-deps migrate; }

# What was begun by hand (site.sh up) goes on as the release before the first. Its nginx
# reads another upstream.inc and is made anew, which takes a second or two.
adopt() {
    id=$(as_is ps -q --status running web | head -n 1)
    [ -n "$id" ] || return 0
    CURRENT=$(docker inspect -f '{{.Config.Image}}' "$id") SLOT=web
    say "taking over $CURRENT, which runs already"
    write_upstream "$SLOT"
    as_is up -d --no-deps --wait nginx >/dev/null || return 1
    keep
}

start_web() { compose "$1" up -d --no-deps --force-recreate "$2"; }
web_lives() { [ -n "$(as_is ps -q --status running "$1")" ]; }
stop_web() { as_is stop -t "$DRAIN_SECONDS" "$1"; }

from_nginx() { as_is exec -T nginx "$@" 9>&-; }

door() { # nginx is begun when there is a web to lead to
    [ -n "$(as_is ps -q --status running nginx)" ] || as_is up -d --no-deps --wait nginx >/dev/null
}

ask_ready() {
    door && from_nginx curl -fs --max-time 5 -o /dev/null "http://$1:8000/health/ready"
}
web_answers() {
    door && from_nginx curl -fs --max-time 5 -o /dev/null "http://$1:8000/health/live"
}
# Through the whole door, as everybody outside comes.
is_reached() {
    from_nginx curl -fsk --max-time 5 -o /dev/null -H "Host: $SITE" https://127.0.0.1:8443/health/live
}
smoke() { from_nginx env SITE="$SITE" sh -s -- "http://$1:8000" <"$HERE/smoke.sh"; }

upstream() { echo "$1:8000"; }

reload() {
    conf=/etc/switchboard/nginx/nginx.conf
    from_nginx nginx -t -q -c "$conf" && from_nginx nginx -c "$conf" -s reload
}

WORKERS=${WORKERS:-worker worker-bulk worker-mail worker-webhooks}
WATCHERS=${WATCHERS-backup prometheus alertmanager node-exporter blackbox grafana loki alloy}
case " $COMPOSE_FILES " in *" compose.replica.yml "*) WATCHERS="$WATCHERS replica" ;; esac

start_workers() { # RELEASE
    scales=""
    for each in $SCALE; do scales="$scales --scale $each"; done
    # shellcheck disable=SC2086  # one word a service
    compose "$1" up -d --no-deps $scales $WORKERS beat
}

stop_workers() {
    # shellcheck disable=SC2086  # one word a service
    as_is stop -t "$DRAIN_SECONDS" $WORKERS beat
}

start_watchers() { # those that are there stay as they are
    # shellcheck disable=SC2086  # one word a service
    [ -z "$WATCHERS" ] || as_is up -d --no-deps --no-recreate $WATCHERS
}

workers_live() {
    for name in $WORKERS beat; do
        [ -n "$(as_is ps -q --status running "$name")" ] || return 1
        for id in $(as_is ps -q "$name"); do
            case $(docker inspect -f '{{.State.Health.Status}}' "$id") in
                healthy) ;;
                *) return 1 ;;
            esac
        done
    done
}

workers_ended() { return 1; } # Docker starts them again and again

workers_away() { # stopped, each of them
    for name in $WORKERS beat; do
        [ -z "$(as_is ps -q --status running "$name")" ] || return 1
    done
}
