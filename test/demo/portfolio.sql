/*
 * portfolio.sql
 *		A believable portfolio in the schema demo: 120 customers, what they are
 *		invoiced in 18 months up to :until, and what they pay when.
 *
 * No random numbers: each choice is a number in [0, 1) made of a hash of what
 * it is about, so the same :until gives the same portfolio on every machine.
 * Nothing here knows of the ledger; month.sql posts these rows day by day.
 */
CREATE SCHEMA demo;
SET search_path = demo, debiteur, pg_catalog;

CREATE FUNCTION dice(about text) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT ('x' || substr(md5(about), 1, 8))::bit(32)::bigint / 4294967296.0 $$;

CREATE FUNCTION weekday(day date) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT day + CASE extract(isodow FROM day) WHEN 6 THEN 2 WHEN 7 THEN 1 ELSE 0 END $$;

CREATE TABLE period AS
SELECT date :'until' AS until, (date_trunc('month', date :'until') - interval '17 months')::date AS first;

-- ---- customers ---------------------------------------------------------------

CREATE TABLE customer (
    number    text PRIMARY KEY,
    name      text NOT NULL,
    country   text NOT NULL,
    language  text NOT NULL,
    email     text NOT NULL,
    behaviour text NOT NULL,
    terms     payment_terms NOT NULL,
    typical   numeric NOT NULL,  -- amount of an invoice
    a_month   numeric NOT NULL,  -- invoices
    since     int NOT NULL       -- month of the first invoice, from 0
);

WITH firm (country, language, form, surnames, trades) AS (VALUES
    ('NL', 'nl', 'B.V.',
     '{Bakker,"De Vries","Van Dijk",Jansen,Visser,Smit,"De Boer",Mulder,"De Groot",Bos,Vos,Peters,Hendriks,"Van Leeuwen",Dekker,Brouwer,"De Wit",Dijkstra,"Van der Meer",Kok,Jacobs,"De Haan",Vermeulen,"Van den Heuvel",Schouten,"Van Beek",Willems,Hoekstra,Koster,Prins,Blom,Huisman,Postma,Kuijpers,Veenstra,Kramer,"Van Wijk",Scholten,Timmermans,Groen,Gerritsen,Bosch,"Van Vliet",Bosman,Hofman,Wolters,Zijlstra,"Ter Horst",Boonstra,Kuiper}'::text[],
     '{Installatietechniek,Bouwgroep,Transport,Groothandel,Machinefabriek,Schilders,Horeca,Zorgproducten}'::text[]),
    ('DE', 'de', 'GmbH',
     '{Müller,Schmidt,Schneider,Fischer,Weber,Wagner,Becker,Schulz,Hoffmann,Koch,Richter,Klein,Wolf,Schröder,Neumann,Schwarz,Zimmermann,Braun,Krüger,Hartmann}',
     '{Maschinenbau,Elektrotechnik,Logistik,Werkzeuge}'),
    ('BE', 'nl', 'NV',
     '{Peeters,Janssens,Maes,Jacobs,Mertens,Willems,Claes,Goossens,Wouters,"De Smet",Dubois,Lambert,Declercq,"Van Damme"}',
     '{Bouw,Distributie,Verpakkingen,Textiel}'),
    ('FR', 'fr', 'SARL',
     '{Lefèvre,Moreau,Laurent,Girard,Bonnet,Dupont,Fontaine,Rousseau,Chevalier,Garnier,Faure,Mercier}',
     '{Distribution,Matériaux,Mécanique}'),
    ('IT', 'it', 'S.r.l.', '{Rossi,Ferrari,Bianchi,Romano,Colombo,Ricci,Marino,Greco}', '{Meccanica,Ceramiche}'),
    ('ES', 'es', 'S.L.', '{García,Fernández,Martínez,Sánchez,Romero,Navarro}', '{Logística,Alimentación}'),
    ('PL', 'pl', 'Sp. z o.o.', '{Kowalski,Wiśniewski,Zieliński,Szymański}', '{Transport,Meble}'),
    ('DK', 'da', 'ApS', '{Sørensen,Rasmussen,Jørgensen}', '{Møbler,Handel}'),
    ('AT', 'de', 'GmbH', '{Gruber,Steiner,Moser}', '{Holzbau,Metallbau}')
), named AS (
    SELECT surname || ' ' || trades[1 + floor(dice(surname || 'trade') * cardinality(trades))::int] || ' ' || form AS name,
           lower(regexp_replace(translate(surname, 'üöèéáíńśøØ', 'uoeeainsoO'), '[^A-Za-z]', '', 'g')) AS host, country, language
      FROM firm, unnest(surnames) AS surname
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY md5(name)) AS n FROM named
), behaving AS (
    SELECT *, CASE WHEN n <= 42 THEN 'prompt' WHEN n <= 60 THEN 'takes discount' WHEN n <= 86 THEN 'a week late' WHEN n <= 100 THEN 'erratic'
                   WHEN n <= 111 THEN 'slow' WHEN n <= 115 THEN 'going bust' ELSE 'disputes' END AS behaviour
      FROM numbered
)
INSERT INTO customer
SELECT 'C' || 1000 + row_number() OVER (ORDER BY md5(name || 'number')), name, country, language,
       'accounts@' || host || '.' || lower(country) || '.example', behaviour,
       CASE WHEN behaviour = 'takes discount' THEN '2/10 net 30'
            WHEN dice(name || 'terms') < 0.6 THEN 'net 30' WHEN dice(name || 'terms') < 0.8 THEN 'net 14' ELSE 'net 60' END::payment_terms,
       round((10 ^ (2.4 + 1.5 * dice(name || 'typical')))::numeric, 0),
       round((0.8 + 3.4 * dice(name || 'busy') ^ 2)::numeric, 2),
       CASE WHEN dice(name || 'since') < 0.8 THEN 0 ELSE floor(14 * dice(name || 'month'))::int END
  FROM behaving;

-- ---- invoices ------------------------------------------------------------------

CREATE TABLE invoice (
    number     text PRIMARY KEY,
    customer   text NOT NULL REFERENCES customer,
    amount     numeric NOT NULL,
    issued_on  date NOT NULL,
    due_on     date NOT NULL,
    paid_on    date,             -- NULL: never
    halves     boolean NOT NULL, -- half of it is paid three weeks later
    disputed   boolean NOT NULL,
    credited   numeric NOT NULL
);
CREATE INDEX ON invoice (issued_on);

WITH sale AS (
    SELECT c.*, c.number || '/' || month || '/' || k AS id, month,
           weekday((p.first + make_interval(months => month))::date + floor(28 * dice(c.number || month || k || 'day'))::int) AS issued_on
      FROM period p, customer c, generate_series(c.since, 17) AS month, generate_series(1, 6) AS k
     -- Summer is quiet, the last months of the year are busy.
     WHERE k <= c.a_month * (ARRAY[0.9, 0.9, 1.0, 1.0, 1.0, 1.1, 0.8, 0.7, 1.1, 1.2, 1.2, 1.1])
                            [extract(month FROM p.first + make_interval(months => month))::int] + dice(c.number || month)
), priced AS (
    SELECT *, due_date(terms, issued_on) AS due_on, dice(id || 'paid') AS r,
           round((typical * 1.21 * (0.4 + 1.6 * dice(id || 'amount') ^ 2))::numeric, 2) AS amount,
           behaviour = 'disputes' AND dice(id || 'dispute') < 0.3 AS disputed
      FROM sale, period WHERE issued_on <= until
), settled AS (
    SELECT *, weekday(CASE behaviour
               WHEN 'prompt' THEN due_on - 3 + floor(4 * r)::int
               WHEN 'takes discount' THEN issued_on + 5 + floor(4 * r)::int
               WHEN 'a week late' THEN due_on + 5 + floor(6 * r)::int
               WHEN 'erratic' THEN greatest(due_on - 6 + floor(75 * r * r)::int, issued_on + 3)
               WHEN 'slow' THEN due_on + 18 + floor(45 * r)::int
               WHEN 'going bust' THEN due_on + 2 * month + floor(10 * r)::int
               ELSE due_on + floor(9 * r)::int + CASE WHEN disputed THEN 40 ELSE 0 END
           END) AS paid_on
      FROM priced
)
INSERT INTO invoice
SELECT to_char(issued_on, 'YYYY') || '-' || to_char(row_number() OVER (PARTITION BY extract(year FROM issued_on) ORDER BY issued_on, md5(id)), 'FM00000'),
       number, amount, issued_on, due_on,
       CASE WHEN behaviour = 'going bust' AND paid_on > until - 150 THEN NULL ELSE paid_on END,
       behaviour = 'erratic' AND r > 0.85, disputed,
       CASE WHEN disputed AND r < 0.5 THEN round(amount * 0.2, 2) ELSE 0 END
  FROM settled;

-- ---- payments ------------------------------------------------------------------

-- What one customer pays on one day comes as one transfer.
CREATE TABLE payment (
    customer    text NOT NULL REFERENCES customer,
    received_on date NOT NULL,
    amount      numeric NOT NULL,
    invoices    text[],          -- NULL: the payer did not say
    reference   text NOT NULL
);
CREATE INDEX ON payment (received_on);

WITH part AS (
    SELECT i.*, i.amount - i.credited - CASE WHEN c.behaviour = 'takes discount' THEN discount(c.terms, i.amount, i.issued_on, i.paid_on) ELSE 0 END AS total
      FROM invoice i JOIN customer c ON c.number = i.customer WHERE paid_on IS NOT NULL
), paid AS (
    SELECT customer, number, paid_on AS day, CASE WHEN halves THEN round(total / 2, 2) ELSE total END AS amount FROM part
    UNION ALL
    SELECT customer, number, weekday(paid_on + 21), total - round(total / 2, 2) FROM part WHERE halves
), transfer AS (
    SELECT customer, day, sum(amount) AS amount, array_agg(number ORDER BY number) AS invoices, string_agg(number, ' ' ORDER BY number) AS numbers
      FROM paid GROUP BY customer, day
)
INSERT INTO payment
SELECT customer, day, amount, CASE WHEN dice(numbers || 'said') < 0.98 THEN invoices END,
       CASE WHEN dice(numbers || 'said') < 0.98 THEN numbers ELSE 'payment' END
  FROM transfer WHERE amount > 0
UNION ALL
-- Now and then somebody pays twice.
SELECT customer, weekday(day + 8), amount, invoices, numbers
  FROM transfer WHERE amount > 0 AND dice(numbers || 'twice') < 0.003;

DELETE FROM payment USING period WHERE received_on > until;
ANALYZE;

SELECT format('%s customers, %s invoices of %s to %s, %s payments',
              (SELECT count(*) FROM customer), (SELECT count(*) FROM invoice), first, until, (SELECT count(*) FROM payment))
  FROM period;
