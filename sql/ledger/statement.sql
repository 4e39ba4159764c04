/*
 * statement: the account of one customer over a period, as sent to him: what
 * he owed at its begin, what was posted, what he owes at its end.
 *
 * The balance is open claims less money on account, so a payment counts whole
 * on the day it came in, and nothing moves when it is allocated to a claim of
 * its payer, or a credit note is set off against an invoice. Both are left out
 * unless they reach over to another customer.
 */
CREATE OR REPLACE FUNCTION statement(customer text, from_on date, until_on date DEFAULT today())
RETURNS TABLE (currency text, posted_on date, what text, number text, due_on date, reference text, debit numeric, credit numeric, balance numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    owner_id CONSTANT bigint := find_customer(statement.customer);
BEGIN
    PERFORM require_period(from_on, until_on);
    RETURN QUERY
    -- All that was ever posted up to the end of the period; a debit is positive. place: the order within a day.
    WITH posting AS (
        SELECT i.issued_on AS posted_on, i.currency, 1 AS place, i.id, i.kind AS what, i.number,
               CASE WHEN i.rescheduled_on > until_on THEN due_as_of(i.id, until_on) ELSE i.due_on END AS due_on, i.reference, i.amount
          FROM invoice i
         WHERE i.customer_id = owner_id AND i.issued_on <= until_on AND i.status <> 'draft' AND NOT (i.status = 'cancelled' AND i.allocated = 0)
        UNION ALL
        SELECT p.received_on, p.currency, 2, p.id, CASE WHEN p.reverses_id IS NULL THEN 'payment' ELSE 'reversal' END, NULL, NULL, p.reference, - p.amount
          FROM payment p WHERE p.customer_id = owner_id AND p.received_on <= until_on
        UNION ALL
        SELECT a.posted_on, i.currency, 3, min(a.id), w.what, min(i.number), NULL, min(a.reason), - sum(a.amount)
          FROM invoice i
          JOIN allocation a ON a.invoice_id = i.id
          LEFT JOIN allocation o ON o.id = a.reverses_id
          LEFT JOIN payment p ON p.id = a.payment_id
         CROSS JOIN LATERAL (SELECT coalesce(o.kind, a.kind) AS kind, coalesce(o.counter_id, a.counter_id) AS counter_id) k
         CROSS JOIN LATERAL (SELECT CASE WHEN a.kind = 'payment' THEN 'transfer' ELSE a.kind END AS what) w
         WHERE i.customer_id = owner_id AND a.posted_on <= until_on AND (k.kind <> 'payment' OR p.customer_id <> owner_id)
         -- The two sides of a credit make one row, and none if they cancel out.
         GROUP BY a.posted_on, i.currency, w.what, least(i.id, k.counter_id), greatest(i.id, k.counter_id), CASE WHEN k.counter_id IS NULL THEN a.id END
        HAVING sum(a.amount) <> 0
        UNION ALL
        SELECT a.posted_on, p.currency, 3, a.id, CASE a.kind WHEN 'payment' THEN 'transfer' ELSE a.kind END, i.number, NULL, a.reason, a.amount
          FROM payment p
          JOIN allocation a ON a.payment_id = p.id
          JOIN invoice i ON i.id = a.invoice_id
          LEFT JOIN allocation o ON o.id = a.reverses_id
         WHERE p.customer_id = owner_id AND a.posted_on <= until_on AND coalesce(o.kind, a.kind) = 'payment' AND i.customer_id <> owner_id
    ), account AS (
        SELECT g.currency, coalesce(sum(g.amount) FILTER (WHERE g.posted_on < from_on), 0) AS opening
          FROM posting g GROUP BY 1 HAVING sum(g.amount) FILTER (WHERE g.posted_on < from_on) <> 0 OR bool_or(g.posted_on >= from_on)
    ), line AS (
        SELECT e.posted_on, t.currency, e.place, 0 AS id, e.what, NULL AS number, NULL::date AS due_on, NULL AS reference, e.amount
          FROM account t CROSS JOIN LATERAL (VALUES (from_on, 0, 'opening', t.opening), (until_on, 4, 'closing', 0)) AS e(posted_on, place, what, amount)
        UNION ALL
        SELECT * FROM posting g WHERE g.posted_on >= from_on
    )
    SELECT l.currency, l.posted_on, l.what, l.number, l.due_on, l.reference, CASE WHEN l.place BETWEEN 1 AND 3 AND l.amount >= 0 THEN l.amount END,
           CASE WHEN l.place BETWEEN 1 AND 3 AND l.amount < 0 THEN - l.amount END, sum(l.amount) OVER (PARTITION BY l.currency ORDER BY l.posted_on, l.place, l.id)
      FROM line l
     ORDER BY l.currency, l.posted_on, l.place, l.id;
END $$;
COMMENT ON FUNCTION statement(text, date, date) IS
'Account statement of a customer over a period, both days included; for each currency a row "opening", each posting in order, a row "closing". opening + sum(debit) - sum(credit) = closing = the balance of aging_by_customer(until_on). what: invoice, credit_note, costs, interest; payment, whole, on the day it came in; discount, credit, write_off, cancellation; reversal of any of them; transfer: money of another customer that was allocated to his claim, or his to another''s. number: of the claim. reference: that of claim or payment, else the reason. debit, credit: what adds to and takes from what he owes; NULL: the other. balance: after the posting, below 0 in his favour. No rows for a currency without opening balance and postings. Errors: RV009 no such customer; RV016 not a period.';
