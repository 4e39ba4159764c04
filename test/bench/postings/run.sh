# shellcheck shell=sh
# postings/run.sh: COPY and record_payment() with the roll-up and without, that
# is with flow's triggers switched off. Sourced by bench.sh.
#
# shellcheck disable=SC2034,SC2154 # set there, used there
seconds=${SECONDS_EACH:-8}

# roll_up ENABLE|DISABLE LEDGER
roll_up() {
	sql -c "ALTER TABLE $2.invoice $1 TRIGGER roll_up" -c "ALTER TABLE $2.payment $1 TRIGGER roll_up" -c "ALTER TABLE $2.allocation $1 TRIGGER roll_up"
}

# empty: no invoices in the ledger fresh
empty() {
	sql -c 'SET session_replication_role = replica' -c 'SET client_min_messages = warning' -c 'TRUNCATE fresh.invoice CASCADE' -c 'TRUNCATE fresh.flow'
}

# copy ENABLE|DISABLE LABEL
copy() {
	empty
	roll_up "$1" fresh
	sql -c CHECKPOINT
	milliseconds -c "\\copy fresh.invoice (customer_id, number, currency, amount, issued_on, due_on) FROM '$work/invoices.copy'" >>"$times/$2"
}

# pay ENABLE|DISABLE LABEL CLIENTS: payments a second
pay() {
	roll_up "$1" ar
	sql -c 'VACUUM ar.invoice' -c 'VACUUM ar.payment' -c 'VACUUM ar.customer' -c CHECKPOINT
	as_user "$bindir/pgbench" -n -h "$work" -U bench -c "$3" -j "$3" -T "$seconds" -D "customers=$((invoices / 50))" \
		-f "$source/test/bench/postings/pay.sql" "$database" 2>"$work/pgbench.err" | awk '/^tps/ { print $3 }' >>"$times/$2"
	# Tables that only grow would favour the side that comes first.
	value 'SELECT ar.fold(NULL)' >/dev/null
}

# in_turn COMMAND LABEL [ARGUMENT]: with the roll-up and without, the order alternating
in_turn() {
	if [ $((round % 2)) -eq 0 ]; then
		"$1" ENABLE "$2" "${3:-}" && "$1" DISABLE "$2.bare" "${3:-}"
	else
		"$1" DISABLE "$2.bare" "${3:-}" && "$1" ENABLE "$2" "${3:-}"
	fi
}

measure() {
	invoices=${1:-1000000}
	have_ledger "$invoices"
	sql -c 'VACUUM (ANALYZE)' -c "SELECT ar.fold(NULL)" >/dev/null
	sql >/dev/null <<-END
		SET client_min_messages = warning;
		SELECT debiteur.create_ledger('fresh', time_zone => 'UTC');
		INSERT INTO fresh.customer (id, number, name) SELECT id, number, name FROM plain.customer;
		\\copy (SELECT customer_id, 'I' || id, currency, amount, issued_on, due_on FROM plain.invoice WHERE kind = 'i' ORDER BY id) TO '$work/invoices.copy'
	END
	round=1
	while [ "$round" -le "$rounds" ]; do
		say "postings: round $round of $rounds"
		in_turn copy copy
		in_turn pay pay1 1
		in_turn pay pay8 8
		round=$((round + 1))
	done
	{
		say "Postings with the roll-up and without, in a ledger of $(grouped "$invoices") invoices:"
		say
		say '| what | with | without | ratio | target |'
		say '|---|---|---|---|---|'
		say "| COPY of $(grouped "$invoices") invoices, s | $(ratio "$(median copy)" 1000) | $(ratio "$(median copy.bare)" 1000) | **$(ratio "$(median copy)" "$(median copy.bare)")** | at most 1.3 |"
		for clients in 1 8; do
			say "| \`record_payment()\`, $clients client$([ "$clients" = 1 ] || echo s), a second | $(ratio "$(median "pay$clients")" 1) | $(ratio "$(median "pay$clients.bare")" 1) | **$(ratio "$(median "pay$clients")" "$(median "pay$clients.bare")")** | at least 0.85 |"
		done
	} >"$times/postings.md"
}
