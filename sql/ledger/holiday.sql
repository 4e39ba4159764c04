/* holiday: the days, beside weekends, that are no business days of this ledger. */
CREATE TABLE holiday (
    day  date PRIMARY KEY CHECK (day BETWEEN '0001-01-01' AND '9999-12-31'),
    name text NOT NULL CHECK (name <> '')
);
COMMENT ON TABLE holiday IS 'Holidays of this ledger: steps in business days skip them, and policies may keep notices off them. add_holiday(), add_dutch_holidays() and remove_holiday() write it.';
COMMENT ON COLUMN holiday.day IS 'The day; one that is in a weekend changes nothing.';
COMMENT ON COLUMN holiday.name IS 'What it is called.';
