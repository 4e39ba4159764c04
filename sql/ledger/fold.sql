/*
 * fold: moves what the triggers appended to flow into its levels, and says
 * which rows of the levels add up to a date.
 */
CREATE OR REPLACE VIEW flow_as_total AS
SELECT f.id, f.posted_on AS period, f.currency, f.receivable, f.charges, f.items,
       0::numeric AS overdue, 0::numeric AS overdue_charges, 0::bigint AS overdue_items, f.on_account, f.invoices, f.sales, f.charged, f.receipts, f.credits, f.discounts, f.write_offs, f.closed, f.days, f.late,
       f.closed_amount, f.amount_days, f.amount_late
  FROM flow f
UNION ALL
-- Past due from the day after the due date, or at once. What is due after the year 9999 never is.
SELECT f.id, greatest(f.posted_on, least(f.due_on, date '9999-12-31') + 1), f.currency, 0, 0, 0,
       f.receivable, f.charges, f.items, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  FROM flow f WHERE f.receivable <> 0 OR f.charges <> 0 OR f.items <> 0;
COMMENT ON VIEW flow_as_total IS 'The rows of flow as flow_total has them: without due date, what is past due as a measure of its own, on the day when it became so.';
COMMENT ON COLUMN flow_as_total.id IS 'That of the row of flow.';
COMMENT ON COLUMN flow_as_total.period IS 'Posting date; of overdue, the day from which it is past due.';
COMMENT ON COLUMN flow_as_total.currency IS 'ISO 4217.';
COMMENT ON COLUMN flow_as_total.receivable IS 'Change of what is open of invoices and credit notes.';
COMMENT ON COLUMN flow_as_total.charges IS 'Change of what is open of costs and interest.';
COMMENT ON COLUMN flow_as_total.items IS 'Change of the number of open claims.';
COMMENT ON COLUMN flow_as_total.overdue IS 'Change of the receivable that is past due: posted when due, or from the day after the due date on.';
COMMENT ON COLUMN flow_as_total.overdue_charges IS 'The same of charges.';
COMMENT ON COLUMN flow_as_total.overdue_items IS 'The same of items.';
COMMENT ON COLUMN flow_as_total.on_account IS 'Change of the money that is not allocated.';
COMMENT ON COLUMN flow_as_total.invoices IS 'Invoices issued.';
COMMENT ON COLUMN flow_as_total.sales IS 'Invoices issued, amount.';
COMMENT ON COLUMN flow_as_total.charged IS 'Costs and interest issued.';
COMMENT ON COLUMN flow_as_total.receipts IS 'Money received, reversals deducted.';
COMMENT ON COLUMN flow_as_total.credits IS 'Credit notes issued, direct credits and cancellations.';
COMMENT ON COLUMN flow_as_total.discounts IS 'Discounts granted.';
COMMENT ON COLUMN flow_as_total.write_offs IS 'Claims written off.';
COMMENT ON COLUMN flow_as_total.closed IS 'Invoices settled, by money at least in part; one that opens again is taken back.';
COMMENT ON COLUMN flow_as_total.days IS 'Of these, the days from issue to settlement, summed.';
COMMENT ON COLUMN flow_as_total.late IS 'Of these, the days from due date to settlement, early ones 0, summed.';
COMMENT ON COLUMN flow_as_total.closed_amount IS 'Amount of these invoices.';
COMMENT ON COLUMN flow_as_total.amount_days IS 'Sum of amount times days.';
COMMENT ON COLUMN flow_as_total.amount_late IS 'Sum of amount times days late.';

CREATE OR REPLACE FUNCTION fold(most int DEFAULT 100000) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    ids bigint[];
BEGIN
    IF most < 0 THEN
        RAISE EXCEPTION '% rows can''t be folded', most
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'The number is negative.', HINT = 'Give how many at most; NULL: all.';
    END IF;
    -- One folder at a time, and nobody waits: not a reader, not a posting, not a second folder.
    BEGIN
        LOCK TABLE flow IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
    EXCEPTION WHEN lock_not_available THEN
        RETURN 0;
    END;
    -- Nothing but this function changes or deletes them, so the three statements below see the same rows.
    ids := ARRAY(SELECT f.id FROM flow f ORDER BY f.id LIMIT most);
    IF ids = '{}' THEN
        RETURN 0;
    END IF;
    INSERT INTO flow_by_due AS t (level, period, currency, due_on, receivable, charges, items)
    SELECT l.level, date_trunc((ARRAY['day', 'month', 'year'])[l.level], f.posted_on::timestamp)::date, f.currency, f.due_on,
           sum(f.receivable), sum(f.charges), sum(f.items)
      FROM flow f CROSS JOIN generate_series(1, 3) AS l(level)
     WHERE f.id = ANY (ids) AND (f.receivable <> 0 OR f.charges <> 0 OR f.items <> 0)
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (level, period, currency, due_on) DO UPDATE
           SET receivable = t.receivable + excluded.receivable, charges = t.charges + excluded.charges, items = t.items + excluded.items;
    INSERT INTO flow_total AS t (level, period, currency, receivable, charges, items, overdue, overdue_charges, overdue_items, on_account, invoices, sales, charged, receipts, credits, discounts, write_offs, closed,
                                days, late, closed_amount, amount_days, amount_late)
    SELECT l.level, date_trunc((ARRAY['day', 'month', 'year'])[l.level], f.period::timestamp)::date, f.currency,
           sum(f.receivable), sum(f.charges), sum(f.items), sum(f.overdue), sum(f.overdue_charges), sum(f.overdue_items), sum(f.on_account), sum(f.invoices), sum(f.sales), sum(f.charged), sum(f.receipts),
           sum(f.credits), sum(f.discounts), sum(f.write_offs), sum(f.closed), sum(f.days), sum(f.late), sum(f.closed_amount), sum(f.amount_days),
           sum(f.amount_late)
      FROM flow_as_total f CROSS JOIN generate_series(1, 3) AS l(level)
     WHERE f.id = ANY (ids)
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (level, period, currency) DO UPDATE
           SET receivable = t.receivable + excluded.receivable, charges = t.charges + excluded.charges, items = t.items + excluded.items,
               overdue = t.overdue + excluded.overdue, overdue_charges = t.overdue_charges + excluded.overdue_charges, overdue_items = t.overdue_items + excluded.overdue_items,
               on_account = t.on_account + excluded.on_account, invoices = t.invoices + excluded.invoices, sales = t.sales + excluded.sales,
               charged = t.charged + excluded.charged, receipts = t.receipts + excluded.receipts, credits = t.credits + excluded.credits,
               discounts = t.discounts + excluded.discounts, write_offs = t.write_offs + excluded.write_offs, closed = t.closed + excluded.closed,
               days = t.days + excluded.days, late = t.late + excluded.late, closed_amount = t.closed_amount + excluded.closed_amount,
               amount_days = t.amount_days + excluded.amount_days, amount_late = t.amount_late + excluded.amount_late;
    DELETE FROM flow f WHERE f.id = ANY (ids);
    RETURN cardinality(ids);
END $$;
COMMENT ON FUNCTION fold(int) IS 'Folds rows of flow into its levels, at most so many (NULL: all); returns how many (0 also while somebody else folds, or vacuums the table). Figures are exact before and after; reports are faster after. The worker and advance() do it.';

CREATE OR REPLACE FUNCTION rebuild_flow() RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off AS $$
DECLARE
    claims bigint[];
BEGIN
    -- Readers go on; what is posted meanwhile waits.
    LOCK TABLE invoice, payment, allocation, reschedule, flow IN SHARE ROW EXCLUSIVE MODE;
    claims := ARRAY(SELECT i.id FROM invoice i);
    DELETE FROM flow;
    DELETE FROM flow_by_due;
    DELETE FROM flow_total;
    PERFORM roll_up_invoices(claims);
    INSERT INTO flow (posted_on, currency, due_on, on_account, receipts)
    SELECT f.* FROM flow_of_payments(ARRAY(SELECT p.id FROM payment p)) f;
    INSERT INTO flow (posted_on, currency, due_on, receivable, charges, on_account, credits, discounts, write_offs)
    SELECT f.* FROM flow_of_allocations(ARRAY(SELECT a.id FROM allocation a)) f;
    INSERT INTO flow (posted_on, currency, due_on, items, closed, days, late, closed_amount, amount_days, amount_late)
    SELECT f.* FROM flow_of_turns(claims, '{}') f;
    INSERT INTO flow (posted_on, currency, due_on, receivable, charges, items)
    SELECT f.* FROM flow_of_reschedules(ARRAY(SELECT r.id FROM reschedule r), '{}') f;
    PERFORM fold(NULL);
    RETURN (SELECT count(*) FROM flow_by_due) + (SELECT count(*) FROM flow_total);
END $$;
COMMENT ON FUNCTION rebuild_flow() IS 'Makes the roll-up anew from the postings, after it was damaged: rows were loaded with triggers off, or deleted. Returns how many rows it has. Postings wait until the transaction ends. Only the ledger''s owner.';

CREATE OR REPLACE FUNCTION flow_periods(as_of date) RETURNS TABLE (level smallint, from_on date, until_on date)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 3 SET search_path FROM CURRENT AS $$
DECLARE
    year CONSTANT date := date_trunc('year', as_of::timestamp);
    month CONSTANT date := date_trunc('month', as_of::timestamp);
BEGIN
    RETURN QUERY VALUES (3::smallint, date '-infinity', year - 1), (2::smallint, year, month - 1), (1::smallint, month, as_of);
END $$;
COMMENT ON FUNCTION flow_periods(date) IS 'Which periods of each level add up to all that was posted until a date, both days included.';

CREATE OR REPLACE FUNCTION flow_totals(as_of date[])
RETURNS TABLE (day date, currency text, receivable numeric, charges numeric, items numeric, overdue numeric, overdue_charges numeric, overdue_items numeric, on_account numeric, invoices numeric, sales numeric, charged numeric,
               receipts numeric, credits numeric, discounts numeric, write_offs numeric, closed numeric, days numeric, late numeric,
               closed_amount numeric, amount_days numeric, amount_late numeric)
-- Three short index scans a day, which the planner can't know to be short.
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH pending AS MATERIALIZED (
        SELECT f.period, f.currency, sum(f.receivable) AS receivable, sum(f.charges) AS charges, sum(f.items) AS items, sum(f.overdue) AS overdue,
               sum(f.overdue_charges) AS overdue_charges, sum(f.overdue_items) AS overdue_items, sum(f.on_account) AS on_account,
               sum(f.invoices) AS invoices, sum(f.sales) AS sales, sum(f.charged) AS charged, sum(f.receipts) AS receipts, sum(f.credits) AS credits,
               sum(f.discounts) AS discounts, sum(f.write_offs) AS write_offs, sum(f.closed) AS closed, sum(f.days) AS days, sum(f.late) AS late,
               sum(f.closed_amount) AS closed_amount, sum(f.amount_days) AS amount_days, sum(f.amount_late) AS amount_late
          FROM flow_as_total f GROUP BY 1, 2
    )
    SELECT d.day, f.currency, sum(f.receivable), sum(f.charges), sum(f.items), sum(f.overdue), sum(f.overdue_charges), sum(f.overdue_items), sum(f.on_account), sum(f.invoices), sum(f.sales), sum(f.charged), sum(f.receipts),
           sum(f.credits), sum(f.discounts), sum(f.write_offs), sum(f.closed), sum(f.days), sum(f.late), sum(f.closed_amount), sum(f.amount_days),
           sum(f.amount_late)
      FROM unnest(flow_totals.as_of) AS d(day)
     CROSS JOIN LATERAL (
           SELECT t.currency, t.receivable, t.charges, t.items, t.overdue, t.overdue_charges, t.overdue_items, t.on_account, t.invoices, t.sales, t.charged, t.receipts, t.credits, t.discounts, t.write_offs,
                  t.closed, t.days, t.late, t.closed_amount, t.amount_days, t.amount_late
             FROM flow_periods(d.day) p JOIN flow_total t ON t.level = p.level AND t.period BETWEEN p.from_on AND p.until_on
            UNION ALL
           SELECT q.currency, q.receivable, q.charges, q.items, q.overdue, q.overdue_charges, q.overdue_items, q.on_account, q.invoices, q.sales, q.charged, q.receipts, q.credits, q.discounts, q.write_offs,
                  q.closed, q.days, q.late, q.closed_amount, q.amount_days, q.amount_late
             FROM pending q WHERE q.period <= d.day) f
     GROUP BY 1, 2;
END $$;
COMMENT ON FUNCTION flow_totals(date[]) IS 'All that was posted until each of these days, summed, by currency: the balances at their end, and of the rest what two days differ by.';
