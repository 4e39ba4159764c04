/*
 * kpi: the figures of periods, a row a currency, as they were at their ends:
 * the balances of the roll-up on the day before each period and on its last
 * day, and what they differ by. To compile such a query takes longer than to
 * run it, so here as in all short queries of the ledger jit is off.
 */
CREATE OR REPLACE FUNCTION monthly_sales(until_on date, months int DEFAULT NULL) RETURNS TABLE (currency text, sales numeric[], days int[])
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    this_month CONSTANT date := date_trunc('month', until_on::timestamp);
    first_month CONSTANT date := coalesce(this_month - (months - 1) * interval '1 month', '-infinity');
BEGIN
    RETURN QUERY
    WITH month AS (
        SELECT f.currency, date_trunc('month', f.period::timestamp)::date AS month, sum(f.sales) AS sales
          FROM (SELECT t.period, t.currency, t.sales FROM flow_total t
                 WHERE (t.level = 2 AND t.period >= first_month AND t.period < this_month) OR (t.level = 1 AND t.period BETWEEN this_month AND until_on)
                UNION ALL
                SELECT t.posted_on, t.currency, t.sales FROM flow t WHERE t.posted_on BETWEEN first_month AND until_on) f
         WHERE f.sales <> 0
         GROUP BY 1, 2
    )
    SELECT f.currency, array_agg(coalesce(m.sales, 0) ORDER BY g.month DESC),
           array_agg(least((g.month + interval '1 month')::date, until_on + 1) - g.month ORDER BY g.month DESC)
      FROM (SELECT m.currency, min(m.month) AS first FROM month m GROUP BY 1) f
      CROSS JOIN LATERAL (SELECT s::date AS month FROM generate_series(f.first::timestamp, this_month::timestamp, interval '1 month') s) g
      LEFT JOIN month m ON m.currency = f.currency AND m.month = g.month
     GROUP BY 1;
END $$;
COMMENT ON FUNCTION monthly_sales(date, int) IS 'Sales and days of the calendar months up to a date, newest first (that one counts up to the date), from the first month with sales on, at most so many months (NULL: all): what dso_countback() takes.';

CREATE OR REPLACE FUNCTION kpi_series(from_on date, until_on date, every interval DEFAULT '1 month')
RETURNS TABLE (
    from_day date, until_day date,
    currency text,
    opening_receivable numeric, closing_receivable numeric, closing_current numeric, closing_overdue numeric,
    opening_on_account numeric, closing_on_account numeric, opening_charges numeric, closing_charges numeric,
    sales numeric, charges numeric, receipts numeric, credits numeric, discounts numeric, write_offs numeric,
    dso numeric, dso_average numeric, dso_countback numeric, best_possible_dso numeric, average_days_delinquent numeric,
    turnover numeric, collection_period numeric, collection_effectiveness numeric,
    days_to_pay numeric, days_to_pay_weighted numeric, days_late numeric, days_late_weighted numeric,
    overdue_ratio numeric, bad_debt_ratio numeric, dispute_rate numeric, promise_kept_rate numeric
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off AS $$
#variable_conflict use_column
DECLARE
    starts date[] := ARRAY[kpi_series.from_on];
    next_start date;
BEGIN
    PERFORM require_period(kpi_series.from_on, kpi_series.until_on);
    -- Counted from the first day, so that months that begin on a 31st don't creep.
    WHILE every IS NOT NULL LOOP
        next_start := kpi_series.from_on + cardinality(starts) * every;
        IF next_start <= starts[cardinality(starts)] THEN
            RAISE EXCEPTION 'periods of % can''t follow each other', every
                USING ERRCODE = 'RV016', DETAIL = format('After %s would come %s.', starts[cardinality(starts)], next_start), HINT = 'Give a day or more, such as ''1 month''.';
        END IF;
        EXIT WHEN next_start > kpi_series.until_on;
        starts := starts || next_start;
    END LOOP;
    RETURN QUERY
    WITH period AS (
        SELECT s.day AS from_on, lead(s.day, 1, kpi_series.until_on + 1) OVER (ORDER BY s.day) - 1 AS until_on FROM unnest(starts) AS s(day)
    ), total AS MATERIALIZED (
        SELECT * FROM flow_totals(ARRAY(SELECT p.until_on FROM period p UNION SELECT p.from_on - 1 FROM period p))
    ), disputed AS (
        SELECT starts[width_bucket(h.sold_on, starts)] AS from_on, h.currency, count(DISTINCT h.invoice_id) AS n
          FROM hold h
         WHERE h.kind = 'dispute' AND h.sold_on BETWEEN kpi_series.from_on AND kpi_series.until_on
           AND lower(h.during) BETWEEN kpi_series.from_on AND kpi_series.until_on
           AND width_bucket(lower(h.during), starts) = width_bucket(h.sold_on, starts)
         GROUP BY 1, 2
    ), promised AS (
        SELECT p.from_on, m.currency, count(*) AS n, count(*) FILTER (WHERE v.status = 'kept') AS kept
          FROM value_promises(ARRAY(SELECT q.id FROM promise q WHERE q.until_on BETWEEN kpi_series.from_on AND kpi_series.until_on), kpi_series.until_on) v
          JOIN promise m ON m.id = v.promise_id
          JOIN period p ON m.until_on BETWEEN p.from_on AND p.until_on
         WHERE v.status <> 'void'
         GROUP BY 1, 2
    ), figure AS (
        SELECT p.from_on, p.until_on, p.until_on - p.from_on + 1 AS period_days, c.currency,
               coalesce(o.receivable, 0) AS opening, c.receivable AS closing, c.overdue, c.receivable - c.overdue AS not_due,
               coalesce(o.on_account, 0) AS opening_account, c.on_account AS closing_account, coalesce(o.charges, 0) AS opening_charges,
               c.charges AS closing_charges, c.sales - coalesce(o.sales, 0) AS sales, c.charged - coalesce(o.charged, 0) AS charges,
               c.receipts - coalesce(o.receipts, 0) AS receipts, c.credits - coalesce(o.credits, 0) AS credits,
               c.discounts - coalesce(o.discounts, 0) AS discounts, c.write_offs - coalesce(o.write_offs, 0) AS write_offs,
               -- A year of sales is nearly always enough; else all there were.
               coalesce(y.countback, CASE WHEN c.receivable > 0 THEN
                   (SELECT dso_countback(c.receivable, m.sales, m.days) FROM monthly_sales(p.until_on) m WHERE m.currency = c.currency) END) AS countback,
               c.invoices - coalesce(o.invoices, 0) AS invoices, coalesce(x.n, 0) AS disputed, r.kept AS kept_promises, r.n AS promises,
               nullif(greatest(c.closed - coalesce(o.closed, 0), 0), 0) AS closed, c.days - coalesce(o.days, 0) AS days, c.late - coalesce(o.late, 0) AS late,
               nullif(greatest(c.closed_amount - coalesce(o.closed_amount, 0), 0), 0) AS closed_amount, c.amount_days - coalesce(o.amount_days, 0) AS amount_days,
               c.amount_late - coalesce(o.amount_late, 0) AS amount_late
          FROM period p
          JOIN total c ON c.day = p.until_on
          LEFT JOIN total o ON o.day = p.from_on - 1 AND o.currency = c.currency
          LEFT JOIN disputed x ON x.from_on = p.from_on AND x.currency = c.currency
          LEFT JOIN promised r ON r.from_on = p.from_on AND r.currency = c.currency
          LEFT JOIN LATERAL (SELECT dso_countback(c.receivable, m.sales, m.days) AS countback
                               FROM monthly_sales(p.until_on, 13) m WHERE m.currency = c.currency) y ON true
    )
    SELECT f.from_on, f.until_on, f.currency, f.opening, f.closing, f.not_due, f.overdue, f.opening_account, f.closing_account, f.opening_charges, f.closing_charges,
           f.sales, f.charges, f.receipts, f.credits, f.discounts, f.write_offs,
           round(dso(f.closing, f.sales, f.period_days), 2), round(dso((f.opening + f.closing) / 2, f.sales, f.period_days), 2),
           round(f.countback, 2),
           round(best_possible_dso(f.not_due, f.sales, f.period_days), 2), round(average_days_delinquent(f.closing, f.not_due, f.sales, f.period_days), 2),
           round(receivables_turnover(f.sales, f.opening, f.closing), 4), round(collection_period(f.sales, f.opening, f.closing, f.period_days), 2),
           round(collection_effectiveness(f.opening, f.sales, f.closing, f.not_due), 2),
           round(f.days / f.closed, 2), round(f.amount_days / f.closed_amount, 2), round(f.late / f.closed, 2), round(f.amount_late / f.closed_amount, 2),
           round(f.overdue / nullif(f.closing, 0), 4), round(f.write_offs / nullif(f.sales, 0), 4), round(f.disputed::numeric / nullif(f.invoices, 0), 4),
           round(f.kept_promises::numeric / f.promises, 4)
      FROM figure f ORDER BY 1, 3;
END $$;
COMMENT ON FUNCTION kpi_series(date, date, interval) IS
'The figures of kpi() for periods that follow each other from from_on until until_on, each every long (NULL: one period), the last one cut off at until_on; a row a period and currency, from a currency''s first posting on. from_day, until_day: the period, both included. Errors RV016: not a period; every is less than a day.';

CREATE OR REPLACE FUNCTION kpi(from_on date, until_on date)
RETURNS TABLE (
    currency text,
    opening_receivable numeric, closing_receivable numeric, closing_current numeric, closing_overdue numeric,
    opening_on_account numeric, closing_on_account numeric, opening_charges numeric, closing_charges numeric,
    sales numeric, charges numeric, receipts numeric, credits numeric, discounts numeric, write_offs numeric,
    dso numeric, dso_average numeric, dso_countback numeric, best_possible_dso numeric, average_days_delinquent numeric,
    turnover numeric, collection_period numeric, collection_effectiveness numeric,
    days_to_pay numeric, days_to_pay_weighted numeric, days_late numeric, days_late_weighted numeric,
    overdue_ratio numeric, bad_debt_ratio numeric, dispute_rate numeric, promise_kept_rate numeric
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY
    SELECT k.currency, k.opening_receivable, k.closing_receivable, k.closing_current, k.closing_overdue, k.opening_on_account, k.closing_on_account,
           k.opening_charges, k.closing_charges, k.sales, k.charges, k.receipts, k.credits, k.discounts, k.write_offs, k.dso, k.dso_average,
           k.dso_countback, k.best_possible_dso, k.average_days_delinquent, k.turnover, k.collection_period,
           k.collection_effectiveness, k.days_to_pay, k.days_to_pay_weighted, k.days_late, k.days_late_weighted, k.overdue_ratio, k.bad_debt_ratio,
           k.dispute_rate, k.promise_kept_rate
      FROM kpi_series(kpi.from_on, kpi.until_on, NULL) k;
END $$;
COMMENT ON FUNCTION kpi(date, date) IS
'Figures of a period, both days included, a row a currency; what was posted later does not change them. Receivable: open invoices and credit notes, VAT included; current + overdue = receivable. Charges: costs and interest, no part of sales or of a ratio. opening + sales + charges - credits - receipts - discounts - write_offs = closing, over receivable + charges - on account. credits: credit notes issued, direct credits, cancellations. DSO, collection period in days of the period (2 decimals); dso_countback over calendar months, NULL when a month without sales stops it (the history is never exhausted: what is open was sold); collection_effectiveness in per cent, of the period''s sales; days_to_pay, days_late (early: 0) over invoices settled in the period by money at least in part; one that a reversal opens again takes back, on that day, what its settlement had added; ratios as fractions (4 decimals); dispute_rate: of the invoices issued in the period, how many were disputed in it; promise_kept_rate: of the promises whose tolerance ended in the period, how many were kept (see promises(); void ones do not count). NULL where undefined. Formulas: debiteur.dso() and the others. Error RV016: not a period.';
