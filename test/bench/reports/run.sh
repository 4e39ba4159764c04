# shellcheck shell=sh
# reports/run.sh: reports of the ledger against the plain SQL of this folder,
# over the same facts. Sourced by bench.sh.
#
# Of the plain statements the fastest of four plans counts: with and without hash
# joins, with and without parallel workers. When BUSY is set there are no workers,
# and what is measured is the processor time of the backend: on a machine that
# does other work too, the clock flatters whatever is short enough to get through
# in one go.
#
# shellcheck disable=SC2016,SC2034,SC2154 # set there, used there
as_of=2024-11-13 today=2024-12-31
if [ -n "${BUSY:-}" ]; then workers_tried=0; else workers_tried='0 2'; fi

# statement NAME: its text. Those of the ledger are lines, those in plain SQL files.
statement() {
	case $1 in
		aging) say "SELECT * FROM ar.aging('$as_of')" ;;
		kpi) say "SELECT * FROM ar.kpi('2024-07-01', '2024-09-30')" ;;
		aging_today) say "SELECT * FROM ar.aging('$today')" ;;
		kpi_today) say "SELECT * FROM ar.kpi('2024-10-01', '$today')" ;;
		kpi_series) say "SELECT * FROM ar.kpi_series('2020-01-01', '2024-12-31')" ;;
		by_customer) say "SELECT * FROM ar.aging_by_customer('$today')" ;;
		aggregate) say "SELECT debiteur.aging(amount, due_on, '$as_of') FROM plain.item" ;;
		count_and_sum) say 'SELECT count(*), sum(amount) FROM plain.item' ;;
		*) cat "$source/test/bench/reports/$1.sql" ;;
	esac
}

# Dates that the plain statements know as variables.
dates() {
	case $1 in
		plain_kpi) say "-v from_on=2024-07-01 -v until_on=2024-09-30" ;;
		plain_kpi_series) say "-v from_on=2020-01-01 -v until_on=2024-12-31" ;;
		*) say "-v as_of=$as_of -v today=$today" ;;
	esac
}

# same LEDGER COLUMNS PLAIN: do both give the same rows, of the ledger's these columns?
same() {
	# shellcheck disable=SC2046 # words
	differences=$({
		say "CREATE TEMPORARY TABLE a AS SELECT $2 FROM ($(statement "$1")) s;"
		say "CREATE TEMPORARY TABLE b AS $(statement "$3");"
		say 'SELECT count(*) + (NOT EXISTS (TABLE a))::int FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) d;'
	} | sql -At $(dates "$3") -f -) || die "$1 and $3 can't be compared"
	[ "$differences" = 0 ] || die "$1 and $3 give different rows: $differences of them"
}

# timed NAME LABEL: psql's commands to run a statement, its time to be filed under the label
timed() {
	# shellcheck disable=SC2046 # words
	set -- "$1" "$2" $(cat "$times/plan_$1" 2>/dev/null || say on "${BUSY:+0}")
	say "SET enable_hashjoin = $3; SET max_parallel_workers_per_gather = ${4:-2};"
	say "\\echo @ $2"
	if [ -n "${BUSY:-}" ]; then
		say "$used_nanoseconds AS before \\gset"
		statement "$1"
		say ';'
		say "$used_nanoseconds - :before AS used \\gset"
		say 'SELECT round(:used / 1e6, 3) AS used \gset'
		say '\echo Time: :used'
	else
		say '\timing on'
		statement "$1"
		say ';'
		say '\timing off'
	fi
}

# Files times by label, several values a label; reads psql's commands.
run_timed() {
	# shellcheck disable=SC2046 # words
	{ say '\o /dev/null' && cat; } | sql $(dates "$1") -f - |
		awk -v times="$times" '/^@ / { label = $2 } /^Time: / { print $2 >> (times "/" label) }'
}

# Finds the plan by which a statement is fastest.
choose_plan() {
	rm -f "$times"/trial_*
	for hashjoin in on off; do
		for workers in $workers_tried; do
			say "$hashjoin $workers" >"$times/plan_$1"
			timed "$1" "trial_${hashjoin}_$workers"
			timed "$1" "trial_${hashjoin}_$workers"
		done
	done | run_timed "$1"
	for file in "$times"/trial_*; do
		say "$(sort -n "$file" | head -n 1) $(basename "$file" | tr _ ' ')"
	done | sort -n | awk 'NR == 1 { print $3, $4 }' >"$times/plan_$1"
}

# race NAME PLAIN: both in turn, in one session, after a round that doesn't count.
# The ledger's comes often enough that its median means something.
race() {
	choose_plan "$2"
	round=0
	while [ "$round" -le "$rounds" ]; do
		if [ "$round" -eq 0 ]; then suffix=warm; else suffix=$invoices; fi
		timed "$2" "$2.$suffix"
		timed "$1" warm
		for _ in 1 2 3; do timed "$1" "$1.$suffix"; done
		round=$((round + 1))
	done | run_timed "$2"
}

# row WHAT AGAINST A B RATIO TARGET
row() {
	awk -v what="$1" -v against="$2" -v a="$3" -v b="$4" -v r="$5" -v target="$6" 'function ms(t) { return sprintf((t < 100 ? "%.1f" : "%.0f"), t) } BEGIN {
		printf "| %s | %s | %s | %s | **%s** | %s |\n", what, against, ms(a), ms(b), r, target }'
}

# faster NAME PLAIN WHAT AGAINST TARGET: a row of how many times faster; slower: of its share of the time
faster() {
	row "$3" "$4" "$(median "$1.$invoices")" "$(median "$2.$invoices")" "$(ratio "$(median "$2.$invoices")" "$(median "$1.$invoices")") × faster" "$5"
}
share() {
	row "$3" "$4" "$(median "$1.$invoices")" "$(median "$2.$invoices")" "$(ratio "$(median "$1.$invoices")" "$(median "$2.$invoices")") of its time" "$5"
}

# Leaves some 5,000 rows in flow that nobody has folded, as on a busy day, and times the reports again.
time_unfolded() {
	sql -f "$source/test/bench/reports/unfolded.sql" >/dev/null
	unfolded=$(value 'SELECT count(*) FROM ar.flow')
	for name in aging_today kpi_today kpi_series; do
		timed "$name" warm
		round=1
		while [ "$round" -le "$rounds" ]; do
			timed "$name" "$name.unfolded.$invoices"
			round=$((round + 1))
		done
	done | run_timed aging
	value 'SELECT ar.fold(NULL)' >/dev/null
}

measure_size() {
	have_ledger "$1"
	invoices=$1
	say "$(grouped "$invoices") invoices: folding, verifying"
	sql -c 'VACUUM (ANALYZE)'
	value 'SELECT ar.fold(NULL)' >/dev/null
	sql -c 'VACUUM (ANALYZE)'
	# Of larger ledgers it is enough that their reports give the same rows as the plain SQL.
	if [ "$invoices" -le 1000000 ]; then
		[ "$(value 'SELECT count(*) FROM ar.verify()')" = 0 ] || die "verify() finds differences"
	fi

	say "$(grouped "$invoices") invoices: comparing rows"
	same aging 'currency, bucket::text, invoices, amount' plain_aging_per_invoice
	same aging 'currency, bucket::text, amount' plain_aging_two_sums
	same kpi '*' plain_kpi
	same kpi_series '*' plain_kpi_series
	same by_customer '*' plain_aging_by_customer
	same aggregate '*' plain_filters

	say "$(grouped "$invoices") invoices: measuring"
	race aging plain_aging_per_invoice
	cp "$times/aging.$invoices" "$times/aging_a.$invoices" && rm "$times/aging.$invoices"
	race aging plain_aging_two_sums
	race kpi plain_kpi
	race kpi_series plain_kpi_series
	race by_customer plain_aging_by_customer
	choose_plan aggregate
	race aggregate plain_filters
	rm "$times/aggregate.$invoices"
	race aggregate count_and_sum
	time_unfolded

	{
		say "$(grouped "$invoices") invoices, $(grouped "$(value 'SELECT count(*) FROM ar.allocation')") allocations, $(grouped $((invoices / 50))) customers, $(value 'SELECT round(100.0 * count(*) FILTER (WHERE open_amount <> 0) / count(*), 1) FROM ar.invoice') % open; in milliseconds:"
		say
		say '| what | against | debiteur | plain SQL | | target |'
		say '|---|---|---|---|---|---|'
		faster aging_a plain_aging_per_invoice "\`aging($as_of)\`" 'the open amount of each claim, then buckets' '1,000 ×'
		faster aging plain_aging_two_sums 'the same' 'two grouped sums' '200 ×'
		faster kpi plain_kpi '`kpi()` of a quarter' 'one statement, all columns' '300 ×, 15 ms'
		faster kpi_series plain_kpi_series '`kpi_series()` of 60 months' 'one statement, all columns' '50 ×, 150 ms'
		share by_customer plain_aging_by_customer '`aging_by_customer()` of the last day' 'a kept table of open items' '1.2'
		faster aggregate plain_filters 'the aggregate `aging()` over any table' 'five `sum(…) FILTER`' '1.5 ×'
		share aggregate count_and_sum 'the same' '`count(*), sum(amount)`' ''
		say
		say "With $(grouped "$unfolded") rows of flow not folded: \`aging()\` of the last day $(median "aging_today.unfolded.$invoices") ms, \`kpi()\` of its quarter $(median "kpi_today.unfolded.$invoices") ms, \`kpi_series()\` $(median "kpi_series.unfolded.$invoices") ms."
		say "Plans of the plain SQL that were fastest (hash joins, workers): $(cd "$times" && for f in plan_*; do printf '%s %s; ' "${f#plan_}" "$(tr ' ' , <"$f")"; done | sed 's/; $//')."
	} >>"$times/reports.md"
}

# growth SMALL LARGE: the reports of two ledgers in turn
growth() {
	round=1
	while [ "$round" -le "$rounds" ]; do
		for size in "$1" "$2"; do
			say "\\c bench_$size"
			for name in aging kpi kpi_series; do
				timed "$name" warm
				for _ in 1 2 3; do timed "$name" "growth_$name.$size"; done
			done
		done
		round=$((round + 1))
	done | run_timed aging
	{
		say
		say "From $(grouped "$1") to $(grouped "$2") invoices, in milliseconds (target: at most 1.5 times):"
		say
		say '| what | | | times |'
		say '|---|---|---|---|'
		for name in aging kpi kpi_series; do
			say "| \`$name()\` | $(median "growth_$name.$1") | $(median "growth_$name.$2") | **$(ratio "$(median "growth_$name.$2")" "$(median "growth_$name.$1")")** |"
		done
	} >>"$times/reports.md"
}

measure() {
	[ $# -gt 0 ] || set -- 1000000 5000000
	smallest=$1
	for size; do
		measure_size "$size"
		say >>"$times/reports.md"
	done
	[ "$size" = "$smallest" ] || growth "$smallest" "$size"
}
