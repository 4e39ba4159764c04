/*
 * balances: what was open, and what was on account, on any date. Later
 * postings do not change it: a posting counts from its posted_on.
 */
CREATE OR REPLACE FUNCTION open_items(as_of date DEFAULT today())
RETURNS TABLE (invoice_id bigint, customer_id bigint, number text, kind text, currency text, issued_on date, due_on date, amount numeric, open_amount numeric)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT i.id, i.customer_id, i.number, i.kind, i.currency, i.issued_on,
           CASE WHEN i.rescheduled_on > open_items.as_of THEN due_as_of(i.id, open_items.as_of) ELSE i.due_on END, i.amount, i.amount - coalesce(a.allocated, 0)
      FROM invoice i
      LEFT JOIN (SELECT p.invoice_id, sum(p.amount) AS allocated FROM allocation p WHERE p.posted_on <= open_items.as_of GROUP BY 1) a ON a.invoice_id = i.id
     WHERE i.issued_on <= open_items.as_of AND i.status <> 'draft' AND i.amount <> coalesce(a.allocated, 0)
       AND NOT (i.status = 'cancelled' AND i.allocated = 0);
END $$;
COMMENT ON FUNCTION open_items(date) IS 'Claims that were open at the end of a date, with what was open of them and when they were due then; credit notes are negative.';

CREATE OR REPLACE FUNCTION on_account(as_of date DEFAULT today()) RETURNS TABLE (customer_id bigint, currency text, amount numeric)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT b.customer_id, b.currency, sum(b.amount)
      FROM (SELECT p.customer_id, p.currency, p.amount FROM payment p WHERE p.received_on <= on_account.as_of
            UNION ALL
            SELECT p.customer_id, p.currency, - a.amount
              FROM allocation a
              JOIN payment p ON p.id = a.payment_id
              LEFT JOIN allocation o ON o.id = a.reverses_id
             WHERE a.posted_on <= on_account.as_of AND coalesce(o.kind, a.kind) = 'payment') b
     GROUP BY 1, 2 HAVING sum(b.amount) <> 0;
END $$;
COMMENT ON FUNCTION on_account(date) IS 'Money that was received by the end of a date and not allocated by then, by paying customer and currency.';
