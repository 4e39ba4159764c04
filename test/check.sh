#!/bin/sh
# Builds debiteur and runs every test on private servers in a temporary folder.
#
#	sh test/check.sh [-k] [SCRIPT...]
#
#	-k, --keep	keep the temporary folder (results, server logs)
#	SCRIPT		run these scripts of test/server and test/real only
#
#	PG_CONFIG=/usr/lib/postgresql/17/bin/pg_config sh test/check.sh
#		tests with that server; else with the newest one installed
#	CI=true		compiler warnings are errors
#	TEST_TIMEOUT	seconds a script may take (900)
#
# On a bare Debian or Ubuntu, root has the missing packages installed. No root
# is needed otherwise; the system's PostgreSQL and its clusters stay untouched.
# The last line is "N passed, N failed"; the exit status is 0 when none failed.
#
# The scripts run in the copied sources with PG_CONFIG (a server of their own,
# with debiteur installed), SCRATCH (an empty folder for data and sockets) and
# REAL_DATA (a folder of real invoices, which need not exist), as
# the unprivileged user. They print "ok - what", "not ok - what" or "skip - what"
# and end with 0 when all is ok. Servers under SCRATCH are stopped afterwards.
set -eu
# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

while [ $# -gt 0 ]; do
	case $1 in
		-h | --help) usage && exit 0 ;;
		-k | --keep) keep=yes ;;
		-*) usage >&2 && exit 2 ;;
		*) break ;;
	esac
	shift
done

passed=0 failed=0 skipped=0 failures=

# result LINE: counts and prints one "ok - …", "not ok - …" or "skip - …".
result() {
	case $1 in
		ok\ *) passed=$((passed + 1)) ;;
		skip\ *) skipped=$((skipped + 1)) ;;
		*) failed=$((failed + 1)) failures="$failures
  ${1#not ok - }" ;;
	esac
	say "$1"
}

# tally NAME STATUS LOG: counts what a script printed. One that ends badly, or
# says nothing, without naming a failure is a failure itself.
tally() {
	ok=$(grep -c '^ok ' "$3" || :)
	bad=$(grep -c '^not ok ' "$3" || :)
	skip=$(grep -c '^skip ' "$3" || :)
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
	if [ "$bad" -gt 0 ]; then
		failures="$failures
$(sed -n "s|^not ok - \{0,1\}|  $1: |p" "$3")"
	elif [ "$2" = 124 ] || [ "$2" = 137 ]; then
		result "not ok - $1 did not end within $seconds s"
	elif [ "$2" != 0 ]; then
		result "not ok - $1 ended with status $2"
	elif [ "$((ok + skip))" = 0 ]; then
		result "not ok - $1 tested nothing"
	fi
}

# follow NAME FILTER COMMAND...: runs it, prints its output line by line through
# FILTER as it comes, and tallies. The filtered lines stay in $log.
follow() {
	name=$1 filter=$2
	shift 2
	raw=$work/raw.log log=$work/filtered.log
	: >"$raw"
	: >"$log"
	(
		trap - EXIT INT TERM HUP
		# shellcheck disable=SC2034 # read by as_user
		exec='exec'
		"$@"
	) </dev/null >"$raw" 2>&1 &
	child=$!
	shown=0
	while kill -0 "$child" 2>/dev/null; do
		pause
		show_new
	done
	followed=0
	wait "$child" || followed=$?
	child=
	show_new
	tally "$name" "$followed" "$log"
}

pause() {
	sleep 0.2 2>/dev/null || sleep 1
}

show_new() {
	count=$(wc -l <"$raw")
	if [ "$count" -gt "$shown" ]; then
		sed -n "$((shown + 1)),${count}p" "$raw" | "$filter" | tee -a "$log"
		shown=$count
	fi
}

# A filter. pg_regress' lines, before 16 "test x ... ok 12 ms", since then TAP, as ours.
# shellcheck disable=SC2317 # follow calls it
regress_lines() {
	awk '
		/^test .* \.\.\. / {
			state = $0; sub(/^test .* \.\.\. +/, "", state)
			print (state ~ /^ok/ ? "ok" : "not ok") " - " $2 (state ~ /exit|signal/ ? " (" state ")" : "")
			next
		}
		/^(not )?ok [0-9]+ +[-+] / {
			bad = /^not /; sub(/^(not )?ok [0-9]+ +[-+] +/, "")
			print (bad ? "not ok" : "ok") " - " $1
		}'
}

stage() {
	say
	say "== $*"
}

# ---- stages ----------------------------------------------------------------

check_build() {
	stage "build (PostgreSQL $version)"
	copt=
	if [ "${CI:-}" = true ]; then copt=-Werror; fi
	if COPT=$copt build >"$work/build.log" 2>&1; then
		cat "$work/build.log"
		if grep -q 'warning:' "$work/build.log"; then
			result "ok - build, with $(grep -c 'warning:' "$work/build.log") warnings"
		else
			result 'ok - build without warnings'
		fi
	else
		cat "$work/build.log"
		result 'not ok - build'
		summary
	fi
}

check_sources() {
	stage 'sources'
	formatted=0
	sh "$source/test/format.sh" >"$work/format.log" 2>&1 || formatted=$?
	case $formatted in
		0) result 'ok - C is formatted' ;;
		77) result "skip - format: $(cat "$work/format.log")" ;;
		*)
			head -n 40 "$work/format.log"
			result 'not ok - C is formatted (sh test/format.sh --fix does it)'
			;;
	esac
	follow repository cat as_user sh "$source/test/repository.sh"
}

# check_regress NAME MAKE-VARIABLE-TO-EMPTY TEST...: nothing where no tests are.
check_regress() {
	[ -e "$3" ] || return 0
	stage "$1"
	follow "$1" regress_lines limit "$seconds" make -s -C "$source" with_llvm=no \
		PG_CONFIG="$PG_CONFIG" "$2=" installcheck
	if [ "$followed" != 0 ]; then
		show_failure "$source/test/regression.diffs" "$source/test/log"
	fi
	stop_servers "$source"
}

show_failure() {
	if [ -s "$1" ]; then
		head -n 400 "$1"
	else
		tail -n 30 "$raw"
	fi
	for file in "$2"/*.log; do
		if [ -e "$file" ] && grep -qE 'PANIC|FATAL|terminated by signal|TRAP' "$file"; then
			say "-- the end of ${file##*/}"
			tail -n 30 "$file"
		fi
	done
}

# check_script FILE, relative to the sources
check_script() {
	stage "${1#test/}"
	SCRATCH=$(mktemp -d "$work/s.XXXXXX")
	export SCRATCH
	if is_root; then chown "$runner" "$SCRATCH"; fi
	before=$failed
	follow "${1#test/}" cat limit "$seconds" sh "$1"
	stop_servers "$SCRATCH"
	if [ "$failed" -gt "$before" ] && [ -d "$SCRATCH" ]; then
		find "$SCRATCH" -name '*.log' -type f | while IFS= read -r file; do
			say "-- the end of ${file#"$SCRATCH"/}"
			tail -n 25 "$file"
		done
	fi
	[ "$keep" = yes ] || rm -rf "$SCRATCH"
}

summary() {
	say
	if [ "$failed" -gt 0 ]; then say "failed:$failures"; fi
	tail=
	if [ "$skipped" -gt 0 ]; then tail=", $skipped skipped"; fi
	say "$passed passed, $failed failed$tail"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ] || exit 1
	exit 0
}

seconds=${TEST_TIMEOUT:-900}
REAL_DATA=${REAL_DATA:-$checkout/../shared/data}
export REAL_DATA
started=$(date +%s)

scripts=
for script; do
	[ -f "$script" ] || die "no script $script"
	full=$(cd "$(dirname "$script")" && pwd -P)/$(basename "$script")
	scripts="$scripts ${full#"$checkout"/}"
done

prepare clang-format-14
cd "$source"
check_build
if [ -n "$scripts" ]; then
	for script in $scripts; do check_script "$script"; done
	summary
fi
check_sources
check_regress regress ISOLATION test/sql/*.sql
check_regress isolation REGRESS test/specs/*.spec
for script in test/server/*.sh test/real/*.sh; do
	case $script in */lib.sh) continue ;; esac
	if [ -f "$script" ]; then check_script "$script"; fi
done
say
say "$(($(date +%s) - started)) seconds"
summary
