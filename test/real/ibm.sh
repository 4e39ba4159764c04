# Two years of 2,466 real invoices of 100 customers (data set ibm of
# REAL_DATA): what the ledger says of them is what their file says, computed by
# awk (ibm.awk) without the ledger.
. test/server/lib.sh

file=${REAL_DATA:-../shared/data}/ibm/WA_Fn-UseC_-Accounts-Receivable.csv
if [ ! -r "$file" ]; then
	echo "skip - there is no data set $file (REAL_DATA names the folder that has ibm)"
	exit 0
fi

# Before, within and after the two years; ends of months and other days.
dates='2012-01-02 2012-01-03 2012-01-31 2012-02-29 2012-03-17 2012-04-30 2012-06-11 2012-07-31 2012-09-05 2012-10-31
2012-12-24 2012-12-31 2013-02-14 2013-03-31 2013-05-20 2013-06-30 2013-08-09 2013-10-31 2013-12-02 2014-01-08 2014-01-09 2014-03-01'
dates=$(echo $dates)

awk -v dates="$dates" -f test/real/ibm.awk "$file" | LC_ALL=C sort >"$SCRATCH/file" || not_ok 'awk computes the figures of the file'
count() { grep -c "^$1|" "$SCRATCH/file"; }

start_server main
sql postgres 'CREATE DATABASE ibm'
sql ibm 'CREATE EXTENSION debiteur; CREATE ROLE clerk; GRANT CREATE ON DATABASE ibm TO clerk; SET ROLE clerk; CREATE SCHEMA replay'
columns=$(head -n 1 "$file" | tr -d '\r' | sed 's/,/" text, "/g')
sql ibm "SET ROLE clerk; CREATE TABLE replay.row (\"$columns\" text)"
sql ibm 'COPY replay.row FROM STDIN (FORMAT csv, HEADER)' <"$file"
is 'the file has 2,466 invoices' "$(sql ibm 'SELECT count(*) FROM replay.row')" 2466
PGOPTIONS='-c role=clerk' sql_file ibm <test/real/ibm.sql >"$SCRATCH/replay" 2>&1 || not_ok 'the replay ends' "$(tail -n 3 "$SCRATCH/replay")"
grep '^#' "$SCRATCH/replay"

report() { "$BIN/psql" -XAtq -v ON_ERROR_STOP=1 -v dates="$dates" -d ibm -f test/real/ibm_report.sql | LC_ALL=C sort >"$SCRATCH/ledger"; }

# same TEXT KIND: the lines of a kind, of the file and of the ledger
same() {
	grep "^$2|" "$SCRATCH/file" >"$SCRATCH/a"
	grep "^$2|" "$SCRATCH/ledger" >"$SCRATCH/b"
	if [ -s "$SCRATCH/a" ] && cmp -s "$SCRATCH/a" "$SCRATCH/b"; then
		ok "$1 ($(count "$2"))"
	else
		not_ok "$1" "$(diff "$SCRATCH/a" "$SCRATCH/b" | head -n 20)"
	fi
}

report
same 'every invoice has its number, dates, amount, is paid on its day, DaysToSettle and DaysLate are the file'"'"'s' invoice
same 'every invoice got the steps that its dates imply, on their days, none after payment' step
same 'every notice has the customer, day, amount, claims and leading claim' notice
same 'aging of every date' aging
same 'aging by customer of every date' customer
same 'receivable, sales, receipts, DSO and the other ratios of every month and year' kpi
same 'days to pay and late, weighted and not, of every month and year' days
same 'how many were late, of every month and year' late
is 'all in all 147,703.18, of 877 invoices late' "$(sql ibm "
	SELECT sum(amount), count(*) FILTER (WHERE closed_on > due_on) FROM ar.invoice")" '147703.18|877'
is 'nothing is open, nothing on account' "$(sql ibm "
	SELECT sum(open_amount), (SELECT sum(unallocated) FROM ar.payment), (SELECT count(*) FROM ar.aging('2014-03-01')) FROM ar.invoice")" '0.00|0.00|0'
is 'no number lost a zero' "$(sql ibm 'SELECT count(*) FROM ar.invoice i JOIN replay.row r ON r."invoiceNumber" = i.number')" 2466
is 'every notice was one message' "$(sql ibm "
	SELECT count(*) = (SELECT count(*) FROM ar.notice) AND count(DISTINCT payload->>'notice') = count(*) AND sum((payload->>'amount')::numeric) = (SELECT sum(amount) FROM ar.notice)
	       AND NOT EXISTS (SELECT FROM ar.outbox) FROM replay.message")" t
# Who pays on the day after the due date is late, but was never seen overdue.
is 'the runs counted what they did' "$(sql ibm "
	SELECT sum(notices) = (SELECT count(*) FROM ar.notice), sum(steps) = (SELECT count(*) FROM ar.notice_line WHERE taken),
	       sum(overdue) = (SELECT count(*) FROM ar.invoice WHERE closed_on > due_on + 1), bool_and(finished_at IS NOT NULL), sum(failures) FROM ar.run")" 't|t|t|t|0'

# A day that is advanced again, and a day far later, find nothing.
sql ibm "CALL ar.advance('2014-02-09')"
sql ibm "CALL ar.advance('2015-01-01')"
is 'nothing is left to do' "$(sql ibm 'SELECT count(*) FROM ar.notice; SELECT count(*) FROM ar.invoice WHERE next_on IS NOT NULL')" "$(printf '%s\n0' "$(count notice)")"

# ---- disputes, which would have held notices: only now
sql ibm "SELECT count(ar.hold(invoice => number, kind => 'dispute', from_on => issued_on, until_on => settled_on)) FROM replay.invoice WHERE disputed" >/dev/null
report
same 'dispute rate of every month and year' disputes
rm -f "$SCRATCH/file" "$SCRATCH/ledger" "$SCRATCH/replay" "$SCRATCH/a" "$SCRATCH/b"
finish
