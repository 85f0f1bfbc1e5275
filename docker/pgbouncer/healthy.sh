#!/bin/sh
# Whether it answers: as PostgreSQL does, where there is pg_isready, else by its port.
port=${PORT:-6432}
if command -v pg_isready >/dev/null; then
    exec pg_isready -q -h 127.0.0.1 -p "$port" -U switchboard -d switchboard
fi
exec nc -z 127.0.0.1 "$port"
