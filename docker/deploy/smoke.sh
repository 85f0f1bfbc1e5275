#!/bin/sh
# Whether a web answers as it should: smoke.sh ADDRESS. It sends nobody a text and writes
# nothing. SITE is the name people reach the site by. Exit code 1 with the first sentence
# about what is wrong.
set -eu
address=${1:?smoke.sh ADDRESS, for example http://127.0.0.1:8000}
site=${SITE:?the name people reach the site by}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ask() { # PATH [OPTION …]: its status on standard output, its body in $work/body
    path=$1
    shift
    rm -f "$work/body"
    curl -s --max-time "${SMOKE_TIMEOUT:-10}" -o "$work/body" -w '%{http_code}' \
        -H "Host: $site" -H 'X-Forwarded-Proto: https' -H 'X-Forwarded-For: 127.0.0.1' \
        "$@" "$address$path" || true
}

wrong() {
    echo "smoke: $*" >&2
    exit 1
}

expect() { # STATUS PATH [OPTION …]
    wanted=$1
    shift
    status=$(ask "$@")
    [ "$status" = "$wanted" ] || wrong "$1 answers $status in place of $wanted"
}

has() { # WORDS PATH: what the last body has to hold
    grep -q "$1" "$work/body" 2>/dev/null || wrong "$2 has no $1"
}

expect 200 /health/live
expect 200 /
has '<html' /
style=$(grep -o '/static/[^"]*\.css' "$work/body" | head -n 1)
[ -n "$style" ] || wrong "/ names no style"
expect 200 "$style"
# No page here needs a row or a key of a guest, so the servers are asked for by name. Of
# workers whoever deploys asks: those that run may be another release's.
ask /health/ready >/dev/null
has '"database": *"ok"' /health/ready
has '"redis": *"ok"' /health/ready
# A page with a form that can be sent.
expect 200 /accounts/login/
has csrfmiddlewaretoken /accounts/login/
# Who is nobody is refused, by a problem and not by a crash.
expect 401 /api/v1/me
has '"code"' /api/v1/me
expect 405 /webhooks/twilio/sms/
