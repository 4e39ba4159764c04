/*
 * requests: idempotency. A posting function that is given a key first calls
 * request_begin(): the earlier result, or NULL when it must do the work; and
 * at its end request_end(). Two callers with one key: the second waits on the
 * unique index until the first has committed.
 */
CREATE OR REPLACE FUNCTION request_begin(key text, function text, arguments jsonb) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    earlier request;
BEGIN
    IF request_begin.key IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO request (key, function, arguments) VALUES (request_begin.key, request_begin.function, request_begin.arguments)
        ON CONFLICT (key) DO NOTHING;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO earlier FROM request r WHERE r.key = request_begin.key;
    IF earlier.function <> request_begin.function OR earlier.arguments <> request_begin.arguments THEN
        RAISE EXCEPTION 'key % was used before, with other values', quote_literal(request_begin.key)
            USING ERRCODE = 'RV008', DETAIL = format('It was %s %s.', earlier.function, earlier.arguments),
                  HINT = 'Repeat a call with the same values, or take a new key.';
    END IF;
    RETURN earlier.result;
END $$;
COMMENT ON FUNCTION request_begin(text, text, jsonb) IS 'Result of the earlier call with this key, or NULL: go on. Error RV008 when that call had other values.';

CREATE OR REPLACE FUNCTION request_end(key text, result bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    IF request_end.key IS NOT NULL THEN
        UPDATE request r SET result = request_end.result WHERE r.key = request_end.key;
    END IF;
    RETURN request_end.result;
END $$;
COMMENT ON FUNCTION request_end(text, bigint) IS 'Keeps the result of a call with a key, and returns it.';
