/* request: the keys by which apps make their calls idempotent. */
CREATE TABLE request (
    key       text PRIMARY KEY,
    function  text NOT NULL,
    arguments jsonb NOT NULL,
    result    bigint
);
COMMENT ON TABLE request IS 'Calls that were given a key: the same key again gets the first result and posts nothing.';
COMMENT ON COLUMN request.key IS 'Chosen by the caller, unique in the ledger.';
COMMENT ON COLUMN request.function IS 'Which function was called.';
COMMENT ON COLUMN request.arguments IS 'With what; other arguments under the same key are an error.';
COMMENT ON COLUMN request.result IS 'What it returned.';
