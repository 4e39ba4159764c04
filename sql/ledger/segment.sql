/* segment: groups of customers that have a dunning policy of their own. */
CREATE TABLE segment (
    name   text PRIMARY KEY CHECK (name <> ''),
    policy text NOT NULL
);
COMMENT ON TABLE segment IS 'Segments of customers that have a policy; assign_policy() writes them. A segment without a row is only a group in reports.';
COMMENT ON COLUMN segment.name IS 'As in customer.segment.';
COMMENT ON COLUMN segment.policy IS 'Name of the policy of its customers that have none of their own.';
