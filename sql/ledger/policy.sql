/*
 * policy: named, versioned lists of dunning steps. A change makes a new
 * version; a claim stays on the version under which its first notice went out.
 */
CREATE SEQUENCE policy_id_seq;
CREATE TABLE policy (
    id             bigint PRIMARY KEY DEFAULT nextval('policy_id_seq'),
    name           text NOT NULL CHECK (name <> ''),
    version        int NOT NULL CHECK (version > 0),
    current        boolean NOT NULL DEFAULT true,
    steps          dunning_step[] NOT NULL CHECK (policy_problem(steps) IS NULL),
    catch_up       text NOT NULL DEFAULT 'one_step' CHECK (catch_up IN ('one_step', 'by_age')),
    grouped_by     text NOT NULL DEFAULT 'customer' CHECK (grouped_by IN ('customer', 'invoice')),
    minimum_amount numeric NOT NULL DEFAULT 0 CHECK (minimum_amount >= 0 AND minimum_amount < 1e15),
    step_minimums  numeric[],
    minimum_share  numeric NOT NULL DEFAULT 0 CHECK (minimum_share BETWEEN 0 AND 1),
    currency       text CHECK (minor_units(currency) >= 0),
    min_interval   int NOT NULL DEFAULT 0 CHECK (min_interval BETWEEN 0 AND 3650),
    convention     text NOT NULL DEFAULT 'unadjusted' CHECK (convention IN ('unadjusted', 'following', 'modified_following', 'preceding', 'modified_preceding')),
    send_days      int[] CHECK (calendar_problem(send_days, quiet) IS NULL),
    quiet          datemultirange,
    CONSTRAINT policy_minimums CHECK (step_minimums IS NULL
        OR (array_ndims(step_minimums) = 1 AND array_lower(step_minimums, 1) = 1 AND cardinality(step_minimums) = cardinality(steps)
            AND array_position(step_minimums, NULL) IS NULL AND 0 <= ALL (step_minimums) AND 1e15 > ALL (step_minimums))),
    CONSTRAINT policy_minimums_currency CHECK (currency IS NOT NULL OR (minimum_amount = 0 AND step_minimums IS NULL)),
    UNIQUE (name, version)
);
ALTER SEQUENCE policy_id_seq OWNED BY policy.id;
CREATE UNIQUE INDEX policy_current ON policy (name) WHERE current;
COMMENT ON TABLE policy IS 'Dunning policies; set_policy() writes them.';
COMMENT ON COLUMN policy.id IS 'Opaque: one version of one policy.';
COMMENT ON COLUMN policy.name IS 'Name by which customers and settings refer to it.';
COMMENT ON COLUMN policy.version IS 'Counts up from 1 for each name.';
COMMENT ON COLUMN policy.current IS 'Whether new cases begin under this version.';
COMMENT ON COLUMN policy.steps IS 'The steps in order; debiteur.policy_problem() says what may not be.';
COMMENT ON COLUMN policy.catch_up IS 'What a claim gets for which steps were missed: one_step: the next one, then one a day; by_age: at once the furthest step on the due date that its age has reached.';
COMMENT ON COLUMN policy.grouped_by IS 'customer: one notice per customer, currency and step; invoice: one per invoice.';
COMMENT ON COLUMN policy.minimum_amount IS 'No notice while all that can be asked of the customer (grouped_by invoice: of the invoice) is below this; for claims in the policy''s currency.';
COMMENT ON COLUMN policy.step_minimums IS 'For each step: not taken while what it is taken for, the claims of one notice, asks for less than this; for claims in the policy''s currency. By age it falls back to the step before that was not taken. NULL: no such minimums.';
COMMENT ON COLUMN policy.minimum_share IS 'No step is taken while the claims of its notice ask for less than this share, from 0 to 1, of all open claims of the customer in their currency, due or not, whatever the policy''s currency is; by age it falls back, as with step_minimums; 0: no such minimum.';
COMMENT ON COLUMN policy.currency IS 'Currency of minimum_amount and step_minimums. Claims in other currencies have no minimum but the share. NULL: the policy has no such minimums.';
COMMENT ON COLUMN policy.min_interval IS 'Days that must lie between two days on which the customer gets notices, and between the issue of a claim and its first notice; 0: none.';
COMMENT ON COLUMN policy.convention IS 'Where the day of a step is moved that is no business day of the ledger: following (the next one), preceding, modified_following, modified_preceding (the other way rather than into another month), unadjusted (it stays). Never across the day that the step counts from.';
COMMENT ON COLUMN policy.send_days IS 'Weekdays on which steps are taken, from 1, Monday, to 7, Sunday, the ledger''s holidays excepted; NULL: on all days, holidays too. A step whose day is another one is taken on the next.';
COMMENT ON COLUMN policy.quiet IS 'Dates on which no step is taken; NULL: none. What is closed each year is better kept as holidays of the ledger: these dates are those of this version.';

INSERT INTO policy (name, version, steps) VALUES ('default', 1,
    '{due-3 email upcoming,due+7 email reminder,due+14 email final_notice,due+21 phone call,prev+14 letter default_notice,prev+15 agency hand_over}');
