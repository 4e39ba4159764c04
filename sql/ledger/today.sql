/* today: the ledger's own date. */
CREATE OR REPLACE FUNCTION today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS
$$ SELECT (now() AT TIME ZONE s.time_zone)::date FROM settings s $$;
COMMENT ON FUNCTION today() IS 'Today in the ledger''s time zone: the default of every as_of and posting date.';
