#!/bin/sh
# Make the files of docker/compose.base.yml's secrets; what is there already stays, and what
# is there without its secret is made again.
#   docker/secrets.sh [FOLDER]     (docker/secrets)
# Services run as users of their own and each must read its files: the folder is closed to
# everybody (0700), and only single files of it are shown to containers.
set -eu
folder=${1:-$(dirname "$0")/secrets}
command -v openssl >/dev/null || {
    echo "secrets.sh: openssl makes the secrets and is not here; install it. Nothing was made." >&2
    exit 1
}
(umask 077 && mkdir -p "$folder")
chmod 0700 "$folder"
cd "$folder"
umask 077

# Empty, or as this script once made it where openssl was missing.
lacks_its_secret() { # NAME
    [ ! -s "$1" ] || grep -Exq '[kj]1:|(postgres|redis)://switchboard:@(postgres:5432/switchboard|pgbouncer:6432/switchboard|replica:5432/switchboard|redis:6379/0)|user switchboard on > .*' "$1"
}
put() { # NAME, its content on standard input
    cat >".$1"
    chmod 0444 ".$1"
    mv -f ".$1" "$1"
}
keep() { # NAME CONTENT: whole, or not at all
    lacks_its_secret "$1" || return 0
    printf '%s\n' "$2" >".$1.new"
    if lacks_its_secret ".$1.new"; then
        rm -f ".$1.new"
        echo "secrets.sh: $1 could not be made" >&2
        exit 1
    fi
    put "$1" <".$1.new"
    rm -f ".$1.new"
}
random() { openssl rand -hex "$1"; }
key() { openssl rand -base64 32; }

secret=$(random 32)
keep secret_key "$secret"
secret=$(key)
keep field_encryption_keys "k1:$secret"
secret=$(key)
keep jwt_signing_keys "j1:$secret"
secret=$(random 24)
keep postgres_password "$secret"
keep database_url "postgres://switchboard:$(cat postgres_password)@postgres:5432/switchboard"
# Where compose.pgbouncer.yml or compose.replica.yml is used.
keep pgbouncer_url "$(sed 's/@postgres:5432/@pgbouncer:6432/' database_url)"
keep replica_url "$(sed 's/@postgres:5432/@replica:5432/' database_url)"
secret=$(random 24)
keep redis_password "$secret"
# Nobody without a password; nothing that stops the server or reads its files.
keep redis_acl "user default off
user switchboard on >$(cat redis_password) ~* &* +@all -@dangerous +info +client +config|get +flushdb"
keep redis_url "redis://switchboard:$(cat redis_password)@redis:6379/0"
secret=$(random 24)
keep alertmanager_token "$secret"
secret=$(random 16)
keep grafana_password "$secret"
# Letters are accepted and go nowhere until this is an address of a real mail server.
keep email_url "dummymail://"
# What webhooks prove themselves with: Twilio's, once texts go through it.
secret=$(random 16)
keep twilio_auth_token "$secret"
# Yours to fill in; empty is off. The last two are addresses outside that alerts go to
# (docs/operations.md).
for name in google_client_secret youtube_client_secret \
    microsoft_client_secret notion_client_secret assistant_llm_api_key \
    redis_sentinel_password email_webhook_secret email_webhook_signing_key \
    twilio_shared_keys alert_webhook_url alerts_outside_url alerts_watchdog_url; do
    [ -e "$name" ] || put "$name" </dev/null
done
echo "The secrets are in $(pwd). Put your mail server into email_url, and keep a copy of field_encryption_keys apart from the backups."
