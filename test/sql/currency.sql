--
-- currency: digits, rounding, what an amount may be
--
SELECT c AS currency, debiteur.minor_units(c)
  FROM unnest('{EUR,USD,GBP,XXX,ABC,CLF,UYW}'::text[]) c;
SELECT debiteur.minor_units(c) AS digits, array_agg(c ORDER BY c) AS currencies
  FROM unnest('{BIF,CLP,DJF,GNF,ISK,JPY,KMF,KRW,PYG,RWF,UGX,VND,VUV,XAF,XOF,XPF,
                BHD,IQD,JOD,KWD,LYD,OMR,TND}'::text[]) c
 GROUP BY 1 ORDER BY 1;
SELECT debiteur.minor_units(NULL) IS NULL AS null_gives_null;

-- Half a unit goes away from zero, on both sides.
SELECT a AS amount, c AS currency, debiteur.round_half_up(a, c)
  FROM (VALUES (0.125, 'EUR'), (-0.125, 'EUR'), (0.124999, 'EUR'), (2.5, 'JPY'), (-2.5, 'JPY'),
               (0.49999, 'JPY'), (1.0005, 'KWD'), (1.00005, 'CLF'), (100, 'EUR'), (0, 'EUR'),
               (1.005, 'EUR'), (123456789012345.675, 'EUR'), (NULL, 'EUR'), (1, NULL)) v(a, c);
SELECT debiteur.round_half_up('NaN', 'EUR') AS nan, debiteur.round_half_up('-Infinity', 'EUR') AS infinite;

-- What an amount may be: finite, small enough, no digit too many.
SELECT a AS amount, c AS currency, debiteur.is_amount(a, c)
  FROM (VALUES (100::numeric, 'EUR'), (100.1, 'EUR'), (100.10, 'EUR'), (100.1000, 'EUR'), (100.001, 'EUR'),
               (-0.01, 'EUR'), (0, 'EUR'), (0.000, 'JPY'), (100.0, 'JPY'), (100.1, 'JPY'),
               (1.001, 'KWD'), (1.0001, 'KWD'), (1.0001, 'CLF'),
               (999999999999999.99, 'EUR'), (1000000000000000, 'EUR'), (-999999999999999.99, 'EUR'),
               (-1000000000000000, 'EUR'),
               ('NaN', 'EUR'), ('Infinity', 'EUR'), ('-Infinity', 'EUR'), (NULL, 'EUR'), (1, NULL)) v(a, c);
SELECT debiteur.is_amount(1e300, 'EUR') AS huge, debiteur.is_amount(1e-300, 'EUR') AS tiny;

-- An amount that was rounded is one.
SELECT bool_and(debiteur.is_amount(debiteur.round_half_up(n / 7.0, c), c)) AS rounded_is_amount, count(*)
  FROM generate_series(-500, 500) n, unnest('{EUR,JPY,KWD,CLF}'::text[]) c;

-- Errors
SELECT debiteur.minor_units('eur');
SELECT debiteur.is_amount(1, 'EURO');
SELECT debiteur.round_half_up(1, '');
\set VERBOSITY sqlstate
SELECT debiteur.minor_units('EU');
SELECT debiteur.minor_units(' EUR');
SELECT debiteur.minor_units('EU1');
SELECT debiteur.is_amount('NaN', 'eur');
\set VERBOSITY default
SET client_encoding = 'UTF8';
SELECT debiteur.minor_units('é$');
RESET client_encoding;
