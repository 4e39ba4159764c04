/*
 * claim_state: a claim as a simulation has it, in the place of its row in
 * invoice: what decide() looks at, and when it is taken to be settled.
 */
-- What is always there and of fixed length first: a field after one of these is found without reading what lies between.
CREATE TYPE claim_state AS (
    id             bigint,
    customer_id    bigint,
    issued_on      date,
    due_on         date,
    step           int,
    status         invoice_status,
    next_on        date,
    open_amount    numeric,
    currency       text,
    kind           text,
    related_id     bigint,
    rescheduled_on date,
    policy_id      bigint,
    noticed_on     date,
    last_notice_on date,
    settled_on     date
);
COMMENT ON TYPE claim_state IS 'A claim in a simulation. Columns as of invoice, but for last_notice_on, when its customer had the last notice about any claim, and settled_on, the day from which on it is taken to be settled; NULL: never. id is NULL for money on account, which counts like a credit note.';

CREATE TYPE claim_states AS (claims claim_state[]);
COMMENT ON TYPE claim_states IS 'The claims that a simulation looks at on one day.';
