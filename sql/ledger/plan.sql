/*
 * plan: dated amounts by which a customer pays what he owes on some claims.
 * Its claims are those of its holds. A plan that is revised ends, and another
 * one takes its place.
 */
CREATE SEQUENCE plan_id_seq;
CREATE TABLE plan (
    id                bigint PRIMARY KEY DEFAULT nextval('plan_id_seq'),
    customer_id       bigint NOT NULL REFERENCES customer,
    currency          text NOT NULL CHECK (minor_units(currency) >= 0),
    amount            numeric NOT NULL,
    agreed_on         date NOT NULL CHECK (isfinite(agreed_on)),
    broken_after_days int NOT NULL CHECK (broken_after_days BETWEEN 0 AND 3650),
    remind_before     int CHECK (remind_before BETWEEN 1 AND 3650),
    remind_after      int CHECK (remind_after BETWEEN 1 AND 3650),
    channel           text NOT NULL,
    ended_on          date CHECK (isfinite(ended_on)),
    replaces_id       bigint UNIQUE REFERENCES plan,
    note              text,
    CONSTRAINT plan_amount CHECK (is_amount(amount, currency) AND amount > 0)
);
ALTER SEQUENCE plan_id_seq OWNED BY plan.id;
CREATE INDEX plan_customer ON plan (customer_id);
COMMENT ON TABLE plan IS 'Payment plans; plans() and instalments() say how they stand.';
COMMENT ON COLUMN plan.id IS 'Opaque; agree_plan() returns it.';
COMMENT ON COLUMN plan.customer_id IS 'Who pays by it.';
COMMENT ON COLUMN plan.currency IS 'ISO 4217; that of its claims.';
COMMENT ON COLUMN plan.amount IS 'Sum of its instalments: what was open of its claims when it was agreed.';
COMMENT ON COLUMN plan.agreed_on IS 'First day of its holds.';
COMMENT ON COLUMN plan.broken_after_days IS 'Days after its due date by which an instalment must be in; if one is not, the plan is broken.';
COMMENT ON COLUMN plan.remind_before IS 'Days before its due date on which an instalment is announced, or on the last sending day before that; NULL: it is not.';
COMMENT ON COLUMN plan.remind_after IS 'Days after its due date on which an instalment that is not in is asked for, or on the next sending day; NULL: it is not.';
COMMENT ON COLUMN plan.channel IS 'How these two go out: email, letter, phone, ...';
COMMENT ON COLUMN plan.ended_on IS 'From which day on it does not hold any more because it was cancelled or revised; NULL: it was not.';
COMMENT ON COLUMN plan.replaces_id IS 'The plan of which it is a revision.';
COMMENT ON COLUMN plan.note IS 'What was agreed, in words.';

CREATE TABLE instalment (
    plan_id     bigint NOT NULL REFERENCES plan,
    number      int NOT NULL CHECK (number > 0),
    customer_id bigint NOT NULL,
    due_on      date NOT NULL CHECK (isfinite(due_on)),
    amount      numeric NOT NULL CHECK (amount > 0),
    remind_on   date,
    PRIMARY KEY (plan_id, number),
    UNIQUE (plan_id, due_on)
);
CREATE INDEX instalment_remind ON instalment (remind_on, plan_id, number) WHERE remind_on IS NOT NULL;
COMMENT ON TABLE instalment IS 'Instalments of payment plans.';
COMMENT ON COLUMN instalment.plan_id IS 'The plan.';
COMMENT ON COLUMN instalment.number IS 'Counts from 1, by due date.';
COMMENT ON COLUMN instalment.customer_id IS 'The plan''s customer.';
COMMENT ON COLUMN instalment.due_on IS 'Last day of payment in time.';
COMMENT ON COLUMN instalment.amount IS 'How much.';
COMMENT ON COLUMN instalment.remind_on IS 'Next day on which advance looks whether it is to be announced or asked for; NULL: no more.';
