#!/bin/sh
# Databases of any encoding: the extension and a ledger can be made in them.
# Charts are blocks where database and client are UTF8, elsewhere ASCII.
# shellcheck source=test/server/lib.sh
. test/server/lib.sh

start_server main
draw="SELECT c.chart FROM ar.aging_chart('2024-03-01', 3) c WHERE c.amount = '40.00';
	SELECT k.chart FROM ar.kpi_chart('2024-01-01', '2024-03-31', measures => '{sales}') k"
for encoding in UTF8 LATIN1 EUC_KR SQL_ASCII; do
	database=in_$(echo "$encoding" | tr '[:upper:]' '[:lower:]')
	sql postgres "CREATE DATABASE $database ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
	is "$encoding: the extension" "$(sql "$database" 'CREATE EXTENSION debiteur' 2>&1)" ''
	is '... a ledger' "$(sql "$database" "SELECT debiteur.create_ledger('ar', time_zone => 'UTC')" 2>&1 | sed -n '$p')" ar
	is '... invoices' "$(sql "$database" "SELECT ar.add_customer('C1', 'Jansen');
		SELECT ar.issue_invoice('C1', 'F1', 40, '2024-01-01', '2024-01-31'), ar.issue_invoice('C1', 'F2', 20, '2024-02-01', '2024-03-31')" 2>&1 | sed -n '$p')" '1|2'
	if [ $encoding = UTF8 ]; then blocks='███ █▅▁'; else blocks='### 851'; fi
	is '... charts' "$(PGCLIENTENCODING=UTF8 sql "$database" "$draw" 2>&1 | paste -s -d ' ')" "$blocks"
	is '... for a client that is not UTF8' "$(PGCLIENTENCODING=SQL_ASCII sql "$database" "$draw" 2>&1 | paste -s -d ' ')" '### 851'
done
finish
