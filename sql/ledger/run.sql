/* run: one advance of the ledger for one date; more runs on a date add to its row. */
CREATE TABLE run (
    as_of         date PRIMARY KEY CHECK (isfinite(as_of)),
    started_at    timestamptz NOT NULL,
    finished_at   timestamptz,
    notices       bigint NOT NULL DEFAULT 0,
    steps         bigint NOT NULL DEFAULT 0,
    overdue       bigint NOT NULL DEFAULT 0,
    skipped       jsonb NOT NULL DEFAULT '{}',
    failures      int NOT NULL DEFAULT 0,
    failed_at     timestamptz,
    error_code    text,
    error_message text,
    error_detail  text
);
COMMENT ON TABLE run IS 'What advance did for each date.';
COMMENT ON COLUMN run.as_of IS 'The date that was advanced.';
COMMENT ON COLUMN run.started_at IS 'Start of the first run for this date.';
COMMENT ON COLUMN run.finished_at IS 'End of the last run that did something; NULL while the first is under way or was broken off.';
COMMENT ON COLUMN run.notices IS 'Notices issued.';
COMMENT ON COLUMN run.steps IS 'Claims for which a step was taken.';
COMMENT ON COLUMN run.overdue IS 'Claims that became overdue.';
COMMENT ON COLUMN run.skipped IS 'Claims whose step was not taken, counted by reason.';
COMMENT ON COLUMN run.failures IS 'Failures of the worker since the last run that finished; each doubles the wait before the next try, from one minute to an hour.';
COMMENT ON COLUMN run.failed_at IS 'When the worker last failed.';
COMMENT ON COLUMN run.error_code IS 'SQLSTATE of that failure.';
COMMENT ON COLUMN run.error_message IS 'Its message.';
COMMENT ON COLUMN run.error_detail IS 'Its detail.';
