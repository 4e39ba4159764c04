#!/bin/sh
# Measures debiteur against the plain SQL that a good DBA writes by hand.
#
#	sh test/bench.sh				all four parts
#	sh test/bench.sh advance [INVOICES [DUE [CUSTOMERS]]]
#	sh test/bench.sh reports [INVOICES...]
#	sh test/bench.sh postings [INVOICES]
#	sh test/bench.sh simulate [CLAIMS [CUSTOMERS]]
#
# advance	a dunning run; 1,000,000 invoices, 300,000 due for a step, 20,000 customers;
#		the same with a tenth of them held; with 1 % of the invoices due; with none
# reports	aging and KPIs of past days; ledgers of 1,000,000 and 5,000,000 invoices
# postings	what the roll-up costs COPY and record_payment(); 1,000,000 invoices
# simulate	91 days to come; 100,000 open claims of 10,000 customers
#
# On a private server. What is compared first has to give the same rows. Then
# both sides run in turn, warm, in one session, ROUNDS times (5); the medians
# count. Times of a noisy machine: only ratios of one run say something. Prints
# a table a part, as doc/benchmark.md keeps it. reports takes about half an hour
# and, in $TMPDIR, 10 GB. With BUSY=1 reports and advance measure processor
# time, for a machine that does other work too.
#
# shellcheck disable=SC2034,SC2119 # the parts use what is set here
set -eu
# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

rounds=${ROUNDS:-5}
database=postgres

sql() {
	as_user "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -h "$work" -U bench -d "$database" "$@"
}

# The one value of a query.
value() {
	sql -At -c "$1"
}

used_nanoseconds="SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric"

# Milliseconds that the last of these commands of psql's (-c or -f) takes, by the
# client's clock or, when BUSY is set, of the backend's processor.
milliseconds() {
	if [ -z "${BUSY:-}" ]; then
		sql -c '\timing on' "$@" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1
		return
	fi
	left=$#
	for word; do
		shift
		[ "$left" -ne 2 ] || set -- "$@" -c "$used_nanoseconds"
		set -- "$@" "$word"
		left=$((left - 1))
	done
	sql -At "$@" -c "$used_nanoseconds" | tail -n 2 | awk 'NR == 1 { before = $1 } END { printf "%.3f\n", ($1 - before) / 1e6 }'
}

# The middle one of the numbers in the file $times/$1.
median() {
	sort -n "$times/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# ratio A B: A / B, with two digits that count
ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { r = a / b; printf((r < 10 ? "%.2f" : (r < 100 ? "%.1f" : "%.0f")), r) }'
}

# grouped NUMBER: 1234567 as 1,234,567
grouped() {
	echo "$1" | sed -e :a -e 's/^\([0-9]*[0-9]\)\([0-9]\{3\}\)/\1,\2/' -e ta
}

start_server() {
	memory=$(awk '/^MemTotal/ { print int($2 / 1024 / 1024 + 0.5) }' /proc/meminfo 2>/dev/null || :)
	buffers=$(awk -v gb="${memory:-4}" 'BEGIN { print (gb >= 16 ? 4096 : int(gb * 256)) }')
	as_user "$bindir/initdb" -D "$work/data" -U bench -A trust --no-locale -E UTF8 --no-sync >"$work/initdb.log"
	as_user tee "$work/settings" >/dev/null <<-END
		shared_buffers = ${buffers}MB
		work_mem = 256MB
		maintenance_work_mem = 512MB
		max_wal_size = 4GB
		checkpoint_timeout = 1h
		autovacuum = off
		fsync = off
		jit = off
	END
	as_user tee -a "$work/data/postgresql.conf" >/dev/null <<-END
		listen_addresses = ''
		unix_socket_directories = '$work'
		$(cat "$work/settings")
	END
	as_user "$bindir/pg_ctl" -D "$work/data" -l "$work/log" -w start >/dev/null
}

# What the figures are of.
describe() {
	say "PostgreSQL $("$PG_CONFIG" --version | sed 's/^PostgreSQL \([^ ]*\).*/\1/'), $(getconf _NPROCESSORS_ONLN) cores, ${memory:-?} GB of memory."
	[ -z "${BUSY:-}" ] || say 'Reports and advance: processor time of the backend, no parallel workers.'
	say "Settings: $(sed 's/ = / /' "$work/settings" | paste -s -d , - | sed 's/,/, /g')."
}

# have_ledger INVOICES: the database of so many invoices, in plain tables and as
# the ledger ar; made the first time.
have_ledger() {
	database=bench_$1
	[ ! -e "$times/$database" ] || return 0
	as_user "$bindir/createdb" -h "$work" -U bench "$database"
	sql -c 'CREATE EXTENSION debiteur' 2>/dev/null
	say "$(grouped "$1") invoices: plain tables"
	sql -v invoices="$1" -f "$source/test/bench/reports/facts.sql" >/dev/null
	say "$(grouped "$1") invoices: the ledger"
	sql -f "$source/test/bench/reports/ledger.sql" >/dev/null
	: >"$times/$database"
}

case ${1:-all} in
	-h | --help) usage && exit 0 ;;
	all) parts='advance reports postings simulate' && set -- ;;
	advance | reports | postings | simulate) parts=$1 && shift ;;
	*) usage >&2 && exit 2 ;;
esac

prepare
times=$work/times
mkdir "$times"
say "building"
build || die "the build failed"
start_server
for part in $parts; do
	# shellcheck source=/dev/null
	. "$source/test/bench/$part/run.sh"
	measure "$@"
done
for part in $parts; do
	say
	cat "$times/$part.md"
done
say
describe
