\set customer random(1, :customers)
SELECT ar.record_payment('C' || :customer, 1, '2024-12-31', discount => false);
