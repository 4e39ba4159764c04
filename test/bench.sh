#!/bin/sh
# Measures advance against plain SQL that writes the same rows.
#
#	sh test/bench.sh [INVOICES [DUE [CUSTOMERS]]]
#
# 1,000,000 invoices, 300,000 of them due for a step, 20,000 customers unless
# told otherwise. On a private server, in one run: five rounds, each on fresh
# tables, of bench.advance() and of bare.sql (see there); a run with nothing
# due; and the private memory of the backend after a third of DUE and at DUE. Prints
# the medians and their ratio. Times of a noisy machine: only the ratio counts.
set -eu
# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

case ${1:-} in -h | --help) usage && exit 0 ;; esac
invoices=${1:-1000000} due=${2:-300000} customers=${3:-20000}
rounds=${ROUNDS:-5}
day=2025-06-30

sql() {
	as_user "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -h "$work" -U bench -d bench "$@"
}

# Milliseconds that a psql script takes, by the client's clock.
milliseconds() {
	sql -c '\timing on' "$@" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1
}

median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

load() {
	sql -v invoices="$invoices" -v customers="$customers" -v due="$1" -f "$source/test/bench/load.sql" >/dev/null
}

# Private memory of one backend after advancing $1 claims, in kB.
peak_memory() {
	load "$1"
	sql -At -c "CALL bench.advance('$day')" \
		-c "SELECT pg_read_file('/proc/self/status')" | awk '/^RssAnon/ { anon = $2 } END { print anon }'
}

prepare
say "building"
build || die "the build failed"
as_user "$bindir/initdb" -D "$work/data" -U bench -A trust --no-locale -E UTF8 --no-sync >"$work/initdb.log"
as_user tee -a "$work/data/postgresql.conf" >/dev/null <<-END
	listen_addresses = ''
	unix_socket_directories = '$work'
	fsync = off
	jit = off
	shared_buffers = 1GB
	max_wal_size = 16GB
	checkpoint_timeout = 1h
	autovacuum = off
END
as_user "$bindir/pg_ctl" -D "$work/data" -l "$work/log" -w start >/dev/null
as_user "$bindir/createdb" -h "$work" -U bench bench
sql -c 'CREATE EXTENSION debiteur' 2>/dev/null

round=1
while [ "$round" -le "$rounds" ]; do
	say "round $round of $rounds"
	load "$due"
	milliseconds -c "CALL bench.advance('$day'::date - 1)" >>"$work/idle"
	# The order alternates, so that neither always finds the warmer cache.
	if [ $((round % 2)) -eq 0 ]; then
		milliseconds -v as_of="$day" -f "$source/test/bench/bare.sql" >>"$work/bare"
	fi
	milliseconds -c "CALL bench.advance('$day')" >>"$work/advance"
	if [ $((round % 2)) -eq 1 ]; then
		milliseconds -v as_of="$day" -f "$source/test/bench/bare.sql" >>"$work/bare"
	fi
	same=$(sql -At -c "SELECT (SELECT count(*) FROM bench.notice_line) = (SELECT count(*) FROM bare.notice_line)
	                      AND (SELECT count(*) FROM bench.notice_line) = $due
	                      AND NOT EXISTS (SELECT payload - 'notice' FROM bench.outbox EXCEPT SELECT payload - 'notice' FROM bare.outbox)
	                      AND NOT EXISTS (SELECT id, step, next_on, noticed_on FROM bench.invoice EXCEPT SELECT id, step, next_on, noticed_on FROM bare.invoice)")
	[ "$same" = t ] || die "advance and bare.sql left different rows"
	round=$((round + 1))
done

say
say "$invoices invoices of $customers customers, $due due for a step, median of $rounds rounds:"
awk -v a="$(median "$work/advance")" -v b="$(median "$work/bare")" -v i="$(median "$work/idle")" 'BEGIN {
	printf "advance        %10.0f ms\nbare SQL       %10.0f ms\nratio          %10.2f\nnothing due    %10.1f ms\n", a, b, a / b, i }'
say "memory         $(peak_memory $((due / 3))) kB after $((due / 3)), $(peak_memory "$due") kB after $due (private memory of the backend)"
