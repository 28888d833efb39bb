#!/usr/bin/env bash
# Start a PostgreSQL and Redis on loopback, with what they held if they ran in the folder before. usage: servers.sh WORKDIR PG_PORT REDIS_PORT
# Process ids in WORKDIR/pids, to be stopped from the last to the first. The superuser is postgres for root, else who calls.
set -euo pipefail
for bin in /usr/lib/postgresql/*/bin; do PATH=$PATH:$bin; done  # Debian keeps initdb and pg_ctl out of the way
W=$1 PG=$2 RD=$3
mkdir -p "$W"/{pg,redis}; : > "$W/pids"
as_pg() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
if [ "$(id -u)" = 0 ]; then chown postgres "$W/pg"; fi; chmod 700 "$W/pg"
if [ ! -e "$W/pg/PG_VERSION" ]; then as_pg initdb -D "$W/pg" -E UTF8 --locale=C.UTF-8 -A trust >/dev/null; fi
as_pg pg_ctl -D "$W/pg" -l "$W/pg/log" -o "-p $PG -h 127.0.0.1 -k $W/pg" -w start >/dev/null
head -1 "$W/pg/postmaster.pid" >> "$W/pids"
redis-server --port "$RD" --bind 127.0.0.1 --save "" --appendonly yes --dir "$W/redis" > "$W/redis/log" 2>&1 & echo $! >> "$W/pids"
