/* settings: what the ledger's owner decides once; one row. */
CREATE TABLE settings (
    id         int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    currency   text NOT NULL CHECK (minor_units(currency) >= 0),
    time_zone  text NOT NULL CHECK ('2000-01-01'::timestamp AT TIME ZONE time_zone IS NOT NULL),
    terms      payment_terms NOT NULL,
    policy     text NOT NULL DEFAULT 'default',
    worker     boolean NOT NULL DEFAULT true,
    sender     text NOT NULL DEFAULT '',
    bank_account   text NOT NULL DEFAULT '',
    respond_within int NOT NULL DEFAULT 7 CHECK (respond_within BETWEEN 0 AND 3650),
    max_attempts   int NOT NULL DEFAULT 3 CHECK (max_attempts BETWEEN 1 AND 100),
    retry_after    interval NOT NULL DEFAULT '1 hour' CHECK (retry_after BETWEEN '0' AND '1 year'),
    report_within  interval NOT NULL DEFAULT '3 days' CHECK (report_within BETWEEN '1 minute' AND '1 year'),
    other_channels jsonb NOT NULL DEFAULT '{"email": "letter", "sms": "letter", "webhook": "task", "letter": "phone"}' CHECK (jsonb_typeof(other_channels) = 'object')
);
COMMENT ON TABLE settings IS 'Settings of this ledger, one row; the owner changes it with UPDATE.';
COMMENT ON COLUMN settings.id IS 'Always 1.';
COMMENT ON COLUMN settings.currency IS 'Default currency of invoices and payments (ISO 4217).';
COMMENT ON COLUMN settings.time_zone IS 'Time zone whose date is today(): when an invoice becomes overdue, when the worker''s day begins.';
COMMENT ON COLUMN settings.terms IS 'Payment terms of customers that have none of their own.';
COMMENT ON COLUMN settings.policy IS 'Name of the policy of customers that have none, nor a segment with one.';
COMMENT ON COLUMN settings.worker IS 'Whether the background worker advances this ledger.';
COMMENT ON COLUMN settings.sender IS 'Who signs notices, {sender} in their texts.';
COMMENT ON COLUMN settings.bank_account IS 'Where to pay, {bank_account} in the texts of notices.';
COMMENT ON COLUMN settings.respond_within IS 'Days from the issue of a notice to {respond_by} in its text.';
COMMENT ON COLUMN settings.max_attempts IS 'How often a notice is offered on one channel before it goes to the other one.';
COMMENT ON COLUMN settings.retry_after IS 'How long a notice that failed waits before it is offered again.';
COMMENT ON COLUMN settings.report_within IS 'How long a deliverer who took a notice has to report; after that it has failed (the next advance finds out).';
COMMENT ON COLUMN settings.other_channels IS 'Which channel takes over when one has failed, {"email": "letter"}; a notice goes over each channel once, and not over one for which the customer has no address.';
