/*
 * credit_limit: how much a customer may owe, and what orders have reserved of it.
 *
 * A limit is a row of its own, not a column of customer: who gave which limit,
 * when and why is what auditors ask for, and it may be in any currency. The
 * decision recorded last counts, from its first day on, so nothing that was
 * planned before comes back after it. A reservation is an order that is not
 * invoiced yet; it is known by the order's reference, so that an order is
 * counted once, whoever reserves for it how often.
 */
CREATE SEQUENCE credit_limit_id_seq;
CREATE TABLE credit_limit (
    id          bigint PRIMARY KEY DEFAULT nextval('credit_limit_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    currency    text NOT NULL CHECK (minor_units(currency) >= 0),
    amount      numeric,
    from_on     date NOT NULL CHECK (isfinite(from_on)),
    reason      text,
    recorded_by text NOT NULL DEFAULT session_user,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT credit_limit_amount CHECK (is_amount(amount, currency) AND amount >= 0)
);
ALTER SEQUENCE credit_limit_id_seq OWNED BY credit_limit.id;
CREATE INDEX credit_limit_customer ON credit_limit (customer_id, currency, id);
COMMENT ON TABLE credit_limit IS 'Decisions on credit limits, one row each; set_credit_limit() writes them. Of a customer and currency the last one whose from_on has come counts; where there is none, he has no limit.';
COMMENT ON COLUMN credit_limit.id IS 'Opaque, ascending; set_credit_limit() returns it.';
COMMENT ON COLUMN credit_limit.customer_id IS 'Who may owe it.';
COMMENT ON COLUMN credit_limit.currency IS 'ISO 4217; it limits what is owed in this currency only.';
COMMENT ON COLUMN credit_limit.amount IS 'The most that he may owe; 0: nothing, he pays in advance; NULL: no limit any more.';
COMMENT ON COLUMN credit_limit.from_on IS 'First day on which it counts.';
COMMENT ON COLUMN credit_limit.reason IS 'Why, in words.';
COMMENT ON COLUMN credit_limit.recorded_by IS 'Database user who decided.';
COMMENT ON COLUMN credit_limit.recorded_at IS 'When.';

CREATE SEQUENCE credit_reservation_id_seq;
CREATE TABLE credit_reservation (
    id          bigint PRIMARY KEY DEFAULT nextval('credit_reservation_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    currency    text NOT NULL CHECK (minor_units(currency) >= 0),
    amount      numeric NOT NULL,
    reference   text NOT NULL CHECK (reference <> ''),
    reserved_on date NOT NULL CHECK (isfinite(reserved_on)),
    until_on    date CHECK (until_on >= reserved_on),
    released_on date CHECK (released_on >= reserved_on),
    CONSTRAINT credit_reservation_amount CHECK (is_amount(amount, currency) AND amount > 0)
);
ALTER SEQUENCE credit_reservation_id_seq OWNED BY credit_reservation.id;
CREATE UNIQUE INDEX credit_reservation_one ON credit_reservation (customer_id, reference) WHERE released_on IS NULL;
CREATE INDEX credit_reservation_customer ON credit_reservation (customer_id, released_on);
COMMENT ON TABLE credit_reservation IS 'What customers'' orders that are not invoiced yet take of their credit. It counts from reserved_on to until_on, and until the day before released_on.';
COMMENT ON COLUMN credit_reservation.id IS 'Opaque; reserve_credit() returns it.';
COMMENT ON COLUMN credit_reservation.customer_id IS 'Who ordered.';
COMMENT ON COLUMN credit_reservation.currency IS 'ISO 4217.';
COMMENT ON COLUMN credit_reservation.amount IS 'What the invoice will be over, VAT included.';
COMMENT ON COLUMN credit_reservation.reference IS 'Names the order; of a customer one reservation a reference holds.';
COMMENT ON COLUMN credit_reservation.reserved_on IS 'First day.';
COMMENT ON COLUMN credit_reservation.until_on IS 'Last day; NULL: until it is released or invoiced.';
COMMENT ON COLUMN credit_reservation.released_on IS 'Day from which on it counts no more: it was released, replaced, or invoiced; NULL: none of these.';
