/*
 * provision.sql
 *		Expected credit losses of receivables by days past due, as functions of
 *		numbers: from roll rates to loss rates, and what they come to.
 *
 * The buckets are in their order, the best first, as aging() gives them. A loss
 * rate is a fraction of the amount, 0 to 1; NULL: nobody knows.
 */
CREATE OR REPLACE FUNCTION debiteur.roll_to_loss(roll_rates numeric[], loss_given_default numeric DEFAULT 1)
RETURNS numeric[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rate      numeric := loss_given_default;
    rates     numeric[];
    roll_rate numeric;
BEGIN
    IF loss_given_default NOT BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION 'a loss given default of % is not possible', loss_given_default
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'It is the part of a claim in default that is lost.',
                  HINT = 'Give a fraction from 0 to 1: 0.45 for 45 %.';
    END IF;
    rates := ARRAY[rate];
    FOR roll_rate IN SELECT r.rate FROM unnest(roll_rates) WITH ORDINALITY AS r(rate, n) ORDER BY r.n DESC
    LOOP
        rate := CASE WHEN roll_rate <= 0 OR rate = 0 THEN 0
                     WHEN roll_rate <= 1 THEN roll_rate * rate
                     WHEN roll_rate < 'infinity' THEN rate END;
        rates := rate || rates;
    END LOOP;
    RETURN rates;
END;
$$;

COMMENT ON FUNCTION debiteur.roll_to_loss(numeric[], numeric) IS
'Loss rates from roll rates: the part of each bucket that will be lost is the product of the roll rates from it on, times the loss given default. One element more than there are roll rates: the last bucket is default itself.
roll_rates: the part of each bucket that moves on to the next worse one, the best bucket first. Balances can give one above 1 or below 0; more than all and less than nothing can''t move on, so it counts as 1 or 0. loss_given_default: the part of what reaches the last bucket that is lost.
A roll rate of NULL, NaN or infinity is not known: no more are the products with it, unless another factor is 0. NULL if an argument is NULL. Nothing is rounded. Error 22023 if the loss given default is not between 0 and 1.
https://docs.oracle.com/en/industries/financial-services/ofs-analytical-applications/loan-loss-forecasting/8.1.2.0.0/llfpug/roll-rate.html';

CREATE OR REPLACE FUNCTION debiteur.require_loss_rates(rates numeric[], buckets int)
RETURNS void LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wrong numeric;
BEGIN
    IF cardinality(rates) <> buckets THEN
        RAISE EXCEPTION 'there must be a loss rate for each bucket'
            USING ERRCODE = 'array_subscript_error',
                  DETAIL = format('Rates: %s, buckets: %s.', cardinality(rates), buckets),
                  HINT = 'Give one for what is not due, one up to each bound, and one for what is past the last.';
    END IF;
    SELECT r.rate INTO wrong FROM unnest(rates) AS r(rate) WHERE r.rate NOT BETWEEN 0 AND 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a loss rate of % is not possible', wrong
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'It is the part of the amount that is expected to be lost.',
                  HINT = 'Give a fraction from 0 to 1: 0.003 for 0.3 %.';
    END IF;
END;
$$;

COMMENT ON FUNCTION debiteur.require_loss_rates(numeric[], int) IS
'Error 2202E unless there are as many loss rates as buckets, 22023 unless each is between 0 and 1, or NULL.';

CREATE OR REPLACE FUNCTION debiteur.expected_loss(amounts numeric[], rates numeric[])
RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bucket record;
    loss   numeric := 0;
BEGIN
    PERFORM debiteur.require_loss_rates(rates, cardinality(amounts));
    FOR bucket IN SELECT b.amount, b.rate FROM unnest(amounts, rates) AS b(amount, rate) WHERE b.amount > 0
    LOOP
        loss := loss + bucket.amount * bucket.rate;
    END LOOP;
    RETURN loss;
END;
$$;

COMMENT ON FUNCTION debiteur.expected_loss(numeric[], numeric[]) IS
'Expected credit loss by a provision matrix (IFRS 9, simplified approach): the sum of amount * rate over the buckets, for example those that the aggregate aging() gives for each group of customers.
amounts: by bucket; one that credit notes make negative, or NULL, has nothing to lose and takes nothing off the others. rates: a fraction for each.
NULL if an amount to lose has the rate NULL, or an argument is NULL; 0 without buckets. Not rounded. Errors: 2202E if the arrays differ in length; 22023 if a rate is not between 0 and 1.
IFRS 9 B5.5.35 (https://sdv.com.mx/compendio/ifrs9-en/ifrs9-en-b5-5-35/) and Illustrative Example 12.';
