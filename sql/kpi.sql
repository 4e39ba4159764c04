/*
 * kpi.sql
 *		KPIs as functions of numbers, for figures from any table or none.
 *
 * Units: amounts in one currency, days for what is a number of days, per cent
 * for effectiveness. Nothing is rounded. A KPI that isn't defined is NULL, never
 * an error: a NULL argument, a period without sales or without days.
 *
 * Receivable and sales must both hold VAT, or neither: sources that divide a
 * balance with VAT by a turnover without it report too many days.
 *
 * Bodies in SQL are parsed here, once, so no caller's search_path can change what
 * they mean although they have no SET clause; that and being one expression
 * lets the planner put them into the query in place of a call.
 */

CREATE OR REPLACE FUNCTION debiteur.dso(receivable numeric, sales numeric, days int)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN sales > 0 AND days > 0 THEN receivable * days / sales END;

COMMENT ON FUNCTION debiteur.dso(numeric, numeric, int) IS
'Days sales outstanding, in days: receivable / sales * days of the period.
With the closing balance as receivable it is the closing DSO, the common one; with the mean of opening and closing balance the average DSO (collection_period() takes the two). 365 or 360 days a year: give the days you mean.
NULL if an argument is NULL, sales <= 0 or days <= 0. A negative receivable (customers have paid ahead) gives negative days.
https://www.creditguru.com/index.php/collection-management/collection-metrics/average-days-delinquent-add';

-- In C, for they are one walk with the aggregates of the same names.
CREATE OR REPLACE FUNCTION debiteur.dso_countback(receivable numeric, sales numeric[], days int[])
RETURNS numeric LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_dso_countback';

CREATE OR REPLACE FUNCTION debiteur.countback_exhausted(receivable numeric, sales numeric[], days int[])
RETURNS boolean LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_countback_exhausted';

COMMENT ON FUNCTION debiteur.dso_countback(numeric, numeric[], int[]) IS
'Days sales outstanding by count-back, in days. Periods run from the newest back: while the receivable exceeds a period''s sales, these are taken off and the period''s days counted; the period that covers the rest counts for rest / sales * days.
The days are those given: calendar days of each month, or 30 for all. receivable is gross, or net of a reserve, as you choose.
0 if the receivable is 0. NULL, not a partial count, if it is negative, if the periods end before the receivable does (countback_exhausted() says so), or if a period that is needed has no sales, negative sales, no days or a NULL; NULL if an argument is NULL. Error 2202E if the arrays differ in length.
https://docs.oracle.com/html/E70663_02/ch12s01s04s01.html , https://support.benjipays.com/support/solutions/articles/150000179580-mastering-dso-calculation-the-count-back-method-explained';

COMMENT ON FUNCTION debiteur.countback_exhausted(numeric, numeric[], int[]) IS
'Does dso_countback() of the same arguments give NULL because the periods end before the receivable does? Then older periods would give a figure. False if there is a figure, or if another cause stands against it: a negative receivable, a period that is needed without sales or days.
NULL if an argument is NULL. Error 2202E if the arrays differ in length.';

CREATE OR REPLACE FUNCTION debiteur.best_possible_dso(current_receivable numeric, sales numeric, days int)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN sales > 0 AND days > 0 THEN current_receivable * days / sales END;

COMMENT ON FUNCTION debiteur.best_possible_dso(numeric, numeric, int) IS
'Best possible DSO, in days: current receivable / sales * days of the period; the DSO if nobody paid late.
"Current" is what is not yet due (most sources); some take what is at most 30 days old, or all receivables, and their figures differ.
NULL if an argument is NULL, sales <= 0 or days <= 0.
https://www.creditguru.com/index.php/collection-management/collection-metrics/average-days-delinquent-add';

CREATE OR REPLACE FUNCTION debiteur.average_days_delinquent(receivable numeric, current_receivable numeric, sales numeric, days int)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN sales > 0 AND days > 0 THEN (receivable - current_receivable) * days / sales END;

COMMENT ON FUNCTION debiteur.average_days_delinquent(numeric, numeric, numeric, int) IS
'Average days delinquent (ADD), in days: DSO - best possible DSO = overdue receivable / sales * days of the period.
Some describe ADD as the mean days between due date and payment, yet compute this; for that figure use weighted_days() over paid invoices.
NULL if an argument is NULL, sales <= 0 or days <= 0.
https://www.creditguru.com/index.php/collection-management/collection-metrics/average-days-delinquent-add';

CREATE OR REPLACE FUNCTION debiteur.receivables_turnover(sales numeric, opening numeric, closing numeric)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN sales > 0 AND opening + closing > 0 THEN 2 * sales / (opening + closing) END;

COMMENT ON FUNCTION debiteur.receivables_turnover(numeric, numeric, numeric) IS
'Receivables turnover, times in the period: sales / mean of opening and closing receivable.
Some divide by the closing balance alone: give it twice.
NULL if an argument is NULL, sales <= 0 or the mean receivable is zero or negative.
https://toolslick.com/finance/company/receivables-turnover-ratio';

CREATE OR REPLACE FUNCTION debiteur.collection_period(sales numeric, opening numeric, closing numeric, days int)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN sales > 0 AND days > 0 THEN (opening + closing) * days / (2 * sales) END;

COMMENT ON FUNCTION debiteur.collection_period(numeric, numeric, numeric, int) IS
'Average collection period, in days: days of the period / receivables turnover, which is the DSO of the mean of opening and closing receivable.
NULL if an argument is NULL, sales <= 0 or days <= 0. Defined, as 0 days, where both balances are zero and the turnover is not.
https://toolslick.com/finance/company/receivables-turnover-ratio , https://calculator.7search.cc/calc/days-sales-outstanding-dso-calculator.php';

CREATE OR REPLACE FUNCTION debiteur.collection_effectiveness(opening numeric, sales numeric, closing numeric, closing_current numeric)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN sales >= 0 AND opening + sales - closing_current > 0
            THEN (opening + sales - closing) * 100 / (opening + sales - closing_current) END;

COMMENT ON FUNCTION debiteur.collection_effectiveness(numeric, numeric, numeric, numeric) IS
'Collection effectiveness index (CEI), per cent: what was collected of what could be, (opening + sales - closing) / (opening + sales - closing_current) * 100.
sales are those of the whole period; some divide them by its number of months first: do so in the argument if you mean it. closing_current is what is not yet due at the end.
NULL if an argument is NULL, sales < 0 or nothing could be collected (denominator <= 0). A period without sales has a CEI: its opening receivable was to be collected.
https://gaviti.com/?p=3708 , http://www.creditguru.com/index.php/collection-management/collection-metrics/collection-effectiveness-index-cei';
