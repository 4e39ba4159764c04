#!/bin/sh
# Makes debiteur.ledger_template(): the files of sql/ledger as rows, in order.
# usage: sql/template.sh 'CREATE [OR REPLACE]' 'once files' 'replaceable files'
# A ledger is created by running all of them, upgraded by running those that
# are not `once`; so the template needs no file on the server at run time.
set -eu
[ -n "$2$3" ] || exit 0
cat <<EOF
$1 FUNCTION debiteur.ledger_template(OUT concept text, OUT once boolean, OUT body text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS \$debiteur_template\$ VALUES
EOF
comma=
emit() {
	printf "%s('%s', %s, \$debiteur_ledger\$\n" "$comma" "$1" "$2"
	cat "sql/ledger/$1.sql"
	printf '$debiteur_ledger$)'
	comma=',
'
}
for concept in $2; do emit "$concept" true; done
for concept in $3; do emit "$concept" false; done
cat <<EOF

\$debiteur_template\$;
COMMENT ON FUNCTION debiteur.ledger_template() IS
'The SQL that makes a ledger, a row a concept, in the order in which it is run; once: tables, which an upgrade does not run again.';
EOF
