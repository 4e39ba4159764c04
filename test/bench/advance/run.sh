# shellcheck shell=sh
# advance/run.sh: bench.advance() against bare.sql, which writes the same rows;
# each round on fresh tables: of the claims due, of as many of which a tenth is
# held, and of 1 % of the invoices. Also a run with nothing due, and the private
# memory of the backend after a third of DUE and at DUE. Sourced by bench.sh.
#
# shellcheck disable=SC2034,SC2154 # set there, used there
day=2025-06-30

# load DUE [HELD]
load() {
	sql -v invoices="$invoices" -v customers="$customers" -v due="$1" -v held="${2:-0}" -f "$source/test/bench/advance/load.sql" >/dev/null
}

# Private memory of one backend after advancing $1 claims, in MB.
peak_memory() {
	load "$1"
	sql -At -c "CALL bench.advance('$day')" \
		-c "SELECT pg_read_file('/proc/self/status')" | awk '/^RssAnon/ { printf "%.0f", $2 / 1024 }'
}

# time_bare LABEL HELD
time_bare() {
	milliseconds -v as_of="$day" -v any_held="$([ "$2" -gt 0 ] && say on || say off)" -f "$source/test/bench/advance/bare.sql" >>"$times/bare.$1"
}

# race LABEL DUE HELD: both, on fresh tables; the order alternates, so that neither always finds the warmer cache.
race() {
	load "$2" "$3"
	idle="CALL bench.advance('$day'::date - 1)"
	milliseconds -c "$idle" >>"$times/idle.first"
	milliseconds -c "$idle" -c "$idle" >>"$times/idle"
	[ $((round % 2)) -eq 1 ] || time_bare "$1" "$3"
	milliseconds -c "CALL bench.advance('$day')" >>"$times/advance.$1"
	[ $((round % 2)) -eq 0 ] || time_bare "$1" "$3"
	same=$(value "SELECT (SELECT count(*) FROM bench.notice_line) = (SELECT count(*) FROM bare.notice_line)
	                 AND (SELECT count(*) FROM bench.notice_line) = $2 - (SELECT count(*) FROM bench.hold WHERE amount IS NULL)
	                 AND (SELECT count(*) FROM bench.hold) = $3
	                 AND NOT EXISTS (SELECT payload - 'notice' FROM bench.outbox EXCEPT ALL SELECT payload - 'notice' FROM bare.outbox)
	                 AND NOT EXISTS (SELECT invoice_id, step, amount, open_amount, asked FROM bench.notice_line
	                                 EXCEPT SELECT invoice_id, step, amount, open_amount, asked FROM bare.notice_line)
	                 AND NOT EXISTS (SELECT id, step, next_on, noticed_on FROM bench.invoice EXCEPT SELECT id, step, next_on, noticed_on FROM bare.invoice)")
	[ "$same" = t ] || die "advance and bare.sql left different rows"
}

# row LABEL DUE HELD
row() {
	say "| $(grouped "$2") | $(grouped "$3") | $(median "advance.$1") | $(median "bare.$1") | **$(ratio "$(median "advance.$1")" "$(median "bare.$1")")** |"
}

measure() {
	invoices=${1:-1000000} due=${2:-300000} customers=${3:-20000}
	as_user "$bindir/createdb" -h "$work" -U bench bench
	database=bench
	sql -c 'CREATE EXTENSION debiteur' 2>/dev/null
	round=1
	while [ "$round" -le "$rounds" ]; do
		say "advance: round $round of $rounds"
		race due "$due" 0
		race held "$due" $((due / 10))
		race few $((invoices / 100)) 0
		round=$((round + 1))
	done
	{
		say "Advance of $(grouped "$invoices") invoices, $(grouped "$customers") customers, in milliseconds:"
		say
		say '| claims due | of them held | `advance()` | one statement of plain SQL | ratio (at most 1.5) |'
		say '|---|---|---|---|---|'
		row due "$due" 0
		row held "$due" $((due / 10))
		row few $((invoices / 100)) 0
		say
		say "Nothing due: $(median idle) ms, as the first statement of a session $(median idle.first) ms."
		say
		say "Private memory of the backend: $(peak_memory $((due / 3))) MB after $(grouped $((due / 3))) claims, $(peak_memory "$due") MB after $(grouped "$due")."
	} >"$times/advance.md"
	as_user "$bindir/dropdb" -h "$work" -U bench bench
}
