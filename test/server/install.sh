#!/bin/sh
# Who may create the extension, and that its schema is nobody's way into the
# ledgers of others: the path of their functions goes through it.
# shellcheck source=test/server/lib.sh disable=SC2317
. test/server/lib.sh

start_server main
sql postgres 'CREATE ROLE mallory LOGIN'

# as_mallory DATABASE TEXT: the result, or the first line of the error
as_mallory() { PGUSER=mallory sql "$1" "$2" 2>&1 | sed 's/^psql:[^:]*:[0-9]*: //; q'; }
new_database() { sql postgres "CREATE DATABASE $1" && sql postgres "GRANT CREATE ON DATABASE $1 TO mallory"; }
schema_owner="SELECT n.nspowner::regrole || ' ' || e.extowner::regrole FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'debiteur'"
own_now="CREATE FUNCTION debiteur.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'"
not_alone="ERROR:  schema \"debiteur\" is not the extension's alone"

new_database ordinary
is 'who may create objects may create it' "$(as_mallory ordinary 'CREATE EXTENSION debiteur')" ''
is '... and owns it, not its schema' "$(sql ordinary "$schema_owner")" 'admin mallory'
is '... into which he puts nothing' "$(as_mallory ordinary "$own_now")" 'ERROR:  permission denied for schema debiteur'
as_mallory ordinary "SELECT debiteur.create_ledger('ar', time_zone => 'UTC')" >/dev/null
is '... but makes ledgers' "$(sql ordinary 'SELECT name, owner FROM debiteur.ledgers')" 'ar|mallory'
is '... and drops them' "$(as_mallory ordinary "SELECT debiteur.drop_ledger('ar')")" ''
is '... and the extension' "$(as_mallory ordinary 'DROP EXTENSION debiteur')" ''
is '... and creates it again' "$(as_mallory ordinary 'CREATE EXTENSION debiteur')" ''

new_database made_before
as_mallory made_before 'CREATE SCHEMA debiteur'
as_mallory made_before "$own_now"
is 'a schema with something in it is refused' "$(as_mallory made_before 'CREATE EXTENSION debiteur')" "$not_alone"
is '... to a superuser too' "$(sql made_before 'CREATE EXTENSION debiteur' 2>&1 | sed q)" "$not_alone"
as_mallory made_before 'DROP FUNCTION debiteur.now()'
is 'an empty one is taken' "$(as_mallory made_before 'CREATE EXTENSION debiteur')" ''
is '... over' "$(sql made_before "$schema_owner")" 'admin mallory'

new_database granted
sql granted 'CREATE SCHEMA debiteur; GRANT CREATE ON SCHEMA debiteur TO mallory'
is 'one into which others may put something is refused' "$(sql granted 'CREATE EXTENSION debiteur' 2>&1 | sed q)" "$not_alone"

new_database unseen
as_mallory unseen 'CREATE SCHEMA debiteur'
PGUSER=mallory PGAPPNAME=holder sql unseen "BEGIN; $own_now; SELECT pg_sleep(60); ROLLBACK" >/dev/null 2>&1 &
holds 'somebody puts something into it' wait_for 20 unseen \
	"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'holder' AND wait_event = 'PgSleep')"
is '... not to be seen yet: refused' "$(as_mallory unseen 'CREATE EXTENSION debiteur')" 'ERROR:  schema "debiteur" may not stay empty'
sql unseen "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'" >/dev/null
wait $!
holds '... who has gone' wait_for 20 unseen "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'holder')"
is '... then taken' "$(as_mallory unseen 'CREATE EXTENSION debiteur')" ''
finish
