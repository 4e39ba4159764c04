/* customer: who owes. */
CREATE SEQUENCE customer_id_seq;
CREATE TABLE customer (
    id       bigint PRIMARY KEY DEFAULT nextval('customer_id_seq'),
    number   text NOT NULL UNIQUE CHECK (number <> ''),
    name     text NOT NULL,
    kind     text NOT NULL DEFAULT 'business' CHECK (kind IN ('business', 'consumer')),
    segment  text,
    email    text,
    phone    text,
    address  text,
    country  text,
    language text NOT NULL DEFAULT 'en',
    terms    payment_terms,
    policy   text,
    account_manager text
);
ALTER SEQUENCE customer_id_seq OWNED BY customer.id;
COMMENT ON TABLE customer IS 'Who owes.';
COMMENT ON COLUMN customer.id IS 'Opaque; the natural key is number.';
COMMENT ON COLUMN customer.number IS 'Customer number: how apps name the customer.';
COMMENT ON COLUMN customer.name IS 'Name as printed on notices.';
COMMENT ON COLUMN customer.kind IS 'business, or consumer: a natural person not acting in business.';
COMMENT ON COLUMN customer.segment IS 'Free grouping for reports; the table segment gives some a policy.';
COMMENT ON COLUMN customer.email IS 'Where notices by e-mail go.';
COMMENT ON COLUMN customer.phone IS 'For phone steps.';
COMMENT ON COLUMN customer.address IS 'Postal address, as printed.';
COMMENT ON COLUMN customer.country IS 'Country, ISO 3166 alpha-2.';
COMMENT ON COLUMN customer.language IS 'Language of notices, ISO 639-1.';
COMMENT ON COLUMN customer.terms IS 'Payment terms; NULL: those of settings.';
COMMENT ON COLUMN customer.policy IS 'Name of the dunning policy; NULL: that of his segment, else of settings.';
COMMENT ON COLUMN customer.account_manager IS 'Who of us looks after the customer: whom tasks and escalations go to.';
