/* worker.sql: whether the background worker is there. */
CREATE FUNCTION debiteur.worker_runs() RETURNS boolean
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_worker_runs';
COMMENT ON FUNCTION debiteur.worker_runs() IS
'Whether the library was preloaded (shared_preload_libraries = ''debiteur''), so that the background worker advances the ledgers of this server; if not, advance() is called by hand or by a scheduler. The settings debiteur.enabled and debiteur.databases may still keep it from a database.';
