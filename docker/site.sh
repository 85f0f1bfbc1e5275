#!/bin/sh
# Docker Compose on the site of this server, from any folder:
#   docker/site.sh WORD …            docker compose WORD …, with the files and the release
#                                    that deploy.sh has
#   docker/site.sh manage COMMAND …  manage.py in the web that runs
#   docker/site.sh sql QUERY         psql, as the site's user
#   docker/site.sh redis WORD …      redis-cli, as the site's user
# COMPOSE_FILES, ENV_FILE and STATE are deploy.sh's; COMPOSE_FILES may stand in docker/.env.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
STATE=${STATE:-/var/lib/switchboard-deploy}
export ENV_FILE="${ENV_FILE:-$here/.env}"
[ $# -gt 0 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit 64; }
[ -e "$ENV_FILE" ] || {
    echo "site.sh: there is no $ENV_FILE; docker/.env.example is what to copy" >&2
    exit 1
}
# shellcheck source=docker/deploy/variables.sh
. "$here/deploy/variables.sh"
COMPOSE_FILES=${COMPOSE_FILES:-$(variable COMPOSE_FILES)}
kept() { sed -n "s/^$1=//p" "$STATE/state" 2>/dev/null || true; }
current=$(kept current)
web=web
if [ -n "$current" ]; then
    # What deploy.sh has started: its release, its slots.
    export SWITCHBOARD_IMAGE="$current" UPSTREAM_FILE="$STATE/upstream.inc"
    files=${COMPOSE_FILES:-compose.base.yml docker-compose.prod.yml compose.deploy.yml}
    web=$(kept slot)
    if [ "$1" = up ]; then
        named=""
        for word in "$@"; do case $word in -* | *=* | up) ;; *) named=1 ;; esac; done
        [ -n "$named" ] || {
            echo "site.sh: that would start both slots of web; deploy.sh $current starts all there is" >&2
            exit 64
        }
    fi
else
    files=${COMPOSE_FILES:-compose.base.yml docker-compose.prod.yml}
fi

compose() {
    words=""
    for file in $files; do words="$words -f $file"; done
    cd "$here"
    # shellcheck disable=SC2086  # one word a file
    exec docker compose --env-file "$ENV_FILE" $words "$@"
}

case $1 in
    manage)
        shift
        # PostgreSQL itself: PgBouncer would end what takes long (compose.pgbouncer.yml).
        compose exec "$web" env DATABASE_URL_FILE=/run/secrets/database_url \
            python -m config.start manage "$@"
        ;;
    sql)
        [ $# = 2 ] || { echo "site.sh sql QUERY" >&2 && exit 64; }
        # shellcheck disable=SC2016  # the container's own shell reads it
        compose exec postgres sh -c \
            'PGPASSWORD="$(cat /run/secrets/postgres_password)" exec psql -U switchboard -d switchboard -c "$1"' \
            psql "$2"
        ;;
    redis)
        shift
        # shellcheck disable=SC2016  # the container's own shell reads it
        compose exec redis sh -c \
            'REDISCLI_AUTH="$(cat /run/secrets/redis_password)" exec redis-cli --user switchboard "$@"' \
            redis-cli "$@"
        ;;
    *) compose "$@" ;;
esac
