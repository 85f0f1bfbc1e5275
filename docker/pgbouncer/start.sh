#!/bin/sh
# PgBouncer, which hands out its connections by the transaction. Its configuration and the
# role's password are written where only it reads, in memory.
set -eu
umask 077
folder=${FOLDER:-/tmp}
password=$(cat "${PASSWORD_FILE:-/run/secrets/postgres_password}")
echo "\"switchboard\" \"$password\"" >"$folder/users.txt"
# The site asks for these limits as it connects, which PgBouncer does not pass on: each
# connection gets them once. Those of config/settings/data.py.
limits="SET statement_timeout = '15s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'"
cat >"$folder/pgbouncer.ini" <<END
[databases]
switchboard = host=${PGHOST:-postgres} port=${PGPORT:-5432} connect_query='$(echo "$limits" | sed "s/'/''/g")'

[pgbouncer]
listen_addr = ${LISTEN:-*}
listen_port = ${PORT:-6432}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $folder/users.txt
pool_mode = transaction
default_pool_size = ${DATABASE_CONNECTIONS:-40}
max_client_conn = 1000
# Whoever gets no connection is told so before nginx gives up (35 s).
query_wait_timeout = 20
ignore_startup_parameters = options,extra_float_digits
END
# Since 1.21 it knows which connection has which plan.
version=$(pgbouncer --version | sed -n 's/^PgBouncer 1\.\([0-9]*\).*/\1/p')
if [ "${version:-0}" -ge 21 ]; then
    echo "max_prepared_statements = 200" >>"$folder/pgbouncer.ini"
fi
exec pgbouncer -q "$folder/pgbouncer.ini"
