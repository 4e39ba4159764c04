/*
 * days.sql: the ledger in the search path is advanced on each of these days, in
 * small batches and in one transaction.
 */
CREATE PROCEDURE days(from_on date, until_on date, batch_size int DEFAULT 5) LANGUAGE plpgsql AS $$
DECLARE
    progress jsonb;
BEGIN
    FOR n IN 0 .. until_on - from_on LOOP
        progress := NULL;
        LOOP
            progress := advance_batch(from_on + n, progress, batch_size);
            EXIT WHEN progress IS NULL;
        END LOOP;
    END LOOP;
END $$;
