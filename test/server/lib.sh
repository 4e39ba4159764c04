# shellcheck shell=sh
# Sourced by test/server/*.sh: private servers, and counting of what holds.
#
#   PG_CONFIG  pg_config of the server tree that has the extension
#   SCRATCH    folder for data directories and sockets; made when not set
#
# A server is known by its name: data in $SCRATCH/NAME, log in
# $SCRATCH/NAME.log, socket in $SCRATCH, no TCP. PGPORT says which server psql
# reaches; start_server sets it to the server just started.
set -u

PG_CONFIG=${PG_CONFIG:-pg_config}
BIN=$("$PG_CONFIG" --bindir)
SCRATCH=${SCRATCH:-$(mktemp -d "${TMPDIR:-/tmp}/debiteur.XXXXXX")}
mkdir -p "$SCRATCH" || exit 1
PGHOST=$SCRATCH PGUSER=admin PGDATABASE=postgres PGTZ=UTC
export PGHOST PGUSER PGDATABASE PGTZ
unset PGOPTIONS PGSERVICE PGPASSFILE
servers='' passed=0 failed=0

ok() { passed=$((passed + 1)) && echo "ok - $1"; }
not_ok() {
	failed=$((failed + 1)) && echo "not ok - $1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

# is TEXT GOT EXPECTED
is() {
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got:      $2" "expected: $3"; fi
}

# holds TEXT COMMAND...
holds() {
	text=$1
	shift
	if "$@"; then ok "$text"; else not_ok "$text" "failed: $*"; fi
}

# finish: last line of a script
finish() {
	echo "# $passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
	exit
}

# sql DATABASE TEXT: the result, fields separated by |; errors on stderr
sql() { "$BIN/psql" -XAtq -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }

# sql_file DATABASE < script
sql_file() { "$BIN/psql" -XAtq -v ON_ERROR_STOP=1 -d "$1" -f -; }

# wait_for SECONDS DATABASE QUERY: until the query's one value is true
wait_for() {
	tries=$(($1 * 10))
	while [ "$tries" -gt 0 ]; do
		[ "$(sql "$2" "$3" 2>/dev/null)" = t ] && return 0
		sleep 0.1
		tries=$((tries - 1))
	done
	return 1
}

# use_server NAME: psql reaches this one from now on
use_server() {
	PGPORT=$(cat "$SCRATCH/$1.port")
	export PGPORT
}

# make_server NAME [LINE...]: a new data directory, the lines its settings
make_server() {
	"$BIN/initdb" -D "$SCRATCH/$1" -U admin -A trust -E UTF8 --locale=C --no-sync >"$SCRATCH/$1.log" 2>&1 ||
		{ cat "$SCRATCH/$1.log"; exit 1; }
	configure "$@"
}

# configure NAME [LINE...]: settings every server has, and the lines
configure() {
	name=$1
	shift
	set -- "listen_addresses = ''" "unix_socket_directories = '$SCRATCH'" "fsync = off" \
		"timezone = 'UTC'" "log_line_prefix = '%m [%p] %b %d '" "max_connections = 20" "$@"
	printf '%s\n' "$@" >>"$SCRATCH/$name/postgresql.conf"
}

# start_server NAME [LINE...]: starts it; makes it first when there is none
start_server() {
	[ -d "$SCRATCH/$1" ] || make_server "$@"
	if [ ! -f "$SCRATCH/$1.port" ]; then
		servers="$servers $1"
		port=$((5400 + $(echo "$servers" | wc -w)))
		echo $port >"$SCRATCH/$1.port"
		echo "port = $port" >>"$SCRATCH/$1/postgresql.conf"
	fi
	use_server "$1"
	"$BIN/pg_ctl" -D "$SCRATCH/$1" -l "$SCRATCH/$1.log" -w -t 60 start >/dev/null ||
		exit 1
}

# stop_server NAME [fast|immediate|smart]
stop_server() { "$BIN/pg_ctl" -D "$SCRATCH/$1" -m "${2:-fast}" -w -t 60 stop >/dev/null; }

# set_and_reload LINE: one setting of the server in use, by a reload
set_and_reload() { sql postgres "ALTER SYSTEM SET $1" && sql postgres "SELECT pg_reload_conf()" >/dev/null; }

# make_database NAME [ROLE...]: with the extension; the roles may make ledgers
make_database() {
	sql postgres "CREATE DATABASE $1" && sql "$1" "CREATE EXTENSION debiteur"
	name=$1
	shift
	for role in "$@"; do
		sql postgres "DO \$\$ BEGIN CREATE ROLE $role; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$"
		sql postgres "GRANT CREATE ON DATABASE $name TO $role"
	done
}

# make_ledger DATABASE ROLE LEDGER ZONE COUNT: the role's ledger, with COUNT
# customers who each owe one invoice that is long overdue
make_ledger() {
	sql_file "$1" >/dev/null <<-SQL
		BEGIN;
		SET LOCAL ROLE $2;
		SET LOCAL client_min_messages = warning;
		SELECT debiteur.create_ledger('$3', time_zone => '$4');
		SELECT $3.add_customer('C' || i, 'Customer ' || i),
		       $3.issue_invoice('C' || i, 'I' || i, 100 + i, issued_on => '2024-01-01')
		  FROM generate_series(1, $5) AS i;
		COMMIT;
	SQL
}

# noon_zone: a time zone in which midnight is at least eleven hours away, so
# that no date changes during a test
noon_zone() { date -u +%H | awk '{ n = $1 - 12; printf n < 0 ? "Etc/GMT%d" : "Etc/GMT+%d", n }'; }

# notices DATABASE LEDGER: how many; 0 also while the server is down
notices() { sql "$1" "SELECT count(*) FROM $2.notice" 2>/dev/null || echo 0; }

# advanced DATABASE LEDGER [SECONDS]: has the worker finished the ledger's day?
advanced() { wait_for "${3:-20}" "$1" "SELECT count(*) > 0 FROM $2.run WHERE finished_at IS NOT NULL"; }

cleanup() {
	status=$?
	trap - EXIT
	for name in $servers; do
		[ ! -f "$SCRATCH/$name/postmaster.pid" ] || stop_server "$name" immediate
		if [ $status -ne 0 ]; then
			echo "# the last lines of the log of server $name:"
			tail -n 40 "$SCRATCH/$name.log" | sed 's/^/# /'
		fi
		rm -rf "${SCRATCH:?}/$name" "$SCRATCH/$name.port" "$SCRATCH/$name.log"
	done
	rmdir "$SCRATCH" 2>/dev/null
	exit $status
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
