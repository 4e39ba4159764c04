/*
 * chart.sql
 *		Bars and sparklines as text, for terminals.
 *
 * Block signs are called by number, and only where they exist: in a database
 * or for a client of another encoding they would be an error.
 */
CREATE OR REPLACE FUNCTION debiteur.block_signs()
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN getdatabaseencoding() = 'UTF8' AND current_setting('client_encoding') = 'UTF8';

COMMENT ON FUNCTION debiteur.block_signs() IS
'Can charts have block signs? If the encoding of both database and client is UTF8; otherwise they are drawn in ASCII.';

CREATE OR REPLACE FUNCTION debiteur.bar(value numeric, "of" numeric, width int DEFAULT 40)
RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part   numeric;
    blocks boolean := debiteur.block_signs();
    length int;
BEGIN
    IF width NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'a bar can''t be % signs wide', width
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It was given as width.', HINT = 'Give 1 to 1000, such as 40.';
    END IF;
    IF value = 0 OR "of" = 0 OR 'NaN' IN (value, "of") OR abs("of") = 'infinity' THEN
        RETURN '';
    END IF;
    part := width * least(abs(value), abs("of")) / abs("of");
    length := greatest(round(part), 1);
    IF value < 0 THEN
        RETURN repeat(chr(CASE WHEN blocks THEN 9617 ELSE 45 END), length);
    ELSIF NOT blocks THEN
        RETURN repeat('#', length);
    END IF;
    -- The full block is 9608, one of n eighths 9616 - n.
    length := greatest(round(8 * part), 1);
    RETURN repeat(chr(9616 - least(length, 8)), length / 8) || CASE WHEN length % 8 > 0 THEN chr(9616 - length % 8) ELSE '' END;
END;
$$;

COMMENT ON FUNCTION debiteur.bar(numeric, numeric, int) IS
'A bar for a value: width signs for one as large as "of", or larger, and in proportion, to an eighth of a sign; what is not zero is seen. For a negative value it is a light shade, to a whole sign. In ASCII: #, or - for a negative value, to a whole sign; block_signs() says when.
Empty if value or "of" is 0 or NaN, or "of" infinite. NULL if an argument is NULL. Error 22023 if width is not between 1 and 1000.';

CREATE OR REPLACE FUNCTION debiteur.sparkline("values" numeric[])
RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    blocks boolean := debiteur.block_signs();
BEGIN
    RETURN (
        WITH point AS (
            SELECT p.n, CASE WHEN p.value > '-infinity' AND p.value < 'infinity' THEN p.value END AS value FROM unnest("values") WITH ORDINALITY AS p(value, n)
        ), range AS (
            SELECT min(p.value) AS lowest, max(p.value) - min(p.value) AS height FROM point p
        ), level AS (
            SELECT p.n, CASE WHEN p.value IS NULL THEN NULL WHEN r.height = 0 THEN 4 ELSE least(1 + floor(8 * (p.value - r.lowest) / r.height), 8) END::int AS level
              FROM point p CROSS JOIN range r
        )
        SELECT coalesce(string_agg(chr(CASE WHEN l.level IS NULL THEN CASE WHEN blocks THEN 183 ELSE 46 END
                                            ELSE l.level + CASE WHEN blocks THEN 9600 ELSE 48 END END), '' ORDER BY l.n), '')
          FROM level l
    );
END;
$$;

COMMENT ON FUNCTION debiteur.sparkline(numeric[]) IS
'A line of blocks, one for each value, in eight heights from the lowest of the values to the highest; middle height if all are the same. A value that is NULL, NaN or infinite is a gap, drawn as a dot in the middle. In ASCII: digits from 1 to 8, and a point; block_signs() says when.
Empty for no values; NULL for NULL.';
