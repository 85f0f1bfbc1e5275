#!/bin/sh
# Alertmanager, with the addresses outside that the secrets name (an empty one is off):
#   alerts_outside_url   is posted what the site cannot tell itself (alertmanager.yml)
#   alerts_watchdog_url  a dead-man switch, posted to every five minutes
# Words are handed on to it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
secrets=${SECRETS:-/run/secrets}
written=${WRITTEN:-/tmp/alertmanager.yml}

address() { # SECRET: its address, in the quotes of YAML
    [ -s "$secrets/$1" ] || return 0
    url=$(cat "$secrets/$1")
    case $url in
        *[\'\"]* | *[![:graph:]]*) ;;
        http://?* | https://?*) echo "'$url'" && return ;;
    esac
    echo "start.sh: what is in $1 is no address of http or https" >&2
    return 1
}
outside=$(address alerts_outside_url)
watchdog=$(address alerts_watchdog_url)

posted() { # RECEIVER ADDRESS WHETHER_ITS_END_IS_TOLD
    echo "  - name: $1"
    [ -z "$2" ] || printf '    webhook_configs:\n      - url: %s\n        send_resolved: %s\n' "$2" "$3"
}
umask 077
{
    grep -vxE '  - name: (watchdog|outside)' "$here/alertmanager.yml"
    posted watchdog "$watchdog" false
    posted outside "$outside" true
} >"$written"
exec "${ALERTMANAGER:-/bin/alertmanager}" --config.file="$written" "$@"
