/*
 * provision: what of the open claims is expected to be lost, by a provision
 * matrix of the user's own, or by one that the ledger's history gives.
 */
CREATE OR REPLACE FUNCTION loss_rates(as_of date DEFAULT today(), months int DEFAULT 12, bounds int[] DEFAULT '{30,60,90}', loss_given_default numeric DEFAULT 1)
RETURNS TABLE (currency text, bucket aging_bucket, observations bigint, roll_rate numeric, loss_rate numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    PERFORM require_date(as_of, 'as_of');
    IF months IS NULL OR months NOT BETWEEN 1 AND 1200 THEN
        RAISE EXCEPTION '% months are no history', coalesce(months::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It was given as months.', HINT = 'Give 1 to 1200, such as 12.';
    END IF;
    -- Refuses bounds that are none: whether the query below would, is its plan's choice.
    PERFORM FROM aging_buckets(coalesce(bounds, '{}'));
    RETURN QUERY
    -- A mean weighted by balance: a month with a few cents in a bucket says little.
    WITH average AS (
        SELECT r.currency, r.bucket, count(r.rate) AS observations,
               round(sum(greatest(r.rolled, 0)) FILTER (WHERE r.opening > 0) / sum(r.opening) FILTER (WHERE r.opening > 0), 6) AS roll_rate
          FROM roll_rates((date_trunc('month', as_of + interval '1 day') - make_interval(months => months))::date, as_of, bounds) r
         GROUP BY 1, 2
    ), loss AS (
        SELECT a.currency, roll_to_loss(array_agg(a.roll_rate ORDER BY a.bucket), loss_given_default) AS rates FROM average a GROUP BY 1
    )
    SELECT l.currency, b.bucket, coalesce(a.observations, 0), a.roll_rate, round(l.rates[b.n], 8)
      FROM loss l
     CROSS JOIN aging_buckets(bounds) WITH ORDINALITY AS b(bucket, n)
      LEFT JOIN average a ON a.currency = l.currency AND a.bucket = b.bucket
     ORDER BY l.currency, b.bucket;
END $$;
COMMENT ON FUNCTION loss_rates(date, int, int[], numeric) IS
'The part of each bucket that history says will be lost: the product of the average roll rates from it on, times loss_given_default, the part lost of what reaches the last bucket, which is taken for default (IFRS 9 B5.5.37: no later than 90 days past due, unless shown otherwise). roll_rate: mean of roll_rates() over so many whole months up to as_of, weighted by their opening balances (6 decimals); observations: months with a balance to roll; loss_rate: fraction, 8 decimals, what debiteur.roll_to_loss() makes of the roll rates shown. A row for every bucket of each currency that had claims in these months. NULL where there was no balance to roll and yet something that could reach it. Past months say nothing of the economy to come, which IFRS 9 B5.5.35 wants considered: adjust them in a matrix of your own. Errors: RV016 not a date; RV001 not bounds; 22023 months not from 1 to 1200, loss_given_default not from 0 to 1.
https://docs.oracle.com/en/industries/financial-services/ofs-analytical-applications/loan-loss-forecasting/8.1.2.0.0/llfpug/roll-rate.html';

CREATE OR REPLACE FUNCTION provision(as_of date DEFAULT today(), rates numeric[] DEFAULT NULL, bounds int[] DEFAULT '{30,60,90}', months int DEFAULT 12, loss_given_default numeric DEFAULT 1)
RETURNS TABLE (currency text, bucket aging_bucket, amount numeric, rate numeric, allowance numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    PERFORM require_date(as_of, 'as_of');
    PERFORM require_loss_rates(rates, (SELECT count(*)::int FROM aging_buckets(coalesce(bounds, '{}'))));
    RETURN QUERY
    -- One's own matrix holds for every currency.
    WITH matrix AS (
        SELECT NULL AS currency, b.bucket, r.rate FROM aging_buckets(bounds) WITH ORDINALITY AS b(bucket, n) JOIN unnest(rates) WITH ORDINALITY AS r(rate, n) ON r.n = b.n
         UNION ALL
        SELECT l.currency, l.bucket, l.loss_rate FROM loss_rates(as_of, months, bounds, loss_given_default) l WHERE rates IS NULL
    )
    SELECT a.currency, a.bucket, a.amount, m.rate, round_half_up(CASE WHEN a.amount > 0 THEN a.amount * m.rate ELSE 0 END, a.currency)
      FROM aging(as_of, bounds) a
      LEFT JOIN matrix m ON m.bucket = a.bucket AND coalesce(m.currency, a.currency) = a.currency
     ORDER BY a.currency, a.bucket;
END $$;
COMMENT ON FUNCTION provision(date, numeric[], int[], int, numeric) IS
'Allowance for expected credit losses by the simplified approach of IFRS 9 (5.5.15, provision matrix B5.5.35), a row a bucket and currency; their sum is the provision. amount: open claims at the end of as_of, as aging() gives them, all kinds, credit notes taken off in their bucket; money on account is not taken off. rate: of rates, the matrix, a fraction for each bucket (not due, one up to each bound, past the last), the same in every currency; without rates, what loss_rates(as_of, months, bounds, loss_given_default) derives from history. allowance: amount * rate, rounded half up to the currency''s digits; 0 where the amount is not above 0, for one bucket''s credit takes nothing off another''s. allowance is NULL where there is an amount and no rate: history says nothing, and no guess is made; sum() passes over it. Errors: 2202E not a rate for each bucket; 22023 a rate not from 0 to 1, and those of loss_rates(); RV016 not a date; RV001 not bounds.
IFRS 9 B5.5.35 (https://sdv.com.mx/compendio/ifrs9-en/ifrs9-en-b5-5-35/), Illustrative Example 12.';
