/*
 * allocation: postings against a claim, append-only.
 * Open amount of an invoice = its amount - its allocations.
 */
CREATE SEQUENCE allocation_id_seq;
CREATE TABLE allocation (
    id          bigint PRIMARY KEY DEFAULT nextval('allocation_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    invoice_id  bigint NOT NULL REFERENCES invoice,
    kind        text NOT NULL CHECK (kind IN ('payment', 'discount', 'credit', 'write_off', 'cancellation', 'reversal')),
    amount      numeric NOT NULL CHECK (amount <> 0),
    posted_on   date NOT NULL CHECK (posted_on BETWEEN '0001-01-01' AND '9999-12-31'),
    payment_id  bigint REFERENCES payment,
    counter_id  bigint REFERENCES invoice,
    reverses_id bigint UNIQUE REFERENCES allocation,
    reason      text,
    CONSTRAINT allocation_payment CHECK (CASE WHEN kind = 'payment' THEN payment_id IS NOT NULL ELSE payment_id IS NULL OR kind IN ('discount', 'reversal') END),
    CONSTRAINT allocation_reversal CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL))
);
ALTER SEQUENCE allocation_id_seq OWNED BY allocation.id;
CREATE INDEX allocation_invoice ON allocation (invoice_id);
CREATE INDEX allocation_posted ON allocation (posted_on);
CREATE INDEX allocation_payment ON allocation (payment_id) WHERE payment_id IS NOT NULL;
COMMENT ON TABLE allocation IS 'Postings against claims; a wrong one is reversed, never changed.';
COMMENT ON COLUMN allocation.id IS 'Opaque.';
COMMENT ON COLUMN allocation.customer_id IS 'The invoice''s customer; default: taken from the invoice.';
COMMENT ON COLUMN allocation.invoice_id IS 'The claim it is posted against.';
COMMENT ON COLUMN allocation.kind IS 'payment, discount, credit, write_off, cancellation; reversal takes another allocation back.';
COMMENT ON COLUMN allocation.amount IS 'Reduces the open amount; negative on a credit note and for reversals. In the invoice''s currency.';
COMMENT ON COLUMN allocation.posted_on IS 'Posting date: from that day on it counts; not before the invoice''s and the payment''s date; from year 1 to 9999.';
COMMENT ON COLUMN allocation.payment_id IS 'The payment it comes from, or that earned the discount; also on their reversals.';
COMMENT ON COLUMN allocation.counter_id IS 'Of a credit: the claim on the other side (invoice or credit note).';
COMMENT ON COLUMN allocation.reverses_id IS 'Of a reversal: what it takes back, with the opposite amount.';
COMMENT ON COLUMN allocation.reason IS 'Why, in words.';
