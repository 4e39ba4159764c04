# shellcheck shell=sh
# simulate/run.sh: simulate() of 91 days, where nobody pays and where everybody
# pays as he uses to, with parallel workers and without; and, once, the same
# days really advanced, which have to give the same notices. Sourced by bench.sh.
#
# shellcheck disable=SC2034,SC2154 # set there, used there
from_on=2025-06-30 until_on=2025-09-28

# simulated PAYMENTS WORKERS
simulated() {
	milliseconds -c 'SET client_min_messages = warning' -c "DROP TABLE IF EXISTS simulated_$1" -c "SET max_parallel_workers_per_gather = $2" \
		-c "CREATE TABLE simulated_$1 AS SELECT * FROM bench.simulate(NULL, '$from_on', '$until_on', '$1')" >>"$times/$1.$2"
}

# row PAYMENTS LABEL
row() {
	steps=$(value "SELECT sum(claims) FILTER (WHERE reason IS NULL) FROM simulated_$1") notices=$(value "SELECT sum(notices) FROM simulated_$1")
	say "| $2 | $(grouped "$steps") steps, $(grouped "$notices") notices | $(ratio "$(median "$1.0")" 1000) | $(ratio "$(median "$1.2")" 1000) |"
}

measure() {
	claims=${1:-100000} customers=${2:-10000}
	as_user "$bindir/createdb" -h "$work" -U bench bench
	database=bench
	sql -c 'CREATE EXTENSION debiteur' 2>/dev/null
	sql -v claims="$claims" -v customers="$customers" -v from_on="$from_on" -f "$source/test/bench/simulate/load.sql" >/dev/null
	round=1
	while [ "$round" -le "$rounds" ]; do
		say "simulate: round $round of $rounds"
		for payments in none behaviour; do
			for workers in 0 2; do
				simulated "$payments" "$workers"
			done
		done
		round=$((round + 1))
	done
	say "simulate: the same days, really advanced"
	for n in $(seq 0 90); do
		milliseconds -c "CALL bench.advance('$from_on'::date + $n)" >>"$times/advanced"
	done
	same=$(value "WITH s AS (SELECT day, step, action, notices, amount FROM simulated_none WHERE reason IS NULL),
	                   a AS (SELECT n.issued_on, n.step, n.action, count(*), sum(n.amount) FROM bench.notice n GROUP BY 1, 2, 3)
	              SELECT count(*) = 0 FROM ((TABLE s EXCEPT TABLE a) UNION ALL (TABLE a EXCEPT TABLE s)) d")
	[ "$same" = t ] || die "simulate and advance differ"
	{
		say "Simulation of 91 days, $(grouped "$claims") open claims of $(grouped "$customers") customers, in seconds:"
		say
		say '| who pays | what is done | without parallel workers | with two |'
		say '|---|---|---|---|'
		row none nobody
		row behaviour 'everybody, as he used to'
		say
		say "The same days really advanced, nobody pays: $(awk '{ s += $1 } END { printf "%.0f", s / 1000 }' "$times/advanced") s."
	} >"$times/simulate.md"
	as_user "$bindir/dropdb" -h "$work" -U bench bench
}
