/* hold: periods in which a claim, or all claims of a customer, are not dunned. */
CREATE SEQUENCE hold_id_seq;
CREATE TABLE hold (
    id          bigint PRIMARY KEY DEFAULT nextval('hold_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    invoice_id  bigint REFERENCES invoice,
    kind        text NOT NULL DEFAULT 'manual' CHECK (kind IN ('dispute', 'promise', 'plan', 'manual', 'legal')),
    during      daterange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    reason      text
);
ALTER SEQUENCE hold_id_seq OWNED BY hold.id;
CREATE INDEX hold_customer ON hold (customer_id);
CREATE INDEX hold_dispute ON hold (lower(during)) WHERE kind = 'dispute';
COMMENT ON TABLE hold IS 'Periods in which claims are not dunned.';
COMMENT ON COLUMN hold.id IS 'Opaque; hold() returns it.';
COMMENT ON COLUMN hold.customer_id IS 'Whose claims.';
COMMENT ON COLUMN hold.invoice_id IS 'Which claim; NULL: all of the customer.';
COMMENT ON COLUMN hold.kind IS 'dispute, promise, plan, manual or legal.';
COMMENT ON COLUMN hold.during IS 'Days on which nothing is done; unbounded above: until release().';
COMMENT ON COLUMN hold.reason IS 'Why, in words.';
