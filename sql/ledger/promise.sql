/* promise: what a customer promised to pay, and by when. */
CREATE SEQUENCE promise_id_seq;
CREATE TABLE promise (
    id          bigint PRIMARY KEY DEFAULT nextval('promise_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    currency    text NOT NULL CHECK (minor_units(currency) >= 0),
    amount      numeric NOT NULL,
    made_on     date NOT NULL CHECK (isfinite(made_on)),
    promised_on date NOT NULL CHECK (isfinite(promised_on)),
    until_on    date NOT NULL CHECK (isfinite(until_on)),
    note        text,
    CONSTRAINT promise_amount CHECK (is_amount(amount, currency) AND amount > 0),
    CONSTRAINT promise_days CHECK (promised_on >= made_on AND until_on >= promised_on)
);
ALTER SEQUENCE promise_id_seq OWNED BY promise.id;
CREATE INDEX promise_customer ON promise (customer_id);
CREATE INDEX promise_until ON promise (until_on);
COMMENT ON TABLE promise IS 'Promises to pay; promises() says which were kept.';
COMMENT ON COLUMN promise.id IS 'Opaque; promise() returns it.';
COMMENT ON COLUMN promise.customer_id IS 'Who promised.';
COMMENT ON COLUMN promise.currency IS 'ISO 4217; that of its claims.';
COMMENT ON COLUMN promise.amount IS 'How much.';
COMMENT ON COLUMN promise.made_on IS 'First day of its hold; what came in on its claims since it was made counts.';
COMMENT ON COLUMN promise.promised_on IS 'The day by which he would pay.';
COMMENT ON COLUMN promise.until_on IS 'That day and the tolerance: the last day of its hold, and the last on which money counts.';
COMMENT ON COLUMN promise.note IS 'What he said.';
