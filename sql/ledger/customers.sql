/* customers: making and finding them, and slices of them. */
CREATE OR REPLACE FUNCTION add_customer(
    number text, name text, kind text DEFAULT 'business', terms payment_terms DEFAULT NULL, policy text DEFAULT NULL,
    segment text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, address text DEFAULT NULL,
    country text DEFAULT NULL, language text DEFAULT 'en', account_manager text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'add_customer', jsonb_build_object('number', number, 'name', name, 'kind', kind,
        'terms', terms::text, 'policy', policy, 'segment', segment, 'email', email, 'phone', phone, 'address', address,
        'country', country, 'language', language, 'account_manager', account_manager));
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_text(add_customer.number, 'number'), require_text(add_customer.name, 'name', true), require_text(add_customer.language, 'language', true),
            require_choice(add_customer.kind, 'kind', '{business,consumer}');
    PERFORM require_policy(add_customer.policy);
    INSERT INTO customer AS c (number, name, kind, terms, policy, segment, email, phone, address, country, language, account_manager)
        VALUES (add_customer.number, add_customer.name, add_customer.kind, add_customer.terms, add_customer.policy, add_customer.segment,
                add_customer.email, add_customer.phone, add_customer.address, add_customer.country, add_customer.language,
                add_customer.account_manager)
        ON CONFLICT (number) DO NOTHING RETURNING c.id INTO new_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is a customer % already', quote_literal(add_customer.number)
            USING ERRCODE = 'RV010', DETAIL = (SELECT format('It is the number of %s.', quote_literal(c.name)) FROM customer c WHERE c.number = add_customer.number),
                  HINT = 'Each customer has a number of his own; UPDATE of the table customer changes his data.';
    END IF;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION add_customer(text, text, text, payment_terms, text, text, text, text, text, text, text, text, text) IS
'Adds a customer; returns the id. terms NULL: those of settings; policy NULL: that of his segment, else of settings. Errors: RV010 the number is taken; RV009 no such policy; RV008 the key was used with other values; 23502, 23514 an argument is missing or no such kind.';

CREATE OR REPLACE FUNCTION find_customer(number text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    found_id CONSTANT bigint := (SELECT c.id FROM customer c WHERE c.number = find_customer.number);
BEGIN
    IF found_id IS NULL THEN
        RAISE EXCEPTION 'there is no customer %', coalesce(quote_literal(find_customer.number), 'NULL')
            USING ERRCODE = 'RV009', DETAIL = 'It was given as customer.', HINT = 'add_customer() makes one.';
    END IF;
    RETURN found_id;
END $$;
COMMENT ON FUNCTION find_customer(text) IS 'Id of the customer with this number; error RV009 if there is none.';

CREATE OR REPLACE FUNCTION lock_customer(number text) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    found_id CONSTANT bigint := find_customer(lock_customer.number);
BEGIN
    -- One lock a customer orders his postings among each other and against advance.
    PERFORM FROM customer c WHERE c.id = found_id FOR NO KEY UPDATE;
    RETURN found_id;
END $$;
COMMENT ON FUNCTION lock_customer(text) IS 'Id of the customer with this number, locked until the transaction ends; error RV009 if there is none.';

CREATE OR REPLACE FUNCTION customer_slices() RETURNS TABLE (first_id bigint, last_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY
    SELECT min(c.id), max(c.id)
      -- At most 500: simulate() makes one plan for all, which takes long for very many.
      FROM (SELECT c.id, ntile(least(ceil((SELECT count(*) FROM customer) / 5000.0), 500)::int) OVER (ORDER BY c.id) AS n FROM customer c) c
     GROUP BY c.n;
END $$;
COMMENT ON FUNCTION customer_slices() IS 'All customers, by their ids, in slices of about 5000, for what has the claims of many in memory.';
