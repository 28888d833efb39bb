#!/usr/bin/env bash
# Start a throw-away CKAN on loopback: PostgreSQL + Redis + the Solr stand-in + CKAN.
# usage: ckan_up.sh VENV WORKDIR [PORT_BASE]   prints URL and token; process ids in WORKDIR/pids, to be stopped from the last to the first
# Search is a stand-in (solr_double.py): no Solr can be had from Debian or PyPI. Everything else is real.
set -euo pipefail
for bin in /usr/lib/postgresql/*/bin; do PATH=$PATH:$bin; done  # Debian keeps initdb and pg_ctl out of the way
VENV=$1 W=$2 B=${3:-56000} HERE=$(cd "$(dirname "$0")" && pwd)
PG=$((B+32)) RD=$((B+79)) SO=$((B+83)) CK=$((B+50))
mkdir -p "$W/storage"
bash "$HERE/../../servers.sh" "$W" $PG $RD
SU=postgres; [ "$(id -u)" = 0 ] || SU=$(id -un)
SQL() { psql -q -h 127.0.0.1 -p $PG -U $SU -d postgres -v ON_ERROR_STOP=1 "$@"; }
SQL -c "create role ckan login" -c "create role ds_ro login"
SQL -c "create database ckan owner ckan" ; SQL -c "create database datastore owner ckan"
python3 "$HERE/solr_double.py" $SO > "$W/solr.log" 2>&1 & echo $! >> "$W/pids"
C="$VENV/bin/ckan -c $W/ckan.ini"
"$VENV/bin/ckan" generate config "$W/ckan.ini" >/dev/null 2>&1
"$VENV/bin/ckan" config-tool "$W/ckan.ini" \
  "sqlalchemy.url=postgresql://ckan@127.0.0.1:$PG/ckan" \
  "ckan.datastore.write_url=postgresql://ckan@127.0.0.1:$PG/datastore" \
  "ckan.datastore.read_url=postgresql://ds_ro@127.0.0.1:$PG/datastore" \
  "ckan.redis.url=redis://127.0.0.1:$RD/0" "solr_url=http://127.0.0.1:$SO/solr/ckan" \
  "ckan.site_url=http://127.0.0.1:$CK" "ckan.site_id=it" "ckan.storage_path=$W/storage" \
  "ckan.plugins=activity datastore datatables_view text_view" >/dev/null 2>&1
$C db init >/dev/null 2>&1
$C db upgrade >/dev/null 2>&1
$C datastore set-permissions 2>/dev/null | SQL
$C user add admin email=admin@example.invalid password=loopback-only-1 >/dev/null 2>&1
yes | $C sysadmin add admin >/dev/null 2>&1 || true
$C user token add admin it 2>/dev/null | tail -1 | tr -d ' \t' > "$W/token"
$C run -H 127.0.0.1 -p $CK --disable-reloader > "$W/ckan.log" 2>&1 & echo $! >> "$W/pids"
for _ in $(seq 120); do curl -sf "http://127.0.0.1:$CK/api/3/action/status_show" >/dev/null && { echo "http://127.0.0.1:$CK $(cat "$W/token")"; exit 0; }; sleep 0.5; done
echo "CKAN did not answer: see $W/ckan.log" >&2; exit 1
