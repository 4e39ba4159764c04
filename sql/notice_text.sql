/*
 * notice_text.sql
 *		What a letter is written with: filling in templates, and amounts and
 *		dates as a language writes them.
 */

CREATE FUNCTION debiteur.fill(template text, "values" jsonb) RETURNS text
    AS 'MODULE_PATHNAME', 'debiteur_fill'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.fill(text, jsonb) IS
'The template with its placeholders filled in: {name}, small letters and underscores, by the value of that name, text or number; JSON null by nothing. {{ and }} are braces. What was filled in is not read again. NULL on NULL. Errors: RV017 a fault in the template or no value of that name; 22023 values is not an object.';

CREATE FUNCTION debiteur.fill(template text, names text[], "values" text[]) RETURNS text
    AS 'MODULE_PATHNAME', 'debiteur_fill_arrays'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.fill(text, text[], text[]) IS
'The same, with names and their values in two arrays of one length; a NULL value is nothing; of a name that is there twice the first counts. For many rows: an array costs much less than a JSON object. NULL on NULL. Errors: RV017 a fault in the template or no value of that name; 22004 a name is NULL; 2202E the arrays differ in length.';

CREATE FUNCTION debiteur.placeholders(template text) RETURNS text[]
    AS 'MODULE_PATHNAME', 'debiteur_placeholders'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.placeholders(text) IS
'The names of the placeholders in a template, in the order of the text, each as often as it stands there. NULL on NULL. Error RV017: a fault in the template.';

CREATE FUNCTION debiteur.format_amount(amount numeric, currency text, language text) RETURNS text
    AS 'MODULE_PATHNAME', 'debiteur_format_amount'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.format_amount(numeric, text, text) IS
'The amount as a letter has it, rounded half up to the digits of the currency, without its code: 1,234.50 (en), 1.234,50 (nl, de), 1 234,50 with no-break space (fr). Language by ISO 639-1, nl-BE is nl; one that is not known is written as en. NULL on NULL. Error RV003: not a currency.';

CREATE FUNCTION debiteur.format_date(day date, language text) RETURNS text
    AS 'MODULE_PATHNAME', 'debiteur_format_date'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.format_date(date, text) IS
'The date in words: 1 March 2026 (en), 1 maart 2026 (nl), 1. Mai 2026 (de), 1er mars 2026 (fr). Language as in format_amount(); where the encoding of the database has no such letters, without accents. NULL on NULL. Error RV016: infinite.';

CREATE FUNCTION debiteur.notice_placeholders(part text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE part WHEN 'line' THEN '{invoice,reference,due_on,days_late,currency,amount,paid,open_amount,asked}'::text[]
                 ELSE '{customer,customer_number,address,email,phone,sender,bank_account,notice,issued_on,respond_by,invoice,reference,due_on,days_late,currency,amount,costs,lines,instalment}'::text[] END;
COMMENT ON FUNCTION debiteur.notice_placeholders(text) IS
'The placeholders that the text of a notice may have, in its line (part line) or in subject and body; what they mean is said at the columns of a ledger''s table notice_text. NULL on NULL.';
