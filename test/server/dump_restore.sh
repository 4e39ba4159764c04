# Dump, restore, recompute: restored ledgers say and do the same as those that
# were dumped, whichever way and by whomever they were dumped and restored.
. test/server/lib.sh

# The names of a ledger can be anything.
odd='Müller "& Söhne"; --'
word='select'

# run_as ROLE COMMAND...
run_as() {
	(
		PGUSER=$1
		export PGUSER
		shift
		"$@"
	)
}

# history DATABASE LEDGER FIRST LAST SEED
history() { "$BIN/psql" -Xq -o "$SCRATCH/out" -v ON_ERROR_STOP=1 -v ledger="$2" -v first="$3" -v last="$4" -v seed="$5" -d "$1" -f test/server/history.sql; }

# figures DATABASE FILE [OPTION...]: of its three ledgers
figures() {
	database=$1 file=$2
	shift 2
	for ledger in ar "$odd" "$word"; do
		"$BIN/psql" -XAtq -v ON_ERROR_STOP=1 -v ledger="$ledger" "$@" -d "$database" -f test/server/figures.sql
	done >"$file" 2>&1
}

# same TEXT FILE FILE
same() {
	if [ -s "$2" ] && cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1" "$(diff "$2" "$3" | head -n 20)"; fi
}

# refuses DATABASE SQL: prints the SQLSTATE
refuses() { "$BIN/psql" -XAtq -v VERBOSITY=sqlstate -d "$1" -c "$2" 2>&1 | sed -n 's/^.*ERROR: *//p'; }

# quietly COMMAND...: its output is kept for a failure
quietly() { "$@" >"$SCRATCH/out" 2>&1 || { head -n 20 "$SCRATCH/out" | sed 's/^/# /' && return 1; }; }

# ---- three ledgers of two owners, with a history and changes of their own
start_server main "shared_preload_libraries = 'debiteur'" "debiteur.enabled = off"
sql postgres "CREATE ROLE olga LOGIN; CREATE ROLE nora LOGIN; CREATE ROLE clerk LOGIN; CREATE ROLE boss LOGIN SUPERUSER"
sql postgres "CREATE DATABASE source"
sql source "CREATE EXTENSION debiteur; GRANT CREATE ON DATABASE source TO olga"
sql_file source <<SQL >/dev/null || not_ok 'the ledgers are made'
SELECT debiteur.create_ledger('$word', time_zone => 'Asia/Tokyo', currency => 'JPY');
SET ROLE olga;
SELECT debiteur.create_ledger('ar', time_zone => 'Europe/Amsterdam'), debiteur.create_ledger('$odd', time_zone => 'UTC', terms => 'net 14');
SELECT debiteur.grant_ledger('ar', 'clerk', 'clerk'), debiteur.grant_ledger('$odd', 'clerk', 'reader');
ALTER TABLE ar.invoice ADD COLUMN project text DEFAULT 'none';
CREATE INDEX ON ar.invoice (project, due_on);
CREATE VIEW ar.late AS SELECT * FROM ar.decide('2025-01-01') WHERE status::text = 'overdue';
SQL
holds 'a history is posted' history source ar 2024-01-01 2024-08-31 0.1
holds '... in a ledger of an odd name' history source "$odd" 2023-11-01 2024-02-29 0.2
holds '... in a ledger called select' history source "$word" 2024-02-01 2024-05-31 0.3
is '... orders are reserved for' "$(sql source "SELECT count(ar.reserve_credit(number, 10, 'order')) > 1 FROM ar.customer WHERE NOT ar.supply_blocked(number)")" t
is '... limits are set' "$(sql source "SELECT count(ar.set_credit_limit(number, 500)) > 1 FROM ar.customer")" t
is 'everything that a ledger can hold has come up' "$(sql source "
	SELECT (SELECT count(DISTINCT kind) FROM ar.invoice), (SELECT count(DISTINCT status) FROM ar.invoice), (SELECT count(DISTINCT kind) FROM ar.allocation),
	       (SELECT count(DISTINCT currency) FROM ar.invoice), (SELECT count(DISTINCT action) FROM ar.notice), (SELECT count(*) > 1 FROM ar.hold),
	       (SELECT count(*) > 1 FROM ar.outbox), (SELECT count(*) > 100 FROM ar.notice_line), (SELECT count(*) > 5 FROM ar.reschedule)")" '3|8|6|3|6|t|t|t|t'
figures source "$SCRATCH/before" -v moments=1
is 'figures are computed without an error' "$(grep -c '^psql:' "$SCRATCH/before")" 0
cp "$SCRATCH/before" "$SCRATCH/source"

sql_file source <<SQL >/dev/null || not_ok 'states of aggregates are kept'
CREATE TABLE kept AS
SELECT i.customer_id, a.aging, w.days, c.countback
  FROM (SELECT DISTINCT customer_id FROM ar.invoice) i,
       LATERAL (SELECT debiteur.aging_accum(NULL, sum(amount), min(due_on), '2024-08-31') AS aging FROM ar.invoice n WHERE n.customer_id = i.customer_id) a,
       LATERAL (SELECT debiteur.weighted_days_accum(NULL, sum(amount) * 1e20, 30) AS days FROM ar.invoice n WHERE n.customer_id = i.customer_id) w,
       LATERAL (SELECT debiteur.countback_accum(NULL, 100, sum(amount), min(issued_on), '2024-08-31') AS countback FROM ar.invoice n WHERE n.customer_id = i.customer_id) c;
SQL
kept() { sql "$1" "SELECT count(countback), md5(string_agg(concat(k, debiteur.countback_final(countback)), ' ' ORDER BY customer_id)) FROM kept k"; }

# ---- dumped three ways, restored, recomputed
"$BIN/pg_dump" -d source -f "$SCRATCH/plain"
"$BIN/pg_dump" -d source -Fc -f "$SCRATCH/custom"
"$BIN/pg_dump" -d source -Fd -j2 -f "$SCRATCH/directory"
for database in plain custom directory boss; do sql postgres "CREATE DATABASE $database"; done
sql postgres "CREATE DATABASE nora OWNER nora"
holds 'a plain dump is restored' quietly "$BIN/psql" -Xq -v ON_ERROR_STOP=1 -d plain -f "$SCRATCH/plain"
holds 'a custom dump is restored' quietly "$BIN/pg_restore" -e -d custom "$SCRATCH/custom"
holds 'a dump into a directory is restored by two jobs' quietly "$BIN/pg_restore" -e -j2 -d directory "$SCRATCH/directory"
holds 'another superuser restores it' run_as boss quietly "$BIN/pg_restore" -e -d boss "$SCRATCH/custom"
holds 'the owner of the new database restores it, no superuser' run_as nora quietly "$BIN/pg_restore" -e --no-owner -d nora "$SCRATCH/custom"
is 'a view of the user over a ledger comes along' "$(sql plain 'SELECT count(*) > 0 FROM ar.late')" t
for database in plain custom directory boss; do
	figures $database "$SCRATCH/after" -v moments=1
	same "database $database is what was dumped" "$SCRATCH/source" "$SCRATCH/after"
	is '... states of aggregates too' "$(kept $database)" "$(kept source)"
done
# Hers are all the ledgers, and nothing else differs.
figures nora "$SCRATCH/after" -v moments=1
sed "/^ledger|/s/|\(olga\|admin\)|/|nora|/" "$SCRATCH/source" >"$SCRATCH/hers"
same 'database nora is what was dumped, owned by nora' "$SCRATCH/hers" "$SCRATCH/after"
is 'the source is untouched' "$(figures source "$SCRATCH/after" -v moments=1; cmp "$SCRATCH/source" "$SCRATCH/after")" ''

# ---- they live on, and in the same way
go_on() {
	history "$1" ar 2024-09-01 2024-10-15 0.4 && history "$1" "$odd" 2024-03-01 2024-04-15 0.5
}
holds 'the source goes on' go_on source
figures source "$SCRATCH/source"
for database in plain nora; do
	if [ $database = nora ]; then
		sed "/^ledger|/s/|\(olga\|admin\)|/|nora|/" "$SCRATCH/source" >"$SCRATCH/expected"
	else
		cp "$SCRATCH/source" "$SCRATCH/expected"
	fi
	holds "database $database goes on" run_as "$([ $database = nora ] && echo nora || echo olga)" go_on $database
	figures $database "$SCRATCH/after"
	same "... with the same postings, notices and figures" "$SCRATCH/expected" "$SCRATCH/after"
done
cmp -s "$SCRATCH/before" "$SCRATCH/source" && not_ok 'going on changes the figures'

# ---- and refuse what they refused
for database in custom nora; do
	is "$database: an invoice keeps its amount" "$(refuses $database "UPDATE ar.invoice SET amount = amount + 1 WHERE status::text = 'overdue'")" RV005
	is "$database: a payment is not deleted" "$(refuses $database 'DELETE FROM ar.payment')" RV005
	is "$database: a due date is changed on its day and not before" "$(refuses $database "UPDATE ar.reschedule SET posted_on = posted_on - 1")" RV005
	is "$database: allocations are not truncated" "$(refuses $database 'TRUNCATE ar.allocation CASCADE')" RV005
	is "$database: no status against the facts" "$(refuses $database "UPDATE ar.invoice SET status = 'open' WHERE status::text = 'in_collection'")" RV006
	is "$database: no payment beyond what is left" "$(refuses $database "SELECT ar.allocate(p.id, i.number, 1e6) FROM ar.payment p, ar.invoice i WHERE i.status::text = 'overdue' LIMIT 1")" RV007
	is "$database: a clerk writes nothing off" "$(run_as clerk refuses $database "SELECT ar.write_off('F1')")" 42501
	is "$database: ... but posts payments" "$(run_as clerk sql $database "SELECT ar.record_payment('D1', 5, '2025-01-01') > 0")" t
	is "$database: nobody registers somebody else's schema" "$(run_as clerk refuses $database "UPDATE debiteur.ledger SET version = '0'")" 42501
done
is 'a key from before the dump is known' "$(sql custom "SELECT ar.issue_invoice(c.number, i.number, i.amount, i.issued_on, currency => i.currency, reference => i.reference, key => i.number) = i.id
	FROM ar.invoice i JOIN ar.customer c ON c.id = i.customer_id WHERE i.number = 'F7'")" t
is '... with other values too' "$(refuses custom "SELECT ar.issue_invoice('D1', 'F7', 1, key => 'F7')")" RV008
sql custom 'GRANT CREATE ON DATABASE custom TO olga'
is 'a restored ledger can be renamed, upgraded and dropped' "$(run_as olga sql custom "
	SELECT debiteur.rename_ledger('ar', 'debtors'); SELECT debiteur.upgrade_ledger('debtors');
	SELECT debtors.explain('F7', '2025-01-01'); SET client_min_messages = warning; SELECT debiteur.drop_ledger('debtors', with_data => true)" | tail -n 2 | head -n 1 | cut -d, -f1)" '(closed'

# ---- one ledger alone: its schema is dumped, the registry is not
"$BIN/pg_dump" -d source -n ar -f "$SCRATCH/alone"
is 'a dump of one schema has neither extension nor registry' "$(grep -cE '^(CREATE EXTENSION|COPY debiteur)' "$SCRATCH/alone")" 0
sql postgres 'CREATE DATABASE alone'
sql alone 'CREATE EXTENSION debiteur; GRANT CREATE ON DATABASE alone TO olga'
holds 'it can be restored where the extension is' quietly "$BIN/psql" -Xq -v ON_ERROR_STOP=1 -d alone -f "$SCRATCH/alone"
is '... and computes' "$(sql alone 'SELECT sum(amount) FROM ar.aging_by_customer($$2024-09-30$$), ar.aging($$2024-09-30$$)')" "$(sql source 'SELECT sum(amount) FROM ar.aging_by_customer($$2024-09-30$$), ar.aging($$2024-09-30$$)')"
is '... but is no ledger to the worker' "$(sql alone 'SELECT count(*) FROM debiteur.ledgers')" 0
is '... until its owner registers it' "$(run_as olga sql alone "
	INSERT INTO debiteur.ledger VALUES ('ar', debiteur.extension_version()); SELECT name, owner, current FROM debiteur.ledgers")" 'ar|olga|t'

# ---- DROP EXTENSION
is 'DROP EXTENSION refuses while there is a ledger' "$(refuses directory 'DROP EXTENSION debiteur')" 2BP01
sql_file directory <<SQL >/dev/null
SET client_min_messages = warning;
SELECT debiteur.drop_ledger(name, with_data => true) FROM debiteur.ledgers;
DROP TABLE kept;
SQL
is '... and goes when there is none' "$(sql directory 'DROP EXTENSION debiteur; SELECT count(*) FROM pg_extension')" 1
is '... leaving nothing behind' "$(sql directory "SELECT count(*) FROM pg_proc p WHERE p.prosrc LIKE 'debiteur_%' OR p.probin LIKE '%debiteur%'")" 0
holds '... and comes again' sql directory 'CREATE EXTENSION debiteur'
rm -rf "$SCRATCH/plain" "$SCRATCH/custom" "$SCRATCH/directory" "$SCRATCH/alone" "$SCRATCH/before" "$SCRATCH/after" "$SCRATCH/hers" "$SCRATCH/source" "$SCRATCH/expected" "$SCRATCH/out"
finish
