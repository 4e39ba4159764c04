/* settings: what the ledger's owner decides once; one row. */
CREATE TABLE settings (
    id         int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    currency   text NOT NULL CHECK (minor_units(currency) >= 0),
    time_zone  text NOT NULL CHECK ('2000-01-01'::timestamp AT TIME ZONE time_zone IS NOT NULL),
    terms      payment_terms NOT NULL,
    policy     text NOT NULL DEFAULT 'default',
    worker     boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE settings IS 'Settings of this ledger, one row; the owner changes it with UPDATE.';
COMMENT ON COLUMN settings.id IS 'Always 1.';
COMMENT ON COLUMN settings.currency IS 'Default currency of invoices and payments (ISO 4217).';
COMMENT ON COLUMN settings.time_zone IS 'Time zone whose date is today(): when an invoice becomes overdue, when the worker''s day begins.';
COMMENT ON COLUMN settings.terms IS 'Payment terms of customers that have none of their own.';
COMMENT ON COLUMN settings.policy IS 'Name of the policy of customers that have none of their own.';
COMMENT ON COLUMN settings.worker IS 'Whether the background worker advances this ledger.';
