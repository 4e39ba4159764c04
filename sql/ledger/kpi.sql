/* kpi: the figures of a period, a row a currency, as they were at its end. */
CREATE OR REPLACE FUNCTION monthly_sales(until_on date, months int DEFAULT NULL) RETURNS TABLE (currency text, sales numeric[], days int[])
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    this_month CONSTANT date := date_trunc('month', until_on::timestamp);
    first_month CONSTANT date := coalesce(this_month - (months - 1) * interval '1 month', '-infinity');
BEGIN
    RETURN QUERY
    WITH month AS (
        SELECT f.currency, date_trunc('month', f.period::timestamp)::date AS month, sum(f.sales) AS sales
          FROM flow f
         WHERE f.sales <> 0 AND ((f.level = 2 AND f.period >= first_month AND f.period < this_month) OR (f.level = 1 AND f.period >= this_month AND f.period <= until_on)
                                 OR (f.level = 0 AND f.period >= first_month AND f.period <= until_on))
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

CREATE OR REPLACE FUNCTION kpi(from_on date, until_on date)
RETURNS TABLE (
    currency text,
    opening_receivable numeric, closing_receivable numeric, closing_current numeric, closing_overdue numeric,
    opening_on_account numeric, closing_on_account numeric, opening_charges numeric, closing_charges numeric,
    sales numeric, charges numeric, receipts numeric, credits numeric, discounts numeric, write_offs numeric,
    dso numeric, dso_average numeric, dso_countback numeric, best_possible_dso numeric, average_days_delinquent numeric,
    turnover numeric, collection_period numeric, collection_effectiveness numeric,
    days_to_pay numeric, days_to_pay_weighted numeric, days_late numeric, days_late_weighted numeric,
    overdue_ratio numeric, bad_debt_ratio numeric, dispute_rate numeric
)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    period_days int;
BEGIN
    IF from_on IS NULL OR until_on IS NULL OR from_on < '0001-01-01' OR until_on > '9999-12-31' OR until_on < from_on THEN
        RAISE EXCEPTION 'from % to % is not a period', from_on, until_on
            USING ERRCODE = 'RV016', DETAIL = CASE WHEN from_on IS NULL OR until_on IS NULL THEN 'A day is missing.'
                                                   WHEN until_on < from_on THEN 'It would end before it begins.'
                                                   ELSE 'Days are from 0001-01-01 to 9999-12-31.' END,
                  HINT = 'Give the first and the last day, both included.';
    END IF;
    period_days := until_on - from_on + 1;
    RETURN QUERY
    -- All that was posted up to the day before the period, and up to its end: the balances, and by difference the period.
    WITH total AS (
        SELECT d.day, f.*
          FROM (VALUES (from_on - 1), (until_on)) AS d(day)
         CROSS JOIN LATERAL (
               SELECT f.currency, sum(f.receivable) AS receivable, coalesce(sum(f.receivable) FILTER (WHERE f.due_on < d.day), 0) AS overdue,
                      sum(f.charges) AS charges, sum(f.on_account) AS on_account, sum(f.invoices) AS invoices, sum(f.sales) AS sales,
                      sum(f.charged) AS charged, sum(f.receipts) AS receipts, sum(f.credits) AS credits, sum(f.discounts) AS discounts,
                      sum(f.write_offs) AS write_offs, sum(f.closed) AS closed, sum(f.days) AS days, sum(f.late) AS late,
                      sum(f.closed_amount) AS closed_amount, sum(f.amount_days) AS amount_days, sum(f.amount_late) AS amount_late
                 FROM flow f
                WHERE (f.level = 3 AND f.period < date_trunc('year', d.day::timestamp)::date)
                   OR (f.level = 2 AND f.period >= date_trunc('year', d.day::timestamp)::date AND f.period < date_trunc('month', d.day::timestamp)::date)
                   OR (f.level = 1 AND f.period >= date_trunc('month', d.day::timestamp)::date AND f.period <= d.day)
                   OR (f.level = 0 AND f.period <= d.day)
                GROUP BY 1) f
    ), disputed AS (
        SELECT i.currency, count(DISTINCT i.id) AS n
          FROM hold h JOIN invoice i ON i.id = h.invoice_id
         WHERE h.kind = 'dispute' AND lower(h.during) <= until_on AND i.kind = 'invoice' AND i.issued_on BETWEEN from_on AND until_on AND i.status <> 'draft'
         GROUP BY 1
    ), figure AS (
        SELECT c.currency, coalesce(o.receivable, 0) AS opening, c.receivable AS closing, c.overdue, c.receivable - c.overdue AS not_due,
               coalesce(o.on_account, 0) AS opening_account, c.on_account AS closing_account, coalesce(o.charges, 0) AS opening_charges,
               c.charges AS closing_charges, c.sales - coalesce(o.sales, 0) AS sales, c.charged - coalesce(o.charged, 0) AS charges,
               c.receipts - coalesce(o.receipts, 0) AS receipts, c.credits - coalesce(o.credits, 0) AS credits,
               c.discounts - coalesce(o.discounts, 0) AS discounts, c.write_offs - coalesce(o.write_offs, 0) AS write_offs,
               c.invoices - coalesce(o.invoices, 0) AS invoices, coalesce(x.n, 0) AS disputed, m.sales AS month_sales, m.days AS month_days,
               nullif(greatest(c.closed - coalesce(o.closed, 0), 0), 0) AS closed, c.days - coalesce(o.days, 0) AS days, c.late - coalesce(o.late, 0) AS late,
               nullif(greatest(c.closed_amount - coalesce(o.closed_amount, 0), 0), 0) AS closed_amount, c.amount_days - coalesce(o.amount_days, 0) AS amount_days,
               c.amount_late - coalesce(o.amount_late, 0) AS amount_late
          FROM total c
          LEFT JOIN total o ON o.currency = c.currency AND o.day = from_on - 1
          LEFT JOIN disputed x ON x.currency = c.currency
          LEFT JOIN monthly_sales(until_on, 13) m ON m.currency = c.currency
         WHERE c.day = until_on
    )
    SELECT f.currency, f.opening, f.closing, f.not_due, f.overdue, f.opening_account, f.closing_account, f.opening_charges, f.closing_charges,
           f.sales, f.charges, f.receipts, f.credits, f.discounts, f.write_offs,
           round(dso(f.closing, f.sales, period_days), 2), round(dso((f.opening + f.closing) / 2, f.sales, period_days), 2),
           -- A year of sales is nearly always enough.
           round(coalesce(dso_countback(f.closing, f.month_sales, f.month_days),
                          (SELECT dso_countback(f.closing, a.sales, a.days) FROM monthly_sales(until_on) a WHERE a.currency = f.currency)), 2),
           round(best_possible_dso(f.not_due, f.sales, period_days), 2), round(average_days_delinquent(f.closing, f.not_due, f.sales, period_days), 2),
           round(receivables_turnover(f.sales, f.opening, f.closing), 4), round(collection_period(f.sales, f.opening, f.closing, period_days), 2),
           round(collection_effectiveness(f.opening, f.sales, f.closing, f.not_due), 2),
           round(f.days / f.closed, 2), round(f.amount_days / f.closed_amount, 2), round(f.late / f.closed, 2), round(f.amount_late / f.closed_amount, 2),
           round(f.overdue / nullif(f.closing, 0), 4), round(f.write_offs / nullif(f.sales, 0), 4), round(f.disputed::numeric / nullif(f.invoices, 0), 4)
      FROM figure f ORDER BY 1;
END $$;
COMMENT ON FUNCTION kpi(date, date) IS
'Figures of a period, both days included, a row a currency; what was posted later does not change them. Receivable: open invoices and credit notes, VAT included; current + overdue = receivable. Charges: costs and interest, no part of sales or of a ratio. opening + sales + charges - credits - receipts - discounts - write_offs = closing, over receivable + charges - on account. credits: credit notes issued, direct credits, cancellations. DSO, collection period in days of the period (2 decimals); dso_countback over calendar months, NULL when the history is exhausted; collection_effectiveness in per cent, of the period''s sales; days_to_pay, days_late (early: 0) over invoices settled in the period by money at least in part; one that a reversal opens again takes back, on that day, what its settlement had added; ratios as fractions (4 decimals); dispute_rate: issued in the period and disputed by its end. NULL where undefined. Formulas: debiteur.dso() and the others. Error RV016: not a period.';
