#!/bin/sh
# Writers, folders and readers of the roll-up at once, for ten seconds: what a
# reader's aging and KPIs say is what his own snapshot's postings say, always;
# and in the end verify() finds nothing.
# shellcheck source=test/server/lib.sh disable=SC2317
. test/server/lib.sh

start_server main
make_database books olga
sql_file books >"$SCRATCH/setup" 2>&1 <<'END'
SET ROLE olga;
SELECT debiteur.create_ledger('ar', time_zone => 'UTC');
SELECT count(ar.add_customer('C' || g, 'Customer ' || g)) FROM generate_series(1, 40) g;
SELECT count(ar.issue_invoice('C' || (1 + g % 40), 'I' || g, 10 + g % 90, date '2023-01-01' + g % 700)) FROM generate_series(1, 2000) g;
CREATE TABLE ar.seen (session text, round int, differences bigint);
-- What aging() and kpi() say, beside the same from the postings of this snapshot; the number of differences.
CREATE FUNCTION ar.differences(as_of date) RETURNS bigint LANGUAGE sql SET search_path = ar, debiteur, pg_catalog AS $$
    SELECT (SELECT count(*)
              FROM (SELECT g.currency, g.bucket::text AS bucket, g.invoices, g.amount FROM aging(as_of) g WHERE g.invoices <> 0) a
              FULL JOIN (SELECT i.currency, CASE WHEN as_of <= i.due_on THEN 'not due' WHEN as_of - i.due_on <= 30 THEN '1-30' WHEN as_of - i.due_on <= 60 THEN '31-60'
                                                 WHEN as_of - i.due_on <= 90 THEN '61-90' ELSE '90+' END AS bucket, count(*) AS invoices, sum(i.open) AS amount
                           FROM (SELECT i.currency, coalesce((SELECT r.due_to FROM reschedule r WHERE r.invoice_id = i.id AND r.posted_on <= as_of ORDER BY r.id DESC LIMIT 1),
                                                      (SELECT r.due_from FROM reschedule r WHERE r.invoice_id = i.id ORDER BY r.id LIMIT 1), i.due_on) AS due_on,
                                i.amount - coalesce((SELECT sum(x.amount) FROM allocation x WHERE x.invoice_id = i.id AND x.posted_on <= as_of), 0) AS open
                                   FROM invoice i WHERE i.issued_on <= as_of) i WHERE i.open <> 0 GROUP BY 1, 2) b
                ON b.currency = a.currency AND b.bucket = a.bucket
             WHERE (a.invoices, a.amount) IS DISTINCT FROM (b.invoices, b.amount))
         + (SELECT count(*) FROM kpi(as_of - 365, as_of) k
             WHERE k.receipts <> (SELECT sum(p.amount) FROM payment p WHERE p.received_on BETWEEN as_of - 365 AND as_of)
                OR k.sales <> (SELECT sum(i.amount) FROM invoice i WHERE i.issued_on BETWEEN as_of - 365 AND as_of))
$$;
END
is 'a ledger with a history' "$(sql books 'SELECT count(*) FROM ar.invoice')" 2000

# in_turn NAME: runs its standard input again and again for ten seconds, as one session
in_turn() {
	sed "s/:session/'$1'/" >"$SCRATCH/$1.sql"
	(
		while [ -e "$SCRATCH/going" ]; do cat "$SCRATCH/$1.sql"; done |
			"$BIN/psql" -XAtq -d books -f - >"$SCRATCH/$1.out" 2>&1
	) &
}

: >"$SCRATCH/going"
for writer in one two three; do
	in_turn writer_$writer <<'END'
SELECT ar.record_payment('C' || (1 + floor(random() * 40)), (5 + floor(random() * 200))::numeric, date '2023-06-01' + floor(random() * 500)::int);
SELECT ar.issue_invoice('C' || (1 + floor(random() * 40)), :session || gen_random_uuid(), (5 + floor(random() * 90))::numeric, date '2023-01-01' + floor(random() * 700)::int);
SELECT ar.reverse_payment(p.id, p.received_on + 20) FROM (SELECT * FROM ar.payment WHERE reversed_on IS NULL ORDER BY random() LIMIT 1) p WHERE random() < 0.3;
SELECT ar.reschedule(i.number, i.due_on + 10 + floor(random() * 60)::int, 'flow', greatest(i.issued_on + floor(random() * 40)::int, i.rescheduled_on,
    (SELECT max(a.posted_on) FROM ar.allocation a WHERE a.invoice_id = i.id))) FROM (SELECT * FROM ar.invoice WHERE status::text = 'open' ORDER BY random() LIMIT 1) i WHERE random() < 0.5;
BEGIN; SELECT ar.record_payment('C7', 3, '2024-01-01'); SAVEPOINT s; SELECT ar.record_payment('C8', 4, '2024-01-01'); ROLLBACK TO s; COMMIT;
BEGIN; SELECT ar.record_payment('C9', 5, '2024-01-01'); ROLLBACK;
END
done
in_turn folder <<'END'
SELECT ar.fold(50);
SELECT ar.fold();
END
for reader in one two; do
	in_turn reader_$reader <<'END'
BEGIN ISOLATION LEVEL REPEATABLE READ; INSERT INTO ar.seen SELECT :session, 0, ar.differences(date '2023-02-01' + floor(random() * 700)::int); COMMIT;
END
done
sleep 10
rm "$SCRATCH/going"
wait

is 'no reader saw anything but his snapshot' "$(sql books 'SELECT coalesce(sum(differences), -1) FROM ar.seen')" 0
echo "# $(sql books "SELECT (SELECT count(*) FROM ar.seen) || ' readings while ' || (SELECT count(*) FROM ar.payment) || ' payments and ' || (SELECT count(*) FROM ar.invoice) - 2000 || ' invoices came in'")"
holds 'readers read, writers wrote' [ "$(sql books 'SELECT (SELECT count(*) FROM ar.seen) > 20 AND (SELECT count(*) FROM ar.payment) > 100 AND (SELECT count(*) FROM ar.reschedule) > 30')" = t ]
is 'the only errors are of payments that somebody else reversed first, and of claims that he posted to' \
	"$(cat "$SCRATCH"/*.out | grep 'ERROR:' | grep -Evc "was reversed on|can't be rescheduled: (it is paid|something was posted|since)")" 0
is 'verify() finds nothing' "$(sql books 'SELECT count(*) FROM ar.verify()')" 0
sql books 'SELECT ar.fold()' >/dev/null
is '... nor when all is folded' "$(sql books 'SELECT count(*) FROM ar.verify()'), $(sql books 'SELECT count(*) FROM ar.flow') left" '0, 0 left'
finish
