#!/bin/sh
# A standby advances nothing; promoted, it does.
# shellcheck source=test/server/lib.sh disable=SC2317
. test/server/lib.sh

start_server primary "shared_preload_libraries = 'debiteur'" "debiteur.naptime = 1" "debiteur.enabled = off"
make_database ledgers olga
make_ledger ledgers olga ar Europe/Amsterdam 5

"$BIN/pg_basebackup" -h "$SCRATCH" -U admin -D "$SCRATCH/standby" -c fast -R --no-sync ||
	not_ok 'pg_basebackup'
configure standby "debiteur.enabled = on"
start_server standby
holds 'the standby streams' wait_for 20 postgres \
	"SELECT pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')"
make_later() { use_server primary && make_ledger ledgers olga later Europe/Amsterdam 5 && use_server standby; }
make_later
holds 'a ledger made on the primary arrives' wait_for 20 ledgers 'SELECT count(*) = 5 FROM later.invoice'
sleep 2.5
is 'no process of debiteur runs on the standby' \
	"$(sql postgres "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'debiteur%'")" 0
is 'nothing is advanced' "$(notices ledgers ar) $(notices ledgers later)" '0 0'

sql postgres 'SELECT pg_promote()' >/dev/null
holds 'after promotion its ledgers are advanced' advanced ledgers ar 20
holds '... all' advanced ledgers later 20
is '... wholly' "$(notices ledgers ar) $(notices ledgers later)" '5 5'
use_server primary
is 'the primary, switched off, did nothing' "$(notices ledgers ar)" 0
finish
