/*
 * notice: one step taken for one customer, with the claims on it; and outbox:
 * messages for the outside, written in the transaction of what they announce.
 *
 * No foreign keys: advance alone writes these rows, from rows that it has
 * locked, and nobody can delete what they name (facts.sql refuses it).
 */
CREATE SEQUENCE notice_id_seq;
CREATE TABLE notice (
    id          bigint PRIMARY KEY DEFAULT nextval('notice_id_seq'),
    customer_id bigint NOT NULL,
    currency    text NOT NULL,
    policy_id   bigint,
    step        int,
    plan_id     bigint,
    instalment  int,
    channel     text NOT NULL,
    action      text NOT NULL,
    issued_on   date NOT NULL,
    lead_id     bigint NOT NULL,
    amount      numeric NOT NULL,
    name        text NOT NULL,
    address     text,
    country     text,
    email       text,
    phone       text,
    language    text NOT NULL,
    text_id     bigint,
    delivery    text NOT NULL DEFAULT 'pending' CHECK (delivery IN ('pending', 'confirmed', 'failed')),
    delivery_note text,
    sent_by     text NOT NULL,
    attempts    int NOT NULL DEFAULT 1,
    tried       jsonb NOT NULL DEFAULT '{}',
    taken_at    timestamptz,
    CONSTRAINT notice_of CHECK (num_nulls(policy_id, step, plan_id, instalment) = 2 AND (policy_id IS NULL) = (step IS NULL))
);
ALTER SEQUENCE notice_id_seq OWNED BY notice.id;
-- No instalment is announced or asked for twice.
CREATE UNIQUE INDEX notice_instalment ON notice (plan_id, instalment, action) WHERE plan_id IS NOT NULL;
CREATE INDEX notice_customer ON notice (customer_id, issued_on);
CREATE INDEX notice_taken ON notice (taken_at) WHERE taken_at IS NOT NULL AND delivery = 'pending';
COMMENT ON TABLE notice IS 'Notices issued by advance: a letter, a mail, a call, a hand-over.';
COMMENT ON COLUMN notice.id IS 'Opaque; named in the outbox message, for confirm_notice() and fail_notice().';
COMMENT ON COLUMN notice.customer_id IS 'To whom.';
COMMENT ON COLUMN notice.currency IS 'Currency of all its lines.';
COMMENT ON COLUMN notice.policy_id IS 'Policy version that asked for it; NULL: it is about an instalment.';
COMMENT ON COLUMN notice.step IS 'Number of the step in that policy.';
COMMENT ON COLUMN notice.plan_id IS 'Payment plan that it is about; NULL: it is a step of a policy.';
COMMENT ON COLUMN notice.instalment IS 'Number of the instalment in that plan.';
COMMENT ON COLUMN notice.channel IS 'How it goes out: email, letter, phone, ...';
COMMENT ON COLUMN notice.action IS 'What it is: upcoming, reminder, final_notice, ...; of an instalment: instalment_upcoming, instalment_late.';
COMMENT ON COLUMN notice.issued_on IS 'The date that was advanced when it was issued.';
COMMENT ON COLUMN notice.lead_id IS 'Leading claim: the oldest due of those the step is taken for, then the largest, then the lowest id; of an instalment, the oldest of its plan that is open.';
COMMENT ON COLUMN notice.amount IS 'What it asks for: the sum of what its lines ask for; of an instalment, what is open of it, less what credit notes and money on account cover.';
COMMENT ON COLUMN notice.name IS 'Name of the customer, as it was then.';
COMMENT ON COLUMN notice.address IS 'Postal address, as it was then.';
COMMENT ON COLUMN notice.country IS 'Country, as it was then.';
COMMENT ON COLUMN notice.email IS 'E-mail address, as it was then.';
COMMENT ON COLUMN notice.phone IS 'Telephone, as it was then.';
COMMENT ON COLUMN notice.language IS 'Language of the customer, as it was then.';
COMMENT ON COLUMN notice.text_id IS 'The text it is written with (notice_text); NULL: there was none.';
COMMENT ON COLUMN notice.delivery IS 'pending, confirmed or failed (for good: no channel is left).';
COMMENT ON COLUMN notice.delivery_note IS 'What the deliverer said last.';
COMMENT ON COLUMN notice.sent_by IS 'The channel it goes out by now: its own, or the one that took over.';
COMMENT ON COLUMN notice.attempts IS 'How often it was offered in the outbox, over all channels.';
COMMENT ON COLUMN notice.tried IS 'How often it failed, by channel.';
COMMENT ON COLUMN notice.taken_at IS 'When a deliverer took it last, and has not reported since; NULL: it waits in the outbox, or was reported.';

CREATE TABLE notice_line (
    notice_id   bigint NOT NULL,
    invoice_id  bigint NOT NULL,
    customer_id bigint NOT NULL,
    number      text NOT NULL,
    kind        text NOT NULL,
    reference   text,
    taken       boolean NOT NULL,
    policy_id   bigint NOT NULL,
    step        int NOT NULL,
    cycle       int NOT NULL,
    amount      numeric NOT NULL,
    open_amount numeric NOT NULL,
    asked       numeric NOT NULL,
    due_on      date NOT NULL,
    PRIMARY KEY (notice_id, invoice_id)
);
-- No step is ever taken twice.
CREATE UNIQUE INDEX notice_line_taken ON notice_line (invoice_id, policy_id, step, cycle) WHERE taken;
COMMENT ON TABLE notice_line IS 'Claims on a notice, with the amounts as printed.';
COMMENT ON COLUMN notice_line.notice_id IS 'The notice.';
COMMENT ON COLUMN notice_line.invoice_id IS 'The claim.';
COMMENT ON COLUMN notice_line.customer_id IS 'The notice''s customer.';
COMMENT ON COLUMN notice_line.number IS 'Number of the claim.';
COMMENT ON COLUMN notice_line.kind IS 'invoice, costs or interest.';
COMMENT ON COLUMN notice_line.reference IS 'Payment reference of the claim.';
COMMENT ON COLUMN notice_line.taken IS 'true: the step was taken for this claim; false: it is listed because it is overdue too (on the most severe notice that the customer got that day).';
COMMENT ON COLUMN notice_line.policy_id IS 'Policy version of the notice.';
COMMENT ON COLUMN notice_line.step IS 'Step of the notice.';
COMMENT ON COLUMN notice_line.cycle IS 'Which case of the claim.';
COMMENT ON COLUMN notice_line.amount IS 'Amount of the claim as issued.';
COMMENT ON COLUMN notice_line.open_amount IS 'What was open of it when the notice was issued.';
COMMENT ON COLUMN notice_line.asked IS 'What the notice asks for of it: what was open and not held, less what credit notes and money on account covered.';
COMMENT ON COLUMN notice_line.due_on IS 'When it was due.';

CREATE SEQUENCE outbox_id_seq;
CREATE TABLE outbox (
    id          bigint PRIMARY KEY DEFAULT nextval('outbox_id_seq'),
    customer_id bigint NOT NULL,
    topic       text NOT NULL,
    payload     jsonb NOT NULL,
    not_before  timestamptz NOT NULL DEFAULT '-infinity'
);
ALTER SEQUENCE outbox_id_seq OWNED BY outbox.id;
COMMENT ON TABLE outbox IS 'Messages waiting for the outside; take_messages() hands them out. No order is promised.';
COMMENT ON COLUMN outbox.id IS 'Opaque.';
COMMENT ON COLUMN outbox.customer_id IS 'Whom it is about.';
COMMENT ON COLUMN outbox.topic IS 'notice; to the agency also recall: a claim is taken back, and open_amount: what is open of a claim that it has is another amount, because of a payment, a credit note, or what else was posted.';
COMMENT ON COLUMN outbox.payload IS 'What the deliverer needs. Of a notice: notice, attempt, channel, action, customer, subject, body, amount, lines; of an instalment also plan, instalment, due_on. Of the other topics: channel, customer, name, invoice, currency, open_amount; recalled_on and note; before (what was open), status and postings: of two messages of a claim, the one with more postings is the later.';
COMMENT ON COLUMN outbox.not_before IS 'From when on it is handed out.';
