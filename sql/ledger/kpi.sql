/* kpi: the figures of a period, a row a currency, as they were at its end. */
CREATE OR REPLACE FUNCTION monthly_sales(until_on date) RETURNS TABLE (currency text, sales numeric[], days int[])
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH month AS (
        SELECT i.currency, date_trunc('month', i.issued_on::timestamp)::date AS month, sum(i.amount) AS sales
          FROM invoice i WHERE i.kind = 'invoice' AND i.issued_on <= until_on AND i.status <> 'draft' AND NOT (i.status = 'cancelled' AND i.allocated = 0)
         GROUP BY 1, 2
    )
    SELECT f.currency, array_agg(coalesce(m.sales, 0) ORDER BY g.month DESC),
           array_agg(least((g.month + interval '1 month')::date, until_on + 1) - g.month ORDER BY g.month DESC)
      FROM (SELECT m.currency, min(m.month) AS first FROM month m GROUP BY 1) f
      CROSS JOIN LATERAL (SELECT s::date AS month FROM generate_series(f.first::timestamp, date_trunc('month', until_on::timestamp), interval '1 month') s) g
      LEFT JOIN month m ON m.currency = f.currency AND m.month = g.month
     GROUP BY 1;
END $$;
COMMENT ON FUNCTION monthly_sales(date) IS 'Sales and days of the calendar months up to a date, newest first (that one counts up to the date), from the first month with sales on: what dso_countback() takes.';

CREATE OR REPLACE FUNCTION closed_claims(from_on date, until_on date) RETURNS TABLE (currency text, amount numeric, days_to_pay int, days_late int)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT i.currency, i.amount, s.last_on - i.issued_on, greatest(s.last_on - i.due_on, 0)
      FROM (SELECT a.invoice_id, sum(a.amount) AS allocated, max(a.posted_on) AS last_on,
                   sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'payment') AS paid
              FROM allocation a LEFT JOIN allocation o ON o.id = a.reverses_id
             WHERE a.posted_on <= until_on GROUP BY 1) s
      JOIN invoice i ON i.id = s.invoice_id
     WHERE i.kind = 'invoice' AND s.allocated = i.amount AND s.paid > 0 AND s.last_on BETWEEN from_on AND until_on;
END $$;
COMMENT ON FUNCTION closed_claims(date, date) IS 'Invoices that were settled, by money at least in part, in a period and were so at its end, with the days from issue and from due date (early: 0) to the last posting.';

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
    days int;
BEGIN
    IF from_on IS NULL OR until_on IS NULL OR NOT isfinite(from_on) OR NOT isfinite(until_on) OR until_on < from_on THEN
        RAISE EXCEPTION 'from % to % is not a period', from_on, until_on
            USING ERRCODE = 'RV016', HINT = 'Give the first and the last day, both included.';
    END IF;
    days := until_on - from_on + 1;
    RETURN QUERY
    WITH opening AS (
        SELECT o.currency, sum(o.open_amount) FILTER (WHERE o.kind IN ('invoice', 'credit_note')) AS receivable,
               sum(o.open_amount) FILTER (WHERE o.kind IN ('costs', 'interest')) AS charges
          FROM open_items(from_on - 1) o GROUP BY 1
    ), closing AS (
        SELECT o.currency, sum(o.open_amount) FILTER (WHERE o.kind IN ('invoice', 'credit_note')) AS receivable,
               sum(o.open_amount) FILTER (WHERE o.kind IN ('invoice', 'credit_note') AND o.due_on < until_on) AS overdue,
               sum(o.open_amount) FILTER (WHERE o.kind IN ('costs', 'interest')) AS charges
          FROM open_items(until_on) o GROUP BY 1
    ), account AS (
        SELECT a.currency, sum(a.opening) AS opening, sum(a.closing) AS closing
          FROM (SELECT a.currency, a.amount AS opening, 0 AS closing FROM on_account(from_on - 1) a
                UNION ALL SELECT a.currency, 0, a.amount FROM on_account(until_on) a) a GROUP BY 1
    ), issued AS (
        SELECT i.currency, sum(i.amount) FILTER (WHERE i.kind = 'invoice') AS sales,
               sum(i.amount) FILTER (WHERE i.kind IN ('costs', 'interest')) AS charges,
               - sum(i.amount) FILTER (WHERE i.kind = 'credit_note') AS credit_notes,
               count(*) FILTER (WHERE i.kind = 'invoice') AS invoices,
               count(*) FILTER (WHERE i.kind = 'invoice' AND EXISTS (SELECT FROM hold h WHERE h.invoice_id = i.id AND h.kind = 'dispute' AND lower(h.during) <= until_on)) AS disputed
          FROM invoice i
         WHERE i.issued_on BETWEEN from_on AND until_on AND i.status <> 'draft' AND NOT (i.status = 'cancelled' AND i.allocated = 0)
         GROUP BY 1
    ), posted AS (
        SELECT i.currency, sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) IN ('credit', 'cancellation')) AS credits,
               sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'discount') AS discounts,
               sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'write_off') AS write_offs
          FROM allocation a JOIN invoice i ON i.id = a.invoice_id LEFT JOIN allocation o ON o.id = a.reverses_id
         WHERE a.posted_on BETWEEN from_on AND until_on GROUP BY 1
    ), received AS (
        SELECT p.currency, sum(p.amount) AS receipts FROM payment p WHERE p.received_on BETWEEN from_on AND until_on GROUP BY 1
    ), closed AS (
        SELECT c.currency, avg(c.days_to_pay) AS to_pay, weighted_days(c.amount, c.days_to_pay) AS to_pay_weighted,
               avg(c.days_late) AS late, weighted_days(c.amount, c.days_late) AS late_weighted
          FROM closed_claims(from_on, until_on) c GROUP BY 1
    ), figure AS (
        SELECT u.currency, coalesce(o.receivable, 0) AS opening, coalesce(c.receivable, 0) AS closing, coalesce(c.overdue, 0) AS overdue,
               coalesce(c.receivable, 0) - coalesce(c.overdue, 0) AS not_due, coalesce(a.opening, 0) AS opening_account, coalesce(a.closing, 0) AS closing_account,
               coalesce(o.charges, 0) AS opening_charges, coalesce(c.charges, 0) AS closing_charges,
               coalesce(i.sales, 0) AS sales, coalesce(i.charges, 0) AS charges, coalesce(r.receipts, 0) AS receipts,
               coalesce(i.credit_notes, 0) + coalesce(p.credits, 0) AS credits, coalesce(p.discounts, 0) AS discounts,
               coalesce(p.write_offs, 0) AS write_offs, i.invoices, i.disputed, m.sales AS month_sales, m.days AS month_days,
               d.to_pay, d.to_pay_weighted, d.late, d.late_weighted
          FROM (SELECT i.currency FROM invoice i WHERE i.issued_on <= until_on AND i.status <> 'draft' UNION SELECT p.currency FROM payment p WHERE p.received_on <= until_on) u
          LEFT JOIN opening o ON o.currency = u.currency
          LEFT JOIN closing c ON c.currency = u.currency
          LEFT JOIN account a ON a.currency = u.currency
          LEFT JOIN issued i ON i.currency = u.currency
          LEFT JOIN posted p ON p.currency = u.currency
          LEFT JOIN received r ON r.currency = u.currency
          LEFT JOIN closed d ON d.currency = u.currency
          LEFT JOIN monthly_sales(until_on) m ON m.currency = u.currency
    )
    SELECT f.currency, f.opening, f.closing, f.not_due, f.overdue, f.opening_account, f.closing_account, f.opening_charges, f.closing_charges,
           f.sales, f.charges, f.receipts, f.credits, f.discounts, f.write_offs,
           round(dso(f.closing, f.sales, days), 2), round(dso((f.opening + f.closing) / 2, f.sales, days), 2),
           round(dso_countback(f.closing, f.month_sales, f.month_days), 2),
           round(best_possible_dso(f.not_due, f.sales, days), 2), round(average_days_delinquent(f.closing, f.not_due, f.sales, days), 2),
           round(receivables_turnover(f.sales, f.opening, f.closing), 4), round(collection_period(f.sales, f.opening, f.closing, days), 2),
           round(collection_effectiveness(f.opening, f.sales, f.closing, f.not_due), 2),
           round(f.to_pay, 2), round(f.to_pay_weighted, 2), round(f.late, 2), round(f.late_weighted, 2),
           round(f.overdue / nullif(f.closing, 0), 4), round(f.write_offs / nullif(f.sales, 0), 4), round(f.disputed::numeric / nullif(f.invoices, 0), 4)
      FROM figure f ORDER BY 1;
END $$;
COMMENT ON FUNCTION kpi(date, date) IS
'Figures of a period, both days included, a row a currency; what was posted later does not change them. Receivable: open invoices and credit notes, VAT included; current + overdue = receivable. Charges: costs and interest, no part of sales or of a ratio. opening + sales + charges - credits - receipts - discounts - write_offs = closing, over receivable + charges - on account. credits: credit notes issued, direct credits, cancellations. DSO, collection period in days of the period (2 decimals); dso_countback over calendar months, NULL when the history is exhausted; collection_effectiveness in per cent, of the period''s sales; days_to_pay, days_late over invoices settled in the period, early ones 0 late; ratios as fractions (4 decimals); dispute_rate: issued in the period and disputed by its end. NULL where undefined. Formulas: debiteur.dso() and the others. Error RV016: not a period.';
