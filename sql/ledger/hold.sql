/*
 * hold: periods in which a claim, a part of one, or all claims of a customer
 * are not dunned.
 *
 * Holds of several kinds add up; of one kind there is one at a time. The
 * constraint that says so needs no other extension: a number is a range of
 * itself, and ranges have a GiST operator class. It has the days last, and as an
 * expression: by them alone its index would be read whole, and no query shall.
 */
CREATE SEQUENCE hold_id_seq;
CREATE TABLE hold (
    id          bigint PRIMARY KEY DEFAULT nextval('hold_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    invoice_id  bigint REFERENCES invoice,
    kind        text NOT NULL DEFAULT 'manual' CHECK (kind IN ('dispute', 'promise', 'plan', 'manual', 'legal')),
    amount      numeric CHECK (amount IS NULL OR (amount > 0 AND invoice_id IS NOT NULL)),
    during      daterange NOT NULL CHECK (NOT lower_inf(during)),
    reason      text,
    promise_id  bigint REFERENCES promise,
    plan_id     bigint REFERENCES plan,
    received    numeric,
    sold_on     date,
    currency    text,
    created_by  text NOT NULL DEFAULT coalesce(nullif(current_setting('role'), 'none'), session_user),
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT hold_kind_once EXCLUDE USING gist (
        int8range(coalesce(invoice_id, - customer_id), coalesce(invoice_id, - customer_id), '[]') WITH &&,
        int4range(array_position('{dispute,promise,plan,manual,legal}'::text[], kind), array_position('{dispute,promise,plan,manual,legal}'::text[], kind), '[]') WITH &&,
        (during + 'empty') WITH &&)
);
ALTER SEQUENCE hold_id_seq OWNED BY hold.id;
CREATE INDEX hold_customer ON hold (customer_id);
-- The dispute rate reads nothing else.
CREATE INDEX hold_dispute ON hold (lower(during)) INCLUDE (during, sold_on, currency, invoice_id) WHERE kind = 'dispute' AND sold_on IS NOT NULL;
CREATE INDEX hold_promise ON hold (promise_id) WHERE promise_id IS NOT NULL;
CREATE INDEX hold_plan ON hold (plan_id) WHERE plan_id IS NOT NULL;
CREATE INDEX hold_planned ON hold (invoice_id) WHERE plan_id IS NOT NULL;
COMMENT ON TABLE hold IS 'Periods in which claims are not dunned, or a part of their amount is not.';
COMMENT ON COLUMN hold.id IS 'Opaque; hold() returns it.';
COMMENT ON COLUMN hold.customer_id IS 'Whose claims.';
COMMENT ON COLUMN hold.invoice_id IS 'Which claim; NULL: all of the customer.';
COMMENT ON COLUMN hold.kind IS 'dispute, promise, plan, manual or legal.';
COMMENT ON COLUMN hold.amount IS 'How much of the claim is held, in its currency; the rest of what is open is dunned. NULL: all of it.';
COMMENT ON COLUMN hold.during IS 'Days on which nothing is done; unbounded above: until release(); empty: it ended before it began. That of a plan ends on the day on which the plan breaks, and follows the payments.';
COMMENT ON COLUMN hold.reason IS 'Why, in words.';
COMMENT ON COLUMN hold.promise_id IS 'The promise that it is for; a promise''s claims are those of its holds.';
COMMENT ON COLUMN hold.plan_id IS 'The payment plan that it is for; a plan''s claims are those of its holds.';
COMMENT ON COLUMN hold.received IS 'Of a promise or plan: money (and discount earned) allocated to the claim before it; only what came in since counts for it.';
COMMENT ON COLUMN hold.sold_on IS 'Of a dispute of an issued invoice: its date, as there; NULL: another hold. Set by the ledger.';
COMMENT ON COLUMN hold.currency IS 'With sold_on: the invoice''s currency.';
COMMENT ON COLUMN hold.created_by IS 'Role of whoever made it.';
COMMENT ON COLUMN hold.created_at IS 'When it was made.';
