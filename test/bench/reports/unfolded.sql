-- Payments of the last day until 5,000 rows of flow wait for fold().
DO $$
DECLARE
    customers bigint := (SELECT count(*) FROM ar.customer);
    n int := 0;
BEGIN
    WHILE (SELECT count(*) < 5000 FROM ar.flow) LOOP
        FOR i IN 1 .. 50 LOOP
            n := n + 1;
            PERFORM ar.record_payment('C' || 1 + n % customers, 1, '2024-12-31', discount => false);
        END LOOP;
    END LOOP;
END $$;
