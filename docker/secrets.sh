#!/bin/sh
# Make the files of docker/compose.base.yml's secrets; what is there already stays.
#   docker/secrets.sh [FOLDER]     (docker/secrets)
# Services run as users of their own and each must read its files: the folder is closed to
# everybody (0700), and only single files of it are shown to containers.
set -eu
folder=${1:-$(dirname "$0")/secrets}
(umask 077 && mkdir -p "$folder")
chmod 0700 "$folder"
cd "$folder"

keep() { # NAME, its content on standard input
    if [ -e "$1" ]; then cat >/dev/null; return; fi
    (umask 077 && cat >".$1" && chmod 0444 ".$1" && mv ".$1" "$1")
}
random() { openssl rand -hex "$1"; }

random 32 | keep secret_key
echo "k1:$(openssl rand -base64 32)" | keep field_encryption_keys
echo "j1:$(openssl rand -base64 32)" | keep jwt_signing_keys
random 24 | keep postgres_password
echo "postgres://switchboard:$(cat postgres_password)@postgres:5432/switchboard" | keep database_url
# Where compose.pgbouncer.yml or compose.replica.yml is used.
sed 's/@postgres:5432/@pgbouncer:6432/' database_url | keep pgbouncer_url
sed 's/@postgres:5432/@replica:5432/' database_url | keep replica_url
random 24 | keep redis_password
# Nobody without a password; nothing that stops the server or reads its files.
printf 'user default off\nuser switchboard on >%s ~* &* +@all -@dangerous +info +client +config|get +flushdb\n' \
    "$(cat redis_password)" | keep redis_acl
echo "redis://switchboard:$(cat redis_password)@redis:6379/0" | keep redis_url
random 24 | keep alertmanager_token
random 16 | keep grafana_password
# Letters are accepted and go nowhere until this is an address of a real mail server.
echo "dummymail://" | keep email_url
# What webhooks prove themselves with: Twilio's, once texts go through it.
random 16 | keep twilio_auth_token
# Yours to fill in; empty is off.
for name in google_client_secret youtube_client_secret \
    microsoft_client_secret notion_client_secret assistant_llm_api_key; do
    keep "$name" </dev/null
done
echo "The secrets are in $(pwd). Put your mail server into email_url, and keep a copy of field_encryption_keys apart from the backups."
