/*
 * balances: what was open, and what was on account, on any date. Later
 * postings do not change it: a posting counts from its posted_on.
 *
 * A claim is the sum of the parts that were settled, each on its day, and of
 * the part that is still open, which is settled at infinity. So what was open
 * on a date is what was settled after it, and what was settled before need not
 * be read. The same goes for money and its use.
 *
 * Whoever reads the views asks for amount <> 0: then the claims that are open
 * and the money on account come from their indexes, in the order of these. (A
 * view with a condition of its own would be planned apart, and lose the order.)
 * Each date gets its own plan: next to nothing was posted after today, most of
 * the history after a day long ago. And what was posted lately is about claims
 * and payments that lie together, so they are looked up at less than the
 * planner's price of random pages.
 */
CREATE OR REPLACE VIEW settlement AS
SELECT i.id AS invoice_id, i.customer_id, i.currency, i.due_on, i.rescheduled_on, CASE WHEN i.status <> 'draft' THEN i.issued_on END AS issued_on,
       date 'infinity' AS settled_on, i.open_amount AS amount
  FROM invoice i
UNION ALL
SELECT i.id, i.customer_id, i.currency, i.due_on, i.rescheduled_on, i.issued_on, a.posted_on, a.amount
  FROM allocation a JOIN invoice i ON i.id = a.invoice_id;
COMMENT ON VIEW settlement IS 'When each part of a claim was settled. What was open of it on a day: the sum over issued_on <= day < settled_on.';
COMMENT ON COLUMN settlement.invoice_id IS 'The claim.';
COMMENT ON COLUMN settlement.customer_id IS 'Who owes it.';
COMMENT ON COLUMN settlement.currency IS 'ISO 4217.';
COMMENT ON COLUMN settlement.due_on IS 'Due date of the claim, from rescheduled_on on; before, due_as_of() has it.';
COMMENT ON COLUMN settlement.rescheduled_on IS 'Day on which it got this due date; NULL: never another one.';
COMMENT ON COLUMN settlement.issued_on IS 'Since when it is a claim; NULL: a draft.';
COMMENT ON COLUMN settlement.settled_on IS 'Day of the posting; infinity: still open.';
COMMENT ON COLUMN settlement.amount IS 'The part of the claim; 0: nothing is open. The opposite sign where a posting was reversed.';

CREATE OR REPLACE VIEW money_use AS
SELECT p.id AS payment_id, p.customer_id, p.currency, p.received_on, date 'infinity' AS used_on, p.unallocated AS amount
  FROM payment p
UNION ALL
SELECT p.id, p.customer_id, p.currency, p.received_on, a.posted_on, a.amount
  FROM allocation a JOIN payment p ON p.id = a.payment_id
 WHERE a.kind = 'payment' OR (a.kind = 'reversal' AND (SELECT o.kind FROM allocation o WHERE o.id = a.reverses_id) = 'payment')
UNION ALL
SELECT p.id, p.customer_id, p.currency, p.received_on, p.reversed_on, p.amount
  FROM payment p WHERE p.reversed_on IS NOT NULL AND p.reverses_id IS NULL;
COMMENT ON VIEW money_use IS 'When each part of a payment was used, for a claim or by its reversal. What was on account of it on a day: the sum over received_on <= day < used_on.';
COMMENT ON COLUMN money_use.payment_id IS 'The payment.';
COMMENT ON COLUMN money_use.customer_id IS 'Who paid.';
COMMENT ON COLUMN money_use.currency IS 'ISO 4217.';
COMMENT ON COLUMN money_use.received_on IS 'Since when there is the money.';
COMMENT ON COLUMN money_use.used_on IS 'Day of the allocation or of the payment''s reversal; infinity: still on account.';
COMMENT ON COLUMN money_use.amount IS 'The part of the payment; 0: nothing is on account. Negative where an allocation was reversed.';

CREATE OR REPLACE FUNCTION open_items(as_of date DEFAULT today())
RETURNS TABLE (invoice_id bigint, customer_id bigint, number text, kind text, currency text, issued_on date, due_on date, amount numeric, open_amount numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan SET random_page_cost = 1.1 AS $$
#variable_conflict use_column
BEGIN
    PERFORM require_date(as_of, 'as_of');
    RETURN QUERY
    SELECT i.id, i.customer_id, i.number, i.kind, i.currency, i.issued_on,
           CASE WHEN i.rescheduled_on > as_of THEN due_as_of(i.id, as_of) ELSE i.due_on END, i.amount, o.amount
      FROM (SELECT s.invoice_id, sum(s.amount) AS amount
              FROM settlement s WHERE s.issued_on <= as_of AND s.settled_on > as_of AND s.amount <> 0
             GROUP BY 1 HAVING sum(s.amount) <> 0) o
      JOIN invoice i ON i.id = o.invoice_id;
END $$;
COMMENT ON FUNCTION open_items(date) IS 'Claims that were open at the end of a date, with what was open of them and when they were due then; credit notes are negative. Error RV016: not a date.';

CREATE OR REPLACE FUNCTION on_account(as_of date DEFAULT today()) RETURNS TABLE (customer_id bigint, currency text, amount numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan SET random_page_cost = 1.1 AS $$
#variable_conflict use_column
BEGIN
    PERFORM require_date(as_of, 'as_of');
    RETURN QUERY
    SELECT m.customer_id, m.currency, sum(m.amount)
      FROM money_use m WHERE m.received_on <= as_of AND m.used_on > as_of AND m.amount <> 0
     GROUP BY 1, 2 HAVING sum(m.amount) <> 0;
END $$;
COMMENT ON FUNCTION on_account(date) IS 'Money that was received by the end of a date and not allocated by then, by paying customer and currency. Error RV016: not a date.';
