#!/bin/sh
# Shows debiteur at work: on a private server a ledger, 120 customers, some
# thousands of invoices, eighteen months of days; then the aging, the KPIs, the
# notices. Takes about a minute, once the packages are there.
#
#	sh test/demo.sh [--keep] [--until DATE]
#
#	--keep		leave the server running, to look around with psql
#	--until DATE	last day of the portfolio (yesterday, so that the worker has
#			today to do); the same date gives the same portfolio;
#			reports are of today
#
# On a bare Debian or Ubuntu, root has the missing packages installed. The
# system's PostgreSQL and its clusters stay untouched, and nothing is left.
set -eu
# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

last_day=
keep_server=no
while [ $# -gt 0 ]; do
	case $1 in
		-h | --help) usage && exit 0 ;;
		-k | --keep) keep_server=yes ;;
		--until)
			case ${2:-} in
				[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]) last_day=$2 && shift ;;
				*) die "--until needs a date like 2025-12-31" ;;
			esac
			;;
		*) usage >&2 && exit 2 ;;
	esac
	shift
done

case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
	*[Uu][Tt][Ff]*8*) encoding=UTF8 ;;
	*) encoding=SQL_ASCII ;;
esac
bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

heading() {
	say
	say "$bold$*$plain"
}

sql() {
	# Whatever the locale: psql aligns the columns of what it knows the encoding of.
	as_user env PGCLIENTENCODING=UTF8 "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -h "$work" -U demo -d demo "$@"
}

# The answer to one query.
ask() {
	sql -At -c "$1"
}

start_server() {
	say "starting a server in $work"
	limit 120 "$bindir/initdb" -D "$work/data" -U demo -A trust --no-locale -E UTF8 --no-sync \
		>"$work/initdb.log" 2>&1 || { cat "$work/initdb.log" >&2 && die "initdb failed"; }
	as_user tee -a "$work/data/postgresql.conf" >/dev/null <<-END
		listen_addresses = ''
		unix_socket_directories = '$work'
		shared_preload_libraries = 'debiteur'
		debiteur.naptime = 1s
		timezone = 'Europe/Amsterdam'
		fsync = off
		jit = off
	END
	limit 120 "$bindir/pg_ctl" -D "$work/data" -l "$work/server.log" -s -w start \
		>/dev/null 2>&1 </dev/null || { tail "$work/server.log" >&2 && die "the server did not start"; }
	as_user "$bindir/createdb" -h "$work" -U demo demo
}

make_ledger() {
	say "creating the ledger ar, making the portfolio"
	sql -o /dev/null <<-'END'
		CREATE EXTENSION debiteur;
		-- So that statuses and terms can be compared without OPERATOR(debiteur.=).
		ALTER DATABASE demo SET search_path = public, debiteur;
		SELECT debiteur.create_ledger('ar', currency => 'EUR', time_zone => 'Europe/Amsterdam');
		-- While days of the past go by, the worker must not do today's.
		UPDATE ar.settings SET worker = false;
	END
	last_day=$(ask "SELECT coalesce(nullif('$last_day', '')::date, ar.today() - 1)")
	[ "$(ask "SELECT '$last_day' < ar.today()")" = t ] || die "--until needs a day before today"
	sql -At -v until="$last_day" -f "$source/test/demo/portfolio.sql" | tail -n 1
	sql -o /dev/null -c "SELECT ar.add_customer(number, name, terms => terms, email => email, country => country,
		language => language, segment => behaviour) FROM demo.customer ORDER BY number"
}

pass_months() {
	heading 'month    invoices       invoiced       received  notices        overdue'
	for month in $(ask "SELECT to_char(first + make_interval(months => m), 'YYYY-MM') FROM demo.period, generate_series(0, 17) m"); do
		attend sql -v month="$month-01" -f "$source/test/demo/month.sql"
		sql -At -v month="$month-01" -f "$source/test/demo/progress.sql"
	done
}

# The days of the portfolio were advanced by hand; today is the worker's.
let_worker_run() {
	say
	say "switching the worker on, which advances the ledger to today by itself"
	sql -c "UPDATE ar.settings SET worker = true"
	n=0
	until [ "$(ask "SELECT count(*) FROM ar.run WHERE as_of = ar.today() AND finished_at IS NOT NULL")" = 1 ]; do
		n=$((n + 1))
		[ "$n" -lt 30 ] || { tail -n 20 "$work/server.log" >&2 && die "the worker did not come"; }
		sleep 1
	done
	ask "SELECT format('it did %s: %s notices, %s invoices became overdue', as_of, notices, overdue) FROM ar.run ORDER BY as_of DESC LIMIT 1"
}

report() {
	sql -v encoding=$encoding -v bold="$bold" -v plain="$plain" -f "$source/test/demo/report.sql"
}

how_to_connect() {
	heading 'Look around'
	if [ "$keep_server" = no ]; then
		say "  sh test/demo.sh --keep leaves the server running and says how to connect"
		return
	fi
	stopper=
	if is_root; then stopper="su $runner -s /bin/sh -c 'exec \"\$@\"' --  sh"; fi
	as_user tee "$work/stop" >/dev/null <<-END
		#!/bin/sh
		# Stops the server of this folder and removes the folder.
		$stopper $bindir/pg_ctl -D $work/data -s -m fast -w stop
		rm -rf $work
	END
	client=$bindir/psql
	if has psql; then client=psql; fi
	say "  $client -h $work -U demo demo"
	say "  SELECT * FROM ar.aging_by_customer();    \\dt ar.*    \\d ar.invoice"
	say "To stop the server and remove its folder:"
	say "  sh $work/stop"
	# shellcheck disable=SC2034 # read by finish
	keep=server
}

began=$(date +%s)
# shellcheck disable=SC2119 # without wishes
prepare
say "building"
build >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2 && die "the build failed"; }
start_server
make_ledger
pass_months
let_worker_run
report
how_to_connect
say "$(($(date +%s) - began)) seconds"
