# pg_upgrade keeps ledgers as they are: to a new cluster of the same version,
# and to a newer version where one with server headers is found:
#   PG_CONFIG_NEW   its pg_config; else the newest of /usr/lib/postgresql
. test/server/lib.sh

odd='Müller "& Söhne"; --'

history() { "$BIN/psql" -Xq -o "$SCRATCH/out" -v ON_ERROR_STOP=1 -v ledger="$2" -v first="$3" -v last="$4" -v seed="$5" -d "$1" -f test/server/history.sql; }
figures() {
	for ledger in ar "$odd"; do
		"$BIN/psql" -XAtq -v ON_ERROR_STOP=1 -v ledger="$ledger" -v moments=1 -d books -f test/server/figures.sql
	done >"$1" 2>&1
}
same() {
	if [ -s "$2" ] && cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1" "$(diff "$2" "$3" | head -n 20)"; fi
}

# What must not run while pg_upgrade does: a worker that is on, with years to do.
preload="shared_preload_libraries = 'debiteur'"

start_server old "$preload" "debiteur.enabled = off" "jit = off"
old_bin=$BIN
sql postgres 'CREATE ROLE olga; CREATE ROLE clerk'
sql postgres 'CREATE DATABASE books'
sql books 'CREATE EXTENSION debiteur; GRANT CREATE ON DATABASE books TO olga'
sql_file books >/dev/null <<SQL || not_ok 'the ledgers are made'
SET ROLE olga;
SELECT debiteur.create_ledger('ar', time_zone => 'Europe/Amsterdam'), debiteur.create_ledger('$odd', time_zone => 'UTC');
SELECT debiteur.grant_ledger('ar', 'clerk', 'clerk');
CREATE TABLE ar.types AS SELECT 'net 30'::debiteur.payment_terms AS terms, '{due+7 email reminder}'::debiteur.dunning_step[] AS steps,
       'paid'::debiteur.invoice_status AS status, debiteur.aging_bucket(date '2024-01-01', '2024-03-01') AS bucket;
CREATE INDEX ON ar.invoice (status, due_on);
CREATE INDEX ON ar.invoice USING hash (terms);
SQL
holds 'a history is posted' history books ar 2024-01-01 2024-05-31 0.1
holds '... in a second ledger' history books "$odd" 2024-01-01 2024-02-15 0.2

# Types whose values pg_upgrade can't carry over: they hold oids or changed.
is 'no column of a type that pg_upgrade refuses' "$(sql books "
	SELECT count(*), string_agg(c.oid::regclass || '.' || a.attname, ', ')
	  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typelem
	 WHERE c.relnamespace <> ALL ('{pg_catalog,information_schema,pg_toast}'::regnamespace[]) AND c.relkind IN ('r', 'i', 'm') AND a.attnum > 0
	   AND coalesce(e.typname, t.typname) IN ('regproc', 'regprocedure', 'regoper', 'regoperator', 'regconfig', 'regdictionary', 'regcollation', 'regnamespace',
	       'oid', 'xid', 'cid', 'tid', 'aclitem', 'sql_identifier', 'unknown')")" '0|'

figures "$SCRATCH/before"
is 'figures are computed without an error' "$(grep -c '^psql:' "$SCRATCH/before")" 0
stop_server old
configure old "debiteur.enabled = on" "debiteur.naptime = 1"

# make_new NAME: a data directory of the programs in BIN, to be upgraded into.
# It has checksums where old has: initdb makes them of itself from 18 on.
make_new() {
	checksums=
	if "$old_bin/pg_controldata" -D "$SCRATCH/old" | grep -q 'checksum version: *0$' && "$BIN/initdb" --help | grep -q -- --no-data-checksums; then
		checksums=--no-data-checksums
	fi
	"$BIN/initdb" -D "$SCRATCH/$1" -U admin -A trust -E UTF8 --locale=C --no-sync $checksums >"$SCRATCH/$1.log" 2>&1 || cat "$SCRATCH/$1.log"
}

# run_pg_upgrade OLD NEW: its output in $SCRATCH/out, and the errors of what it ran
run_pg_upgrade() {
	(cd "$SCRATCH" && "$BIN/pg_upgrade" -b "$old_bin" -B "$BIN" -d "$SCRATCH/$1" -D "$SCRATCH/$2" -U admin -s "$SCRATCH" -p 5398 -P 5399 >"$SCRATCH/out" 2>&1) && return
	find "$SCRATCH/$2/pg_upgrade_output.d" -name '*_dump_*.log' -exec grep -h -A 2 'error:' {} + >>"$SCRATCH/out"
	return 1
}

# possible BIN: can these two versions upgrade a cluster that never saw debiteur?
possible() {
	BIN=$old_bin
	make_new plain
	configure plain "port = 5398"
	"$BIN/pg_ctl" -D "$SCRATCH/plain" -l "$SCRATCH/plain.log" -w start >/dev/null
	PGPORT=5398 sql postgres 'CREATE TABLE plain (a int)'
	stop_server plain
	BIN=$1
	make_new plain_new
	done=0
	run_pg_upgrade plain plain_new || done=1
	rm -rf "$SCRATCH/plain" "$SCRATCH/plain_new" "$SCRATCH/plain.log" "$SCRATCH/plain_new.log"
	return $done
}

# upgrade NAME BIN: a new cluster NAME of the programs in BIN gets what old has
upgrade() {
	BIN=$2
	if [ ! -x "$BIN/pg_upgrade" ]; then
		echo "skip - there is no $BIN/pg_upgrade"
		return 1
	fi
	make_new "$1"
	configure "$1" "$preload" "debiteur.enabled = on" "debiteur.naptime = 1" "jit = off"
	began=$(date +%s)
	if run_pg_upgrade old "$1"; then
		ok "$1: pg_upgrade succeeds"
	else
		not_ok "$1: pg_upgrade succeeds" "$(tail -n 20 "$SCRATCH/out")"
		return 1
	fi
	echo "# in $(($(date +%s) - began)) s"
	configure "$1" "debiteur.enabled = off"
	start_server "$1"
	figures "$SCRATCH/after"
	same "$1: the ledgers are what they were" "$SCRATCH/before" "$SCRATCH/after"
	is "$1: values of all types too" "$(sql books 'TABLE ar.types')" 'net 30|{"due+7 email reminder"}|paid|31-60'
	is "$1: indexes on types of the extension find what they should" "$(sql books "
		SET search_path = ar, debiteur; SET enable_seqscan = off;
		SELECT (SELECT count(*) FROM invoice WHERE status = 'paid') = sum((status = 'paid')::int), (SELECT count(*) FROM invoice WHERE terms = 'net 14') = sum((terms = 'net 14')::int)
		  FROM (SELECT status, terms FROM invoice OFFSET 0) AS i")" 't|t'
	holds "$1: they go on" history books ar 2024-06-01 2024-06-15 0.3
	is "$1: an invoice keeps its amount" "$("$BIN/psql" -XAtq -v VERBOSITY=sqlstate -d books -c "UPDATE ar.invoice SET amount = amount + 1 WHERE status::text = 'overdue'" 2>&1)" 'ERROR:  RV005'
	set_and_reload "debiteur.enabled = on"
	holds "$1: the worker advances them" wait_for 20 books "SELECT (SELECT count(*) FROM ar.run WHERE as_of > '2025-01-01' AND finished_at IS NOT NULL) = 1"
	stop_server "$1"
}

MAJOR=$("$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')

# newer: the pg_config of a newer version that extensions can be built for
newer() {
	if [ -n "${PG_CONFIG_NEW:-}" ]; then
		echo "$PG_CONFIG_NEW"
		return
	fi
	for candidate in /usr/lib/postgresql/*/bin/pg_config; do
		[ -x "$candidate" ] || continue
		v=${candidate#/usr/lib/postgresql/}
		[ -e "$("$candidate" --includedir-server)/postgres.h" ] && [ -x "${candidate%/*}/postgres" ] && [ "${v%%/*}" -gt "$MAJOR" ] && echo "${v%%/*} $candidate"
	done | sort -n | tail -n 1 | cut -d' ' -f2
}

# private PG_CONFIG: copies its server, builds debiteur into the copy, prints its pg_config
private() {
	tree=$SCRATCH/tree
	for kind in bindir pkglibdir sharedir; do
		folder=$("$1" --$kind)
		mkdir -p "$tree$folder"
		cp -RL "$folder/." "$tree$folder/"
	done
	for kind in includedir pkgincludedir includedir-server; do
		folder=$("$1" --$kind)
		[ -e "$tree$folder" ] || { mkdir -p "$tree${folder%/*}" && ln -s "$folder" "$tree$folder"; }
	done
	mkdir "$SCRATCH/sources"
	tar cf - --exclude=./.git --exclude='*.o' --exclude='*.so' --exclude='*.bc' --exclude='*.d' '--exclude=./debiteur--*.sql' . | (cd "$SCRATCH/sources" && tar xf -)
	# make's settings for the old version must not reach this one.
	(unset MAKEFLAGS MAKELEVEL MFLAGS && make -s -C "$SCRATCH/sources" with_llvm=no PG_CONFIG="$tree$("$1" --bindir)/pg_config" all install) >"$SCRATCH/out" 2>&1 || return 1
	echo "$tree$("$1" --bindir)/pg_config"
}

upgrade "same" "$BIN"

new=$(newer)
if [ -z "$new" ]; then
	echo "skip - no newer PostgreSQL with server headers than $MAJOR (PG_CONFIG_NEW names one)"
else
	if new=$(private "$new"); then
		new_version=$("$new" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
		if possible "$("$new" --bindir)"; then
			upgrade "from_${MAJOR}_to_$new_version" "$("$new" --bindir)"
		else
			echo "skip - $("$PG_CONFIG" --version) can't be upgraded to $("$new" --version), debiteur or not: $(grep -m 1 'error:' "$SCRATCH/out")"
		fi
	else
		not_ok 'debiteur is built for the newer version' "$(tail -n 20 "$SCRATCH/out")"
	fi
fi
rm -rf "$SCRATCH/tree" "$SCRATCH/sources" "$SCRATCH/out" "$SCRATCH/before" "$SCRATCH/after" "$SCRATCH"/same "$SCRATCH"/from_*
finish
