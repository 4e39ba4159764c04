# shellcheck shell=sh
# advance/run.sh: bench.advance() against bare.sql, which writes the same rows;
# each round on fresh tables. Also a run with nothing due, and the private
# memory of the backend after a third of DUE and at DUE. Sourced by bench.sh.
#
# shellcheck disable=SC2034,SC2154 # set there, used there
day=2025-06-30

load() {
	sql -v invoices="$invoices" -v customers="$customers" -v due="$1" -f "$source/test/bench/advance/load.sql" >/dev/null
}

# Private memory of one backend after advancing $1 claims, in MB.
peak_memory() {
	load "$1"
	sql -At -c "CALL bench.advance('$day')" \
		-c "SELECT pg_read_file('/proc/self/status')" | awk '/^RssAnon/ { printf "%.0f", $2 / 1024 }'
}

time_bare() {
	milliseconds -v as_of="$day" -f "$source/test/bench/advance/bare.sql" >>"$times/bare"
}

measure() {
	invoices=${1:-1000000} due=${2:-300000} customers=${3:-20000}
	as_user "$bindir/createdb" -h "$work" -U bench bench
	database=bench
	sql -c 'CREATE EXTENSION debiteur' 2>/dev/null
	round=1
	while [ "$round" -le "$rounds" ]; do
		say "advance: round $round of $rounds"
		load "$due"
		milliseconds -c "CALL bench.advance('$day'::date - 1)" >>"$times/idle"
		# The order alternates, so that neither always finds the warmer cache.
		[ $((round % 2)) -eq 1 ] || time_bare
		milliseconds -c "CALL bench.advance('$day')" >>"$times/advance"
		[ $((round % 2)) -eq 0 ] || time_bare
		same=$(value "SELECT (SELECT count(*) FROM bench.notice_line) = (SELECT count(*) FROM bare.notice_line)
		                 AND (SELECT count(*) FROM bench.notice_line) = $due
		                 AND NOT EXISTS (SELECT payload - 'notice' FROM bench.outbox EXCEPT SELECT payload - 'notice' FROM bare.outbox)
		                 AND NOT EXISTS (SELECT id, step, next_on, noticed_on FROM bench.invoice EXCEPT SELECT id, step, next_on, noticed_on FROM bare.invoice)")
		[ "$same" = t ] || die "advance and bare.sql left different rows"
		round=$((round + 1))
	done
	{
		say "Advance of $(grouped "$due") of $(grouped "$invoices") invoices, $(grouped "$customers") customers:"
		say
		say '| | ms |'
		say '|---|---|'
		say "| \`advance()\` | $(median advance) |"
		say "| one statement of plain SQL | $(median bare) |"
		say "| ratio (at most 1.5) | **$(ratio "$(median advance)" "$(median bare)")** |"
		say "| nothing due | $(median idle) |"
		say
		say "Private memory of the backend: $(peak_memory $((due / 3))) MB after $(grouped $((due / 3))) claims, $(peak_memory "$due") MB after $(grouped "$due")."
	} >"$times/advance.md"
	as_user "$bindir/dropdb" -h "$work" -U bench bench
}
