/* chart: reports drawn for a terminal. */
CREATE OR REPLACE FUNCTION aging_chart(as_of date DEFAULT today(), width int DEFAULT 40, bounds int[] DEFAULT '{30,60,90}')
RETURNS TABLE (currency text, bucket aging_bucket, amount text, chart text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH line AS (
        SELECT a.currency, a.bucket, a.amount, max(abs(a.amount)) OVER (PARTITION BY a.currency) AS largest,
               format_amount(a.amount, a.currency, 'en') AS text
          FROM aging(as_of, bounds) a
    )
    SELECT l.currency, l.bucket, lpad(l.text, max(length(l.text)) OVER ()), bar(l.amount, l.largest, width)
      FROM line l ORDER BY l.currency, l.bucket;
END $$;
COMMENT ON FUNCTION aging_chart(date, int, int[]) IS
'aging() as a chart: the amount, its digits one below the other, and a bar; the largest amount of each currency, above or below zero, is width signs long (NULL: no bars), a negative one light. Blocks, or # and - where database or client are not UTF8. Errors: RV016 not a date; RV001 not bounds; 22023 width not from 1 to 1000.';

CREATE OR REPLACE FUNCTION kpi_chart(from_on date, until_on date, every interval DEFAULT '1 month',
    measures text[] DEFAULT '{dso,average_days_delinquent,collection_effectiveness,overdue_ratio}')
RETURNS TABLE (currency text, measure text, first numeric, last numeric, lowest numeric, highest numeric, chart text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    known CONSTANT text[] := ARRAY(
        SELECT c.name FROM pg_proc p CROSS JOIN LATERAL unnest(p.proargnames, p.proargmodes, p.proallargtypes) WITH ORDINALITY AS c(name, mode, type, n)
         WHERE p.oid = 'kpi_series(date, date, interval)'::regprocedure AND c.mode = 't' AND c.type = 'numeric'::regtype ORDER BY c.n);
BEGIN
    IF NOT coalesce(measures, known) <@ known THEN
        RAISE EXCEPTION 'there is no measure %', (SELECT string_agg(coalesce(quote_literal(m), 'NULL'), ', ') FROM unnest(measures) AS m WHERE (m = ANY (known)) IS NOT TRUE)
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('The measures are: %s.', array_to_string(known, ', ')), HINT = 'Give columns of kpi() that are numbers; NULL: all.';
    END IF;
    RETURN QUERY
    WITH figure AS MATERIALIZED (
        SELECT k.currency, k.from_day, to_jsonb(k) AS figures FROM kpi_series(kpi_chart.from_on, kpi_chart.until_on, every) k
    ), point AS (
        SELECT c.currency, m.measure, m.n, array_agg((f.figures ->> m.measure)::numeric ORDER BY d.from_day) AS points
          FROM (SELECT DISTINCT f.currency FROM figure f) c
         CROSS JOIN unnest(coalesce(measures, known)) WITH ORDINALITY AS m(measure, n)
         CROSS JOIN (SELECT DISTINCT f.from_day FROM figure f) d
          LEFT JOIN figure f ON f.currency = c.currency AND f.from_day = d.from_day
         GROUP BY 1, 2, 3
    )
    SELECT p.currency, p.measure, p.points[1], p.points[cardinality(p.points)],
           (SELECT min(v) FROM unnest(p.points) AS v), (SELECT max(v) FROM unnest(p.points) AS v), sparkline(p.points)
      FROM point p ORDER BY p.currency, p.n;
END $$;
COMMENT ON FUNCTION kpi_chart(date, date, interval, text[]) IS
'The course of KPIs in the periods of kpi_series(), a row a currency and measure: the first and the last, the lowest and the highest figure, and a sparkline from lowest to highest, one sign a period. A period in which a measure is not defined is a gap. measures: columns of kpi() that are numbers (NULL: all). Blocks, or digits 1 to 8 where database or client are not UTF8. Errors: 22023 no such measure; RV016 not a period, or every is less than a day.';
