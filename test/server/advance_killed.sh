#!/bin/sh
# Two sessions advance one ledger at once, in small batches, and backends are
# terminated or killed in the middle: after one complete run the rows are those
# that the second computation of test/reference.sql predicted.
# shellcheck source=test/server/lib.sh disable=SC2317
. test/server/lib.sh

SEED=${SEED:-0.5}
# The days that are run, one of them twice and one after a later one, and what happens then.
DAYS='01-10:together 01-14:terminated 01-19:killed 01-23:terminated 01-23:together 01-21:together 01-27:killed 02-01:stopped
02-06:terminated 02-10:together 02-15:killed 02-20:terminated'

# advance_in_background DAY: sets $!
advance_in_background() { "$BIN/psql" -XAtq -d books -c "CALL ar.advance('$1', 3)" >/dev/null 2>&1 & }

# pid of one of the backends that advance; nothing while the server is down
advancing() { sql books "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL ar.advance%' AND pid <> pg_backend_pid() LIMIT 1" 2>/dev/null; }

# written DAY: notices of that day so far
written() { sql books "SELECT count(*) FROM ar.notice WHERE issued_on = '$1'" 2>/dev/null || echo 0; }

# in_the_middle DAY BEFORE: waits, 5 seconds at most, until the run has written something
in_the_middle() {
	tries=100
	while [ "$(written "$1")" -le "$2" ] && [ "$tries" -gt 0 ]; do
		sleep 0.02
		tries=$((tries - 1))
	done
}

terminated() { sql books "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL ar.advance%' AND pid <> pg_backend_pid()" >/dev/null; }
killed() { kill -9 "$1"; }
stopped() { stop_server main immediate && start_server main; }

start_server main "restart_after_crash = on"
make_database books
sql_file books >/dev/null <<-SQL
	SET client_min_messages = warning;
	SELECT debiteur.create_ledger('ar', time_zone => 'UTC');
	ALTER DATABASE books SET search_path = ar, debiteur;
	SET search_path = ar, debiteur;
	\\i test/reference.sql
	SELECT setseed($SEED);
	SELECT begin_history(40);
	SELECT happen(date '2024-01-01' + n / 20) FROM generate_series(1, 200) n;
	-- So slow that there is a middle.
	CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END';
	CREATE TRIGGER slow BEFORE INSERT ON notice FOR EACH ROW EXECUTE FUNCTION slow();
SQL
echo "# seed $SEED"

n=0 halves=0
for item in $DAYS; do
	day=2024-${item%:*} what=${item#*:} n=$((n + 1))
	predicted=$(sql books "SELECT predict($n, '$day'); SELECT count(*) FROM predicted_notice WHERE issued_on = '$day'" | tail -n 1)
	before=$(written "$day")
	advance_in_background "$day"
	first=$!
	advance_in_background "$day"
	second=$!
	if [ "$what" != together ]; then
		in_the_middle "$day" "$before"
		pid=$(advancing)
		if [ -n "$pid" ]; then $what "$pid"; fi
	fi
	wait $first $second
	wait_for 60 books 'SELECT true' || not_ok 'the server comes back'
	done_so_far=$(written "$day")
	if [ "$done_so_far" -gt "$before" ] && [ "$done_so_far" -lt "$predicted" ]; then halves=$((halves + 1)); fi
	# Alone it does nothing; after the accidents it does the rest.
	sql books "CALL ar.advance('$day', 7)" || not_ok "the run of $day ends"
	sql books "SELECT compare_rows($n, '$day')" >/dev/null
	is "$day, $what: the rows are as predicted" "$(sql books "SELECT count(*) FROM difference WHERE run = $n")" 0
	sql books "SELECT what, detail FROM difference WHERE run = $n ORDER BY 1, 2 LIMIT 5"
	sql books "SELECT setseed(0.$n); SELECT happen(date '$day' + n / 10) FROM generate_series(1, 40) n" >/dev/null
done
is 'no rule is broken' "$(sql books 'SELECT * FROM broken_rule')" ''
is 'the runs counted what they wrote' \
	"$(sql books 'SELECT sum(notices) - (SELECT count(*) FROM notice) FROM run')" 0
holds 'notices were written' [ "$(sql books 'SELECT count(*) FROM notice')" -ge 100 ]
holds "accidents happened in the middle ($halves)" [ "$halves" -ge 3 ]
finish
