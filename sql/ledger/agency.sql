/*
 * agency: what happens with claims that a collection agency has: taking them
 * back, and what the agency keeps of the money it collects. That a claim is
 * with the agency is its status in_collection; since when, its notice.
 */
CREATE SEQUENCE recall_id_seq;
CREATE TABLE recall (
    id          bigint PRIMARY KEY DEFAULT nextval('recall_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    invoice_id  bigint NOT NULL REFERENCES invoice,
    recalled_on date NOT NULL CHECK (isfinite(recalled_on)),
    restarted   boolean NOT NULL,
    note        text,
    recorded_by text NOT NULL DEFAULT session_user
);
ALTER SEQUENCE recall_id_seq OWNED BY recall.id;
CREATE INDEX recall_invoice ON recall (invoice_id);
COMMENT ON TABLE recall IS 'Claims that were taken back from the agency.';
COMMENT ON COLUMN recall.id IS 'Opaque; recall_claim() returns it.';
COMMENT ON COLUMN recall.customer_id IS 'Who owes.';
COMMENT ON COLUMN recall.invoice_id IS 'Which claim.';
COMMENT ON COLUMN recall.recalled_on IS 'When.';
COMMENT ON COLUMN recall.restarted IS 'Whether it is dunned again, from the first step on.';
COMMENT ON COLUMN recall.note IS 'Why, in words.';
COMMENT ON COLUMN recall.recorded_by IS 'Database user who recorded it.';

CREATE TABLE agency_fee (
    payment_id  bigint PRIMARY KEY REFERENCES payment,
    customer_id bigint NOT NULL REFERENCES customer,
    withheld    numeric NOT NULL CHECK (withheld >= 0)
);
COMMENT ON TABLE agency_fee IS 'What the agency kept of the payments it collected; record_agency_payment() writes it.';
COMMENT ON COLUMN agency_fee.payment_id IS 'The payment, whole: what the customer paid to the agency.';
COMMENT ON COLUMN agency_fee.customer_id IS 'Who paid.';
COMMENT ON COLUMN agency_fee.withheld IS 'What of it the agency kept, in the payment''s currency: it has settled the claim, but did not reach the bank account.';
