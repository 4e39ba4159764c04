#!/bin/sh
# kill -9 of the worker and crashes of the server in the middle of an advance:
# afterwards the rows are those of an advance that nothing disturbed.
# shellcheck source=test/server/lib.sh disable=SC2317
. test/server/lib.sh

KILLS=20
CRASHES=4
CUSTOMERS=4000

# facts DATABASE: everything an advance writes, but ids and times of the clock
facts() {
	sql_file "$1" <<-'SQL'
		SELECT 'invoice', i.number, i.status, i.policy_id, i.cycle, i.step, i.noticed_on, i.next_on FROM ar.invoice i ORDER BY i.number;
		SELECT 'notice', c.number, n.issued_on, n.step, n.channel, n.action, n.amount, n.delivery, n.attempts, i.number
		  FROM ar.notice n JOIN ar.customer c ON c.id = n.customer_id JOIN ar.invoice i ON i.id = n.lead_id
		 ORDER BY c.number, n.issued_on, n.step;
		SELECT 'line', i.number, l.step, l.cycle, l.taken, l.amount, l.open_amount, l.due_on
		  FROM ar.notice_line l JOIN ar.invoice i ON i.id = l.invoice_id ORDER BY i.number, l.step, l.cycle;
		SELECT 'outbox', o.topic, o.payload - 'notice' FROM ar.outbox o ORDER BY 2, 3;
		SELECT 'run', r.as_of, r.notices, r.steps, r.overdue, r.skipped, r.failures FROM ar.run r ORDER BY r.as_of;
	SQL
}

# a_moment: up to 0.6 seconds, at random
a_moment() { sleep "0.$(od -An -N2 -tu2 /dev/urandom | awk '{ printf "%03d", $1 % 600 }')"; }

worker_pid() {
	sql postgres "SELECT pid FROM pg_stat_activity WHERE backend_type = 'debiteur worker' AND datname = '$1' AND query LIKE 'debiteur: advancing%'" 2>/dev/null
}

# worker_at_work DATABASE: waits for a worker there, prints its process id
worker_at_work() {
	tries=200
	while [ "$tries" -gt 0 ]; do
		pid=$(worker_pid "$1")
		[ -z "$pid" ] || { echo "$pid" && return; }
		sleep 0.05
		tries=$((tries - 1))
	done
	return 1
}

# disturb TIMES DATABASE COMMAND: runs COMMAND pid at random moments of an
# advance; `hits` counts those that found it unfinished, `halves` those that
# found a part of it done
disturb() {
	hits=0 halves=0
	while [ "$hits" -lt "$1" ]; do
		pid=$(worker_at_work "$2") || return 1
		a_moment
		$3 "$pid" || continue
		wait_for 60 "$2" 'SELECT true' || return 1
		[ "$(sql "$2" 'SELECT count(*) FROM ar.run WHERE finished_at IS NOT NULL')" = 0 ] || return 1
		hits=$((hits + 1))
		[ "$(notices "$2" ar)" -eq 0 ] || halves=$((halves + 1))
	done
}

# A trigger of the user's slows the advance down, so that there is a middle.
start_server main "shared_preload_libraries = 'debiteur'" "debiteur.naptime = 1" \
	"debiteur.batch_size = 50" "debiteur.enabled = off" "restart_after_crash = on"
make_database calm olga
make_ledger calm olga ar "$(noon_zone)" $CUSTOMERS
sql_file calm <<'SQL'
CREATE FUNCTION ar.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.004); RETURN NEW; END';
CREATE TRIGGER slow BEFORE INSERT ON ar.notice FOR EACH ROW EXECUTE FUNCTION ar.slow();
SQL
sql postgres 'CREATE DATABASE killed TEMPLATE calm'
sql postgres 'CREATE DATABASE crashed TEMPLATE calm'
sql calm 'DROP TRIGGER slow ON ar.notice'
sql postgres "ALTER SYSTEM SET debiteur.databases = calm"
set_and_reload "debiteur.enabled = on"
holds 'the undisturbed advance ends' advanced calm ar 60
facts calm >"$SCRATCH/calm"
is 'it wrote a notice a customer' "$(notices calm ar)" $CUSTOMERS

# ---- the worker is killed
kill_worker() { kill -9 "$1" 2>/dev/null && sleep 0.2; }
set_and_reload "debiteur.databases = killed"
holds "the worker is killed $KILLS times in the middle" disturb $KILLS killed kill_worker
holds '... mostly when a part was done' [ "$halves" -ge $((KILLS / 2)) ]
sql killed 'DROP TRIGGER slow ON ar.notice'
holds '... and ends its work' advanced killed ar 60
facts killed >"$SCRATCH/killed"
holds '... with the rows of the undisturbed one' cmp "$SCRATCH/calm" "$SCRATCH/killed"

# ---- the server is stopped without a checkpoint
crash_server() { stop_server main immediate && start_server main; }
set_and_reload "debiteur.databases = crashed"
holds "the server crashes $CRASHES times in the middle" disturb $CRASHES crashed crash_server
holds '... once when a part was done' [ "$halves" -ge 1 ]
sql crashed 'DROP TRIGGER slow ON ar.notice'
holds '... and the work ends' advanced crashed ar 60
facts crashed >"$SCRATCH/crashed"
holds '... with the rows of the undisturbed one' cmp "$SCRATCH/calm" "$SCRATCH/crashed"
rm -f "$SCRATCH/calm" "$SCRATCH/killed" "$SCRATCH/crashed"
finish
