/* payment: money received, whole; what is not allocated is on account. */
CREATE SEQUENCE payment_id_seq;
CREATE TABLE payment (
    id          bigint PRIMARY KEY DEFAULT nextval('payment_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    currency    text NOT NULL CHECK (minor_units(currency) >= 0),
    amount      numeric NOT NULL,
    received_on date NOT NULL CHECK (received_on BETWEEN '0001-01-01' AND '9999-12-31'),
    reference   text,
    reverses_id bigint UNIQUE REFERENCES payment,
    reason      text,
    allocated   numeric NOT NULL DEFAULT 0,
    reversed_on date,
    unallocated numeric NOT NULL GENERATED ALWAYS AS (CASE WHEN reversed_on IS NULL THEN amount - allocated ELSE 0 END) STORED,
    CONSTRAINT payment_amount CHECK (is_amount(amount, currency) AND (CASE WHEN reverses_id IS NULL THEN amount > 0 ELSE amount < 0 END))
);
ALTER SEQUENCE payment_id_seq OWNED BY payment.id;
CREATE INDEX payment_customer ON payment (customer_id, received_on);
CREATE INDEX payment_unallocated ON payment (customer_id, currency) INCLUDE (received_on, unallocated) WHERE unallocated <> 0;
CREATE INDEX payment_reversed ON payment (reversed_on) WHERE reversed_on IS NOT NULL;
COMMENT ON TABLE payment IS 'Money received from customers, and its reversals.';
COMMENT ON COLUMN payment.id IS 'Opaque; record_payment() returns it.';
COMMENT ON COLUMN payment.customer_id IS 'Who paid.';
COMMENT ON COLUMN payment.currency IS 'ISO 4217; only claims in this currency can be settled with it.';
COMMENT ON COLUMN payment.amount IS 'What came in; negative for the reversal of a payment.';
COMMENT ON COLUMN payment.received_on IS 'Value date; of a reversal, its posting date.';
COMMENT ON COLUMN payment.reference IS 'What the payer or the bank wrote.';
COMMENT ON COLUMN payment.reverses_id IS 'The payment that this one takes back.';
COMMENT ON COLUMN payment.reason IS 'Why it was reversed.';
COMMENT ON COLUMN payment.allocated IS 'Sum of its allocations; kept by them.';
COMMENT ON COLUMN payment.reversed_on IS 'When it was reversed; set on both rows.';
COMMENT ON COLUMN payment.unallocated IS 'What is left on account; 0 for a reversed payment and its reversal.';
