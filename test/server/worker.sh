#!/bin/sh
# The background worker: finds databases and ledgers, acts as their owners,
# obeys its settings, and stands in nobody's way.
# shellcheck source=test/server/lib.sh disable=SC2317
. test/server/lib.sh

log_has() { grep -q "$1" "$SCRATCH/main.log"; }
log_count() { grep -c "$1" "$SCRATCH/main.log"; }

# appears SECONDS PATTERN: in the server's log
appears() {
	tries=$(($1 * 10))
	until log_has "$2"; do
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
		tries=$((tries - 1))
	done
}

# refuses DATABASE SQL: prints the SQLSTATE
refuses() { "$BIN/psql" -XAtq -v VERBOSITY=sqlstate -d "$1" -c "$2" 2>&1 | sed 's/^.*ERROR: *//'; }

# ---- not preloaded: everything but the worker
start_server main
make_database north anna berta
is 'without preload the settings exist' \
	"$(sql north "LOAD 'debiteur'; SHOW debiteur.naptime; SHOW debiteur.enabled; SHOW debiteur.batch_size")" "$(printf '1min\non\n1000')"
is 'a setting that does not exist is refused' "$(refuses north "LOAD 'debiteur'; SET debiteur.naptme = 1")" 42602
is 'a batch of no claims is refused' "$(refuses north "LOAD 'debiteur'; SET debiteur.batch_size = 0")" 22023
is 'no launcher without preload' "$(sql north "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'debiteur%'")" 0
make_ledger north anna ar_anna Pacific/Kiritimati 3
is 'a ledger can be made without preload' "$(sql north "SELECT count(*) FROM ar_anna.invoice")" 3
stop_server main

# ---- preloaded, but every worker slot is taken
configure main "shared_preload_libraries = 'debiteur'" "debiteur.naptime = 1" "max_worker_processes = 2"
start_server main
holds 'no free worker slot is logged' appears 10 'no background worker slot is free'
sleep 2.2
is '... once, not each second' "$(log_count 'no background worker slot is free')" 1
is '... and nothing else suffers' "$(sql north 'SELECT count(*) FROM ar_anna.run')" 0
stop_server main

# ---- two databases, three ledgers, three owners and time zones
configure main "max_worker_processes = 8"
start_server main
make_database south carla
make_ledger north berta ar_berta Etc/GMT+12 3
make_ledger south carla ar_carla Europe/Amsterdam 3
sql postgres "CREATE DATABASE empty"
for ledger in north:ar_anna north:ar_berta south:ar_carla; do
	holds "$ledger is advanced" advanced "${ledger%:*}" "${ledger#*:}"
done
today() {
	sql "$1" "SELECT count(*) = 1 AND bool_and(as_of IN ((now() AT TIME ZONE '$3')::date,
	                                   ((now() - interval '1 minute') AT TIME ZONE '$3')::date)) FROM $2.run"
}
is 'Kiritimati has its own date' "$(today north ar_anna Pacific/Kiritimati)" t
is 'Baker Island has its own date' "$(today north ar_berta Etc/GMT+12)" t
is 'Amsterdam has its own date' "$(today south ar_carla Europe/Amsterdam)" t
is 'each customer has one notice' "$(notices north ar_anna) $(notices north ar_berta) $(notices south ar_carla)" '3 3 3'
wait_for 10 postgres "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'debiteur worker'"
is 'the launcher is in no database' \
	"$(sql postgres "SELECT count(*), count(datid) FROM pg_stat_activity WHERE backend_type = 'debiteur launcher'")" '1|0'

# ---- as the owner and nobody else; nothing is left for the next ledger
set_and_reload "debiteur.enabled = off"
make_ledger north anna spy Pacific/Kiritimati 1
make_ledger north berta spy_next Pacific/Kiritimati 1
sql_file north <<'SQL' >/dev/null
SET ROLE anna;
CREATE TABLE spy.seen (who name);
CREATE FUNCTION spy.look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO spy.seen VALUES (current_user);
    PERFORM set_config('default_transaction_read_only', 'on', false);
    PERFORM set_config('search_path', 'spy', false);
    RETURN NEW;
END $$;
CREATE TRIGGER look BEFORE INSERT ON spy.notice FOR EACH ROW EXECUTE FUNCTION spy.look();
SQL
set_and_reload "debiteur.enabled = on"
holds 'a ledger with a trigger is advanced' advanced north spy
is 'its trigger runs as the owner' "$(sql north 'SELECT DISTINCT who FROM spy.seen')" anna
holds 'settings that it left do not reach the next ledger' advanced north spy_next 5
make_ledger north anna usurper Pacific/Kiritimati 1
sql_file north <<'SQL' >/dev/null
SET ROLE anna;
CREATE FUNCTION usurper.rise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SET ROLE admin'; RETURN NEW; END $$;
CREATE TRIGGER rise BEFORE INSERT ON usurper.notice FOR EACH ROW EXECUTE FUNCTION usurper.rise();
SQL
holds 'a trigger that wants another role is an error' \
	wait_for 10 north "SELECT count(*) = 1 FROM usurper.run WHERE error_code = '42501'"

# ---- a broken ledger does not stop the others
sql_file north <<'SQL' >/dev/null
CREATE FUNCTION public.break() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'broken on purpose' USING ERRCODE = 'ZZ123', DETAIL = 'the detail';
END $$;
SQL
make_ledger north anna a_broken Europe/Amsterdam 2
sql north "CREATE TRIGGER break BEFORE INSERT ON a_broken.notice FOR EACH ROW EXECUTE FUNCTION public.break()"
make_ledger north berta z_sound Europe/Amsterdam 2
holds 'the ledger after a broken one is advanced' advanced north z_sound
is 'the error stands in the run' "$(sql north 'SELECT error_code, error_message, error_detail, failures, finished_at IS NULL FROM a_broken.run')" 'ZZ123|broken on purpose|the detail|1|t'
is 'nothing of the failed batch is left' "$(notices north a_broken)" 0
holds 'the log has it, with the ledger' log_has 'debiteur: advancing ledger a_broken for 2'

# ---- nor does one that never ends
set_and_reload "debiteur.batch_timeout = 2"
sql_file north <<'SQL' >/dev/null
CREATE FUNCTION public.linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;
SQL
make_ledger north anna a_lingering Europe/Amsterdam 2
sql north "CREATE TRIGGER linger BEFORE INSERT ON a_lingering.notice FOR EACH ROW EXECUTE FUNCTION public.linger()"
make_ledger north berta z_patient Europe/Amsterdam 2
holds 'the ledger after one that never ends is advanced' advanced north z_patient
is 'that it took too long stands in the run' "$(sql north 'SELECT error_code, failures FROM a_lingering.run')" '57014|1'
set_and_reload "debiteur.batch_timeout = 600"

# ---- functions of somebody else in a ledger are not run as its owner
make_ledger north anna foreign_ledger Europe/Amsterdam 2
sql north 'ALTER FUNCTION foreign_ledger.run_due() OWNER TO berta; SELECT pg_reload_conf()' >/dev/null
holds 'a ledger with a foreign function is left alone' appears 10 'ledger "foreign_ledger" is left alone, for its owner has no function run_due'
is '... and not advanced' "$(notices north foreign_ledger)" 0

# ---- a ledger of another version
make_ledger north anna old_ledger Europe/Amsterdam 0
sql north "UPDATE debiteur.ledger SET version = '0.0.1' WHERE name = 'old_ledger'"
sql north "SET ROLE anna; SELECT old_ledger.add_customer('C', 'C'), old_ledger.issue_invoice('C', 'I', 9, issued_on => '2024-01-01')" >/dev/null
sql north 'SELECT pg_reload_conf()' >/dev/null
holds 'a ledger of another version is left alone' appears 10 'ledger "old_ledger" is left alone, for its version'
is '... and not advanced' "$(notices north old_ledger)" 0
sql north "SELECT debiteur.upgrade_ledger('old_ledger')" >/dev/null
holds '... until it is upgraded' advanced north old_ledger

# ---- settings by SIGHUP
set_and_reload "debiteur.enabled = off"
sleep 0.5
make_ledger south carla while_off Europe/Amsterdam 2
sleep 2.5
is 'switched off: nothing is advanced' "$(notices south while_off)" 0
set_and_reload "debiteur.enabled = on"
holds 'switched on: it goes on' advanced south while_off
set_and_reload "debiteur.naptime = '1h'"
sleep 1.5
make_ledger south carla long_nap Europe/Amsterdam 2
sleep 2.5
is 'a long nap begins by a reload' "$(notices south long_nap)" 0
set_and_reload "debiteur.naptime = 1"
holds '... and ends by one' advanced south long_nap 5
set_and_reload "debiteur.databases = 'north, \"Not There\"'"
holds 'a database that is not there is logged' appears 5 'there is no database "Not There"'
make_ledger south carla not_named Europe/Amsterdam 2
make_ledger north berta named Europe/Amsterdam 2
holds 'a named database is advanced' advanced north named
is 'one that is not named is left alone' "$(notices south not_named)" 0
set_and_reload "debiteur.databases = ''"
holds 'an empty list is every database' advanced south not_named

# ---- DROP DATABASE, while it sleeps and while it works
make_database asleep carla
make_ledger asleep carla ar Europe/Amsterdam 2
advanced asleep ar
started=$(date +%s)
holds 'DROP DATABASE succeeds' sql postgres 'DROP DATABASE asleep'
holds '... at once' [ $(($(date +%s) - started)) -le 3 ]
make_database awake carla
make_slow() {
	sql_file "$1" <<-SQL >/dev/null
		CREATE FUNCTION $2.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
		CREATE TRIGGER slow BEFORE INSERT ON $2.notice FOR EACH ROW EXECUTE FUNCTION $2.slow();
	SQL
}
working="SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'debiteur worker' AND query LIKE 'debiteur: advancing ledger % for 2%'"
make_database gone carla
set_and_reload "debiteur.enabled = off"
make_ledger awake carla ar Europe/Amsterdam 2
make_slow awake ar
set_and_reload "debiteur.databases = 'awake, gone, south'"
set_and_reload "debiteur.enabled = on"
holds 'the activity says what is advanced' wait_for 10 postgres "$working AND EXISTS (SELECT FROM pg_stat_activity WHERE datname = 'awake')"
holds 'a database whose turn comes later can be dropped' sql postgres 'DROP DATABASE gone'
holds 'DROP DATABASE ... FORCE stops the worker' sql postgres 'DROP DATABASE awake WITH (FORCE)'
make_ledger south carla after_drop Europe/Amsterdam 2
holds '... and the others go on' advanced south after_drop
holds 'no process crashed' sh -c "! grep -q 'terminated by signal' '$SCRATCH/main.log'"
is 'a database that is gone is no noise' "$(log_count 'FATAL: .*database')" 0
set_and_reload "debiteur.databases = ''"

# ---- a cancelled batch is a failure of that ledger, a killed launcher returns
set_and_reload "debiteur.enabled = off"
make_ledger south carla cancelled Europe/Amsterdam 2
make_slow south cancelled
set_and_reload "debiteur.enabled = on"
wait_for 10 postgres "$working"
sql postgres "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = 'debiteur worker'" >/dev/null
holds 'a cancelled batch is recorded' wait_for 10 south "SELECT count(*) = 1 FROM cancelled.run WHERE error_code = '57014'"
sql postgres "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'debiteur launcher'" >/dev/null
make_ledger south carla new_launcher Europe/Amsterdam 2
holds 'a terminated launcher comes back' advanced south new_launcher
stop_server main
holds 'the server stops' [ ! -f "$SCRATCH/main/postmaster.pid" ]
finish
