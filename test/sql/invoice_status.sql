--
-- invoice_status: labels, order, what may become what
--
SET search_path = debiteur, pg_catalog;

SELECT array_agg(s ORDER BY s) AS ordered
  FROM unnest('{cancelled,written_off,credited,paid,in_collection,overdue,open,draft}'::invoice_status[]) s;

CREATE TEMPORARY TABLE life AS
SELECT s, row_number() OVER (ORDER BY s)::int AS n
  FROM unnest('{draft,open,overdue,in_collection,paid,credited,written_off,cancelled}'::invoice_status[]) s;

-- The operators agree with the place in life.
SELECT bool_and((a.s = b.s) = (a.n = b.n) AND (a.s <> b.s) = (a.n <> b.n)
            AND (a.s < b.s) = (a.n < b.n) AND (a.s <= b.s) = (a.n <= b.n)
            AND (a.s > b.s) = (a.n > b.n) AND (a.s >= b.s) = (a.n >= b.n)
            AND invoice_status_cmp(a.s, b.s) = sign(a.n - b.n)
            AND (invoice_status_hash(a.s) = invoice_status_hash(b.s)) = (a.n = b.n)
            AND (invoice_status_hash_extended(a.s, 7) = invoice_status_hash_extended(b.s, 7)) = (a.n = b.n)) AS consistent,
       count(*)
  FROM life a, life b;
SELECT bool_and(invoice_status_hash(s) = invoice_status_hash_extended(s, 0)::bit(32)::int) AS hashes_agree FROM life;
SELECT s, pg_column_size(s) AS bytes, invoice_status_send(s) AS binary, is_open(s) FROM life ORDER BY s;

-- Every transition: row = from, column = to.
SELECT a.s AS "from", string_agg(CASE WHEN can_become(a.s, b.s) THEN b.s::text END, ' ' ORDER BY b.s) AS "to"
  FROM life a, life b GROUP BY a.s ORDER BY a.s;
SELECT can_become(NULL, 'open') IS NULL AND can_become('open', NULL) IS NULL AND is_open(NULL) IS NULL AS null_gives_null;

-- Casts go through text and are explicit.
SELECT 'paid'::text::invoice_status AS from_text, 'paid'::invoice_status::text AS to_text;
\set VERBOSITY sqlstate
SELECT 'paid'::text = 'paid'::invoice_status;
\set VERBOSITY default

-- Both kinds of index are used and give the right rows; equal values join.
CREATE TEMPORARY TABLE claim AS
SELECT i, s FROM generate_series(1, 1000) i JOIN life ON life.n = i % 8 + 1;
CREATE INDEX claim_btree ON claim (s);
CREATE INDEX claim_hash ON claim USING hash (s);
ANALYZE claim;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT count(*) FROM claim WHERE s BETWEEN 'overdue' AND 'in_collection';
SELECT s FROM claim ORDER BY s DESC LIMIT 1;
DROP INDEX claim_btree;
EXPLAIN (COSTS OFF) SELECT count(*) FROM claim WHERE s = 'credited';
SELECT count(*) FROM claim WHERE s = 'credited';
RESET enable_seqscan;
RESET enable_bitmapscan;
SET enable_nestloop = off;
SET enable_mergejoin = off;
SELECT count(*) FROM claim JOIN life USING (s);
RESET enable_mergejoin;
SET enable_hashjoin = off;
SELECT count(*) FROM claim JOIN life USING (s);
RESET enable_hashjoin;
RESET enable_nestloop;

-- Errors
SELECT 'Open'::invoice_status;
SELECT ' open'::invoice_status;
\set VERBOSITY sqlstate
SELECT 'open '::invoice_status;
SELECT ''::invoice_status;
SELECT 'closed'::invoice_status;
SELECT 'in collection'::invoice_status;
\set VERBOSITY default
-- From version 16 on a bad label can be asked about without an error.
DO $$
DECLARE
    state text;
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE $q$SELECT sql_error_code FROM pg_input_error_info('Open', 'debiteur.invoice_status')$q$ INTO state;
        ASSERT state = 'RV001', state;
    END IF;
END $$;

-- Binary COPY takes what it gave, and nothing else.
\getenv outputdir PG_ABS_BUILDDIR
\cd :outputdir
\copy life TO 'results/invoice_status.copy' (FORMAT binary)
CREATE TEMPORARY TABLE life_copied (LIKE life);
\copy life_copied FROM 'results/invoice_status.copy' (FORMAT binary)
SELECT count(*), bool_and(a.s = b.s) AS same FROM life a JOIN life_copied b USING (n);
CREATE TEMPORARY TABLE received (s invoice_status);
\copy (SELECT '\x00'::bytea) TO 'results/invoice_status.copy' (FORMAT binary)
\copy received FROM 'results/invoice_status.copy' (FORMAT binary)
\copy (SELECT '\x09'::bytea) TO 'results/invoice_status.copy' (FORMAT binary)
\copy received FROM 'results/invoice_status.copy' (FORMAT binary)
\copy (SELECT '\xff'::bytea) TO 'results/invoice_status.copy' (FORMAT binary)
\copy received FROM 'results/invoice_status.copy' (FORMAT binary)
\copy (SELECT ''::bytea) TO 'results/invoice_status.copy' (FORMAT binary)
\copy received FROM 'results/invoice_status.copy' (FORMAT binary)
\copy (SELECT '\x0102'::bytea) TO 'results/invoice_status.copy' (FORMAT binary)
\copy received FROM 'results/invoice_status.copy' (FORMAT binary)
SELECT count(*) AS received FROM received;

-- 10,000 mutated labels: RV001 or a value that goes round.
SET client_encoding = 'UTF8';
CREATE FUNCTION pg_temp.mutated(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    alphabet text := U&'abcdefghijklmnopqrstuvwxyz_ 0123456789+-OP''"\\' || chr(1) || chr(9) || chr(10) || chr(127) || 'éß ';
    place int;
BEGIN
    FOR i IN 1 .. (random() * CASE value WHEN '' THEN 20 ELSE 3 END)::int LOOP
        place := (random() * length(value))::int;
        value := left(value, place) || substr(alphabet, 1 + (random() * length(alphabet))::int, (random() * 2)::int)
                 || substr(value, place + 1 + (random() * 1.5)::int);
    END LOOP;
    RETURN value;
END $$;
CREATE FUNCTION pg_temp.fuzz(rounds int, OUT accepted int, OUT refused int) LANGUAGE plpgsql AS $$
DECLARE
    label text;
    status debiteur.invoice_status;
BEGIN
    accepted := 0;
    refused := 0;
    FOR i IN 1 .. rounds LOOP
        SELECT pg_temp.mutated(coalesce(min(s::text), '')) INTO label FROM life WHERE n = i % 9;
        BEGIN
            status := label::debiteur.invoice_status;
            IF status::text IS DISTINCT FROM label THEN
                RAISE 'accepted %, gave back %', label, status;
            END IF;
            accepted := accepted + 1;
        EXCEPTION WHEN SQLSTATE 'RV001' THEN
            refused := refused + 1;
        END;
    END LOOP;
END $$;
SELECT setseed(0.5);
SELECT accepted + refused = 10000 AS all_answered, accepted > 100 AS some_accepted, refused > 1000 AS some_refused
  FROM pg_temp.fuzz(10000);
RESET client_encoding;

SELECT opcname, amname, amvalidate(c.oid)
  FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
 WHERE c.opcintype = 'invoice_status'::regtype ORDER BY 2;
