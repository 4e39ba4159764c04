/*
 * supply_block: customers who are not supplied, and who said so. What a rule
 * has blocked, a rule may release; what a person has blocked, only a person.
 */
CREATE SEQUENCE supply_block_id_seq;
CREATE TABLE supply_block (
    id          bigint PRIMARY KEY DEFAULT nextval('supply_block_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    source      text NOT NULL CHECK (source IN ('manual', 'policy', 'credit_limit')),
    blocked_on  date NOT NULL CHECK (isfinite(blocked_on)),
    released_on date CHECK (released_on >= blocked_on),
    notice_id   bigint,
    reason      text,
    recorded_by text NOT NULL DEFAULT session_user
);
ALTER SEQUENCE supply_block_id_seq OWNED BY supply_block.id;
CREATE UNIQUE INDEX supply_block_one ON supply_block (customer_id, source) WHERE released_on IS NULL;
COMMENT ON TABLE supply_block IS 'Periods in which a customer is not supplied.';
COMMENT ON COLUMN supply_block.id IS 'Opaque.';
COMMENT ON COLUMN supply_block.customer_id IS 'Who is not supplied.';
COMMENT ON COLUMN supply_block.source IS 'manual: block_supply(); policy: a step stop_supply of dunning; credit_limit: the exposure exceeds a limit.';
COMMENT ON COLUMN supply_block.blocked_on IS 'First day.';
COMMENT ON COLUMN supply_block.released_on IS 'Day from which on this block holds no more; NULL: it holds.';
COMMENT ON COLUMN supply_block.notice_id IS 'The notice of the step; NULL: another source.';
COMMENT ON COLUMN supply_block.reason IS 'Why, in words.';
COMMENT ON COLUMN supply_block.recorded_by IS 'Database user who recorded it; of a policy or limit, who advanced.';
