-- The type payment_terms: its notation, errors, order, binary form.
SET search_path = debiteur, pg_catalog;
\set VERBOSITY default

-- Canonical notation prints as it was written.
SELECT notation, notation::payment_terms::text = notation AS canonical
  FROM unnest(ARRAY[
    'net 30', 'net 0', 'net 3650', 'net 1 month', 'net 2 months', 'net 120 months',
    'eom', '10 prox', '31 prox', 'on 5', 'on 5,10',
    'on 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31',
    'net 30 then eom', 'eom then net 30', 'net 1 month then eom', 'net 30 then 10 prox', 'net 5 then on 5',
    'net 1 then eom then net 2 months then on 15', 'net 5 bd', 'net 3650 bd', 'net 5 bd then net 3 then net 2 bd then eom', '2/10 net 20 bd', '2/10 prox net 50 bd from invoice', 'net 5 bd cutoff 25',
    '2/10 net 30', '3/10 1/20 net 60', '4/7 3/14 2/21 1/28 net 60', '2.5/10 net 30', '0.001/0 net 0', '99.999/30 net 30',
    '2/10 net eom then net 30', '2/10 net 10 prox', '2/10 prox net 30 prox', '2/10 prox net 10 prox then net 20',
    '2/10 prox net 60 from invoice', '2/10 prox net 2 months from invoice', '2/10 prox net 1 prox then net 60',
    '3/10 1/20 prox net 30 prox', '10 prox cutoff 25', '2/10 net 30 cutoff 1',
    'cod', 'cia', 'cwo', 'cbs', 'cnd', 'pia', 'upon receipt']) AS notation;

-- What the trade writes is read, and printed canonically.
SELECT notation, notation::payment_terms
  FROM unnest(ARRAY[
    '30', '030', '30 days', '30d', 'net30', 'Net 30', 'NET 30 DAYS', 'n/30', 'N30', 'net/30', E' net\t30\n', '2 weeks', '1 week', '5bd', 'n/5 BD', 'net 5 business days', '1 business day', '5 working days net', '2/10, 1 working day then net 20', '1 month', 'net 0 months',
    '30 days net', '30 net', '2 weeks net', '1 month net', '2/10, 30 days net', '30 days net then eom', 'due net 30', 'payable 30 days',
    '2/10, n/30', '2/10 n/30', '2/10/n30', '2% 10 net 30', '2 % 10 days, net 30 days', '2%/10 net 30', '.5/10 net 30', '2.50/10 net 30',
    '2/10th net 30 prox', '2% 10th proximo, net 30 prox', '4/10 eom', '4/10 E.O.M.', '4/10 eom cutoff 25',
    '10 proximo', '10th prox.', 'net 10 prox', '21 MFI', 'net eom', 'end of month', 'end month', 'net monthly account', '1 month then eom',
    'on 10, 5 and 5', 'on 5th and 10th',
    'C.O.D.', 'due on receipt', 'Payable upon receipt', 'on receipt',
    'net 30 from invoice date']) AS notation;

-- One meaning, one notation.
SELECT notation, notation::payment_terms
  FROM unnest(ARRAY[
    'net 10 then net 20', 'net 0 then eom', 'eom then net 0', 'eom then eom', 'net 30 then eom then 10', 'eom then 29', 'eom then 10th',
    'net 0 then eom then 31', 'net 0 then on 5,10', 'eom then 10 days', 'net 5 bd then net 3 bd', 'net 0 bd', 'net 0 bd then eom', 'eom then net 0 bd', 'net 1 then net 1 then net 1 then net 1 then net 1']) AS notation;

-- Days and a month end without their order have more than one reading.
SELECT '30 days EOM'::payment_terms;
\echo :LAST_ERROR_SQLSTATE
SELECT 'net 30 eom'::payment_terms;
SELECT '30 EOM'::payment_terms;
SELECT '30 days net EOM'::payment_terms;
SELECT 'eom 30'::payment_terms;
SELECT 'eom n/60 days'::payment_terms;
SELECT '45 days end of month'::payment_terms;
SELECT '10 eom'::payment_terms;
SELECT '2 weeks eom'::payment_terms;
SELECT 'net 1 month eom'::payment_terms;
SELECT 'eom 2 months'::payment_terms;
SELECT '5 bd eom'::payment_terms;
SELECT 'eom 1 business day'::payment_terms;
SELECT 'eom net 5 bd'::payment_terms;
SELECT '2/10 prox net 50 bd'::payment_terms;
SELECT 'net 30 then eom 10'::payment_terms;
SELECT '2/10 net 30 eom'::payment_terms;
-- So have others.
SELECT 'net 30 then 10'::payment_terms;
SELECT '10th'::payment_terms;
SELECT '2/10 prox net 60'::payment_terms;
SELECT '4/10 eom net 30'::payment_terms;
SELECT '3/10 1/20 eom'::payment_terms;

-- What is no notation at all: which token, and what to write.
SELECT ''::payment_terms;
\echo :LAST_ERROR_SQLSTATE
SELECT '10 net 30'::payment_terms;
SELECT 'net'::payment_terms;
SELECT '2/10'::payment_terms;
SELECT 'net 30 then'::payment_terms;
SELECT 'thirty days'::payment_terms;
SELECT 'net 30 dagen'::payment_terms;
SELECT 'net 30 net 60'::payment_terms;
SELECT 'net -5'::payment_terms;
SELECT 'net 10.5'::payment_terms;
SELECT 'net 3651'::payment_terms;
SELECT 'net 3651 bd'::payment_terms;
SELECT 'net 3000 bd then net 651 bd'::payment_terms;
SELECT 'net 5 business'::payment_terms;
SELECT 'bd'::payment_terms;
SELECT '2/10 bd net 30'::payment_terms;
SELECT '522 weeks'::payment_terms;
SELECT 'net 121 months'::payment_terms;
SELECT 'net 99999999999999999999999'::payment_terms;
SELECT 'net 3000 then net 651'::payment_terms;
SELECT '0 prox'::payment_terms;
SELECT '32 prox'::payment_terms;
SELECT 'on 0'::payment_terms;
SELECT 'on 5,32'::payment_terms;
SELECT 'on'::payment_terms;
SELECT 'eom then 45'::payment_terms;
SELECT 'eom cutoff 31'::payment_terms;
SELECT 'cod cutoff 25'::payment_terms;
SELECT 'cod then eom'::payment_terms;
SELECT '2/10 cod'::payment_terms;
SELECT 'eom then net 1 month then on 5 then eom then on 6'::payment_terms;
SELECT '0/10 net 30'::payment_terms;
SELECT '100/10 net 30'::payment_terms;
SELECT '2.1234/10 net 30'::payment_terms;
SELECT '2,5/10 net 30'::payment_terms;
SELECT '2/10.5 net 30'::payment_terms;
SELECT '2/32 prox net 60 from invoice'::payment_terms;
SELECT '5/1 4/2 3/3 2/4 1/5 net 30'::payment_terms;
SELECT ('net 30 ' || repeat('x', 60))::payment_terms;
-- A discount is lower and longer than the one before, and over by the due date.
SELECT '1/10 2/20 net 30'::payment_terms;
SELECT '2/10 2/20 net 30'::payment_terms;
SELECT '3/20 1/10 net 60'::payment_terms;
SELECT '3/10 1/10 net 60'::payment_terms;
SELECT '3/10 1/5 prox net 30 prox'::payment_terms;
SELECT '2/31 net 30'::payment_terms;
-- Twenty business days are at least 26 days, from a Sunday on.
SELECT '2/26 net 20 bd'::payment_terms;
SELECT '2/27 net 20 bd'::payment_terms;
SELECT '2/30 net 30'::payment_terms;
SELECT '2/10 net eom'::payment_terms;
SELECT '2/29 net 1 month'::payment_terms;
SELECT '2/28 net 1 month'::payment_terms;
SELECT '2/20 prox net 10 prox'::payment_terms;
SELECT '2/20 prox net 10 prox then net 10'::payment_terms;
SELECT '2/10 prox net 39 from invoice'::payment_terms;
SELECT '2/10 prox net 40 from invoice'::payment_terms;

-- Equal values have equal hashes; order: most days, then notation.
SELECT a::payment_terms = b::payment_terms AS equal,
       payment_terms_hash(a::payment_terms) = payment_terms_hash(b::payment_terms) AS same_hash,
       payment_terms_hash_extended(a::payment_terms, 7) = payment_terms_hash_extended(b::payment_terms, 7) AS same_hash_extended
  FROM (VALUES ('n/30', 'net 30 days'), ('2 weeks', 'net 14'), ('eom then 10', '10 prox'), ('cod', 'cia'), ('net 30', 'net 1 month')) AS v(a, b);
CREATE TEMP TABLE terms (terms payment_terms PRIMARY KEY);
INSERT INTO terms SELECT notation::payment_terms
  FROM unnest(ARRAY['net 60', 'eom', 'net 30', 'cod', 'upon receipt', 'net 0', 'net 7', '2/10 net 30', 'net 1 month', 'net 2 months', 'net 30 then eom',
                    'eom then net 30', '10 prox', 'on 5,10', 'cia', '10 prox cutoff 25', 'net 12 months', 'net 5 bd', 'net 6 bd', 'net 365', 'net 366', 'net 367']) AS notation;
INSERT INTO terms VALUES ('n/60');
SELECT terms FROM terms ORDER BY terms;
SELECT count(*) FILTER (WHERE (a.terms < b.terms)::int + (a.terms = b.terms)::int + (a.terms > b.terms)::int <> 1) AS not_one_of_three,
       count(*) FILTER (WHERE (a.terms <= b.terms) <> (a.terms < b.terms OR a.terms = b.terms)
                           OR (a.terms >= b.terms) <> (b.terms <= a.terms)
                           OR (a.terms <> b.terms) = (a.terms = b.terms)
                           OR payment_terms_cmp(a.terms, b.terms) <> - payment_terms_cmp(b.terms, a.terms)) AS contradictions,
       count(*) AS pairs
  FROM terms a CROSS JOIN terms b;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT count(*) AS hash_joined FROM terms a JOIN terms b USING (terms);
RESET enable_mergejoin;
RESET enable_nestloop;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT terms FROM terms WHERE terms = 'n/30';
SELECT terms FROM terms WHERE terms = 'n/30';
RESET enable_seqscan;
RESET enable_bitmapscan;
SELECT opcname, amname, amvalidate(c.oid)
  FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
 WHERE c.opcintype = 'payment_terms'::regtype ORDER BY amname;

-- Casts: assigned to a text, read from a text when asked for.
CREATE TEMP TABLE words (word text);
INSERT INTO words SELECT 'N/30'::payment_terms;
SELECT word, word::payment_terms = 'net 30' AS same FROM words;

-- Binary form: the canonical text, checked on the way in as text input checks.
SELECT convert_from(payment_terms_send('2% 10, n/30'), 'UTF8');
CREATE TEMP TABLE copied (LIKE terms);
\copy terms TO 'test/results/payment_terms.bin' (FORMAT binary)
\copy copied FROM 'test/results/payment_terms.bin' (FORMAT binary)
SELECT (SELECT count(*) FROM copied) AS copied, (SELECT count(*) FROM (TABLE terms EXCEPT TABLE copied) AS d) AS differ;
\copy (SELECT 'N/45'::text) TO 'test/results/payment_terms.bin' (FORMAT binary)
\copy copied FROM 'test/results/payment_terms.bin' (FORMAT binary)
SELECT terms FROM copied WHERE terms = 'net 45';
\copy (SELECT '30 days EOM'::text) TO 'test/results/payment_terms.bin' (FORMAT binary)
\copy copied FROM 'test/results/payment_terms.bin' (FORMAT binary)
\copy (SELECT ''::text) TO 'test/results/payment_terms.bin' (FORMAT binary)
\copy copied FROM 'test/results/payment_terms.bin' (FORMAT binary)
-- A zero byte in the text.
\copy (SELECT '\x6e65742033300078'::bytea) TO 'test/results/payment_terms.bin' (FORMAT binary)
\set VERBOSITY sqlstate
\copy copied FROM 'test/results/payment_terms.bin' (FORMAT binary)
\set VERBOSITY default

-- Soft errors, where the server has them (16 and later).
SELECT CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'true'
            ELSE $$pg_input_is_valid('net 30', 'debiteur.payment_terms')
                   AND NOT pg_input_is_valid('30 days EOM', 'debiteur.payment_terms')
                   AND NOT pg_input_is_valid('net', 'debiteur.payment_terms')$$ END AS soft \gset
SELECT :soft AS soft;

-- 10,000 strings: mutated notation, shuffled words, random bytes. Each is
-- refused with RV001 or RV002, or is read, and what is printed reads the same.
-- Of the terms that were accepted none is due before its discount is over.
CREATE FUNCTION pg_temp.random_number(seed text, bound int) RETURNS int LANGUAGE sql IMMUTABLE
    RETURN ('x' || substr(md5(seed), 1, 7))::bit(28)::int % bound;
CREATE FUNCTION pg_temp.random_byte(seed text, first int) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN convert_from(decode(lpad(to_hex(first + pg_temp.random_number(seed, 256 - first)), 2, '0'), 'hex'), 'LATIN1');
CREATE FUNCTION pg_temp.mutated(n int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    models text[] := ARRAY['net 30', '2/10 net 30', '3/10 1/20 net 60', 'net 30 then eom', 'eom then net 30', '10 prox', '2/10 prox net 30 prox', 'net 5 then on 5,10',
                           '4/10 eom', 'upon receipt', 'net 1 month then eom', '2% 10, n/30', '2/10 prox net 60 from invoice', '10 prox cutoff 25', 'net 5 bd then eom', '2/10 net 15 business days'];
    result text := models[1 + pg_temp.random_number(n || 'model', cardinality(models))];
BEGIN
    FOR i IN 1 .. 1 + pg_temp.random_number(n || 'changes', 3) LOOP
        result := overlay(result
            PLACING CASE pg_temp.random_number(n || 'how' || i, 4)
                        WHEN 0 THEN ''
                        WHEN 1 THEN chr(32 + pg_temp.random_number(n || 'ascii' || i, 95))
                        WHEN 2 THEN pg_temp.random_number(n || 'number' || i, 40)::text
                        ELSE pg_temp.random_byte(n || 'byte' || i, 128)
                    END
            FROM 1 + pg_temp.random_number(n || 'at' || i, length(result) + 1)
            FOR pg_temp.random_number(n || 'for' || i, 3));
    END LOOP;
    RETURN result;
END $$;
CREATE FUNCTION pg_temp.shuffled(n int) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN (SELECT string_agg(words[1 + pg_temp.random_number(n || 'word' || i, cardinality(words))] || CASE WHEN i % 4 < 3 THEN ' ' ELSE '' END, '' ORDER BY i)
              FROM generate_series(1, 1 + pg_temp.random_number(n || 'words', 8)) AS i,
                   (VALUES (ARRAY['net', 'n', '/', '%', '2/10', '1/20', '3', '10', '30', '60', '31', 'eom', 'prox', 'then', 'then', 'on', 'month', 'days', 'weeks', 'bd',
                                  '10th', 'cutoff 25', 'cod', 'from invoice', '2/10 prox', 'net 30', 'net eom', 'net 15 prox', 'then net 45'])) AS v(words));
CREATE FUNCTION pg_temp.bytes(n int) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN (SELECT string_agg(pg_temp.random_byte(n || 'byte' || i, 1), '' ORDER BY i)
              FROM generate_series(1, 1 + pg_temp.random_number(n || 'bytes', 60)) AS i);
CREATE FUNCTION pg_temp.try(notation text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    terms payment_terms;
BEGIN
    terms := notation::payment_terms;
    IF terms::text::payment_terms <> terms OR terms::text::payment_terms::text <> terms::text THEN
        RETURN 'does not round-trip';
    ELSIF EXISTS (SELECT FROM generate_series(0, 1460, 5) AS n, LATERAL (SELECT date '2023-01-01' + n) AS d(issued)
                   WHERE due_date(terms, issued) < issued OR due_date(terms, issued) < discount_date(terms, issued)) THEN
        RETURN 'due too early';
    END IF;
    RETURN 'accepted';
EXCEPTION WHEN SQLSTATE 'RV001' OR SQLSTATE 'RV002' THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE tried AS
SELECT kind, notation, pg_temp.try(notation) AS outcome
  FROM generate_series(1, 10000) AS n,
       LATERAL (SELECT n % 3, CASE n % 3 WHEN 0 THEN pg_temp.mutated(n) WHEN 1 THEN pg_temp.shuffled(n) ELSE pg_temp.bytes(n) END) AS s(kind, notation);
SELECT outcome, count(*) FILTER (WHERE kind = 0) AS mutated, count(*) FILTER (WHERE kind = 1) AS shuffled, count(*) FILTER (WHERE kind = 2) AS bytes
  FROM tried GROUP BY outcome ORDER BY outcome COLLATE "C";
