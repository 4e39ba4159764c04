#!/bin/sh
# README.md and doc/dunning.md: every command in them is run, in order, and prints
# what stands there.
#
#	sh test/server/readme.sh [--fix]
#
#	--fix	writes what was printed into them
#
# Each has a database of its own. A ```conf block, in README.md only, goes into
# the server's settings. A ```sql block is run by
# psql, all blocks between two ```sh blocks in one session; a ```sh block is run
# with PostgreSQL's programs in its PATH, but of make and of our own scripts it
# is only checked that they would start. The ```text block that follows has the
# output, errors included (without CONTEXT, the line of a function: it would change
# with every edit of one); where none follows, there may be no error.
. test/server/lib.sh

readme=$PWD/README.md
mkdir "$SCRATCH/home"

# cut_blocks DOCUMENT: its blocks as files 001.sql, 002.sh, ... in $blocks; outputs as 001.text.
cut_blocks() {
	mkdir "$blocks"
	awk -v dir="$blocks" '
		/^```(conf|sql|sh)$/ { file = sprintf("%s/%03d.%s", dir, ++n, substr($0, 4)); printf "" >file; next }
		/^```text$/ { file = sprintf("%s/%03d.text", dir, n); printf "" >file; next }
		/^```/ { if (file != "") close(file); file = ""; next }
		file != "" { print >file }
	' "$1"
}

# A shell block: what installs or tests is not done again, only looked at.
cat >"$SCRATCH/shell" <<SH
checkout='$PWD'
PATH='$BIN':\$PATH
sudo() { "\$@"; }
make() { command make -n -s -C "\$checkout" with_llvm=no PG_CONFIG='$PG_CONFIG' "\$@" >/dev/null; }
sh() { command sh -n "\$checkout/\$1"; }
cd '$SCRATCH/home'
set -e
SH

run_session() {
	[ -s "$SCRATCH/session" ] || return 0
	"$BIN/psql" -X -v SHOW_CONTEXT=never -d "$1" <"$SCRATCH/session" >"$SCRATCH/printed" 2>&1
	awk -v dir="$blocks" '
		/^@@ / { if (file != "") close(file); file = dir "/" $2 ".got"; printf "" >file; next }
		{ print >file }' "$SCRATCH/printed"
	: >"$SCRATCH/session"
}

# run_blocks DATABASE
run_blocks() {
	database=$1
	: >"$SCRATCH/session"
	for block in "$blocks"/*.s*; do
		name=$(basename "$block")
		case $name in
			*.sql) { printf '%s\n' "\\echo @@ ${name%.sql}" && cat "$block"; } >>"$SCRATCH/session" ;;
			*.sh)
				run_session "$database"
				cat "$SCRATCH/shell" "$block" >"$SCRATCH/script"
				status=0
				command sh "$SCRATCH/script" >"$blocks/${name%.sh}.got" 2>&1 || status=$?
				[ $status = 0 ] || echo "ERROR: exit status $status" >>"$blocks/${name%.sh}.got"
				;;
		esac
	done
	run_session "$database"
}

check_blocks() {
	for block in "$blocks"/*.s*; do
		number=$(basename "$block" | sed 's/\..*//')
		what="$(basename "$block" | sed 's/.*\.//'): $(grep -v '^--' "$block" | head -n 1)"
		if [ -f "$blocks/$number.text" ]; then
			sed 's/[[:blank:]]*$//' "$blocks/$number.got" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$blocks/$number.trimmed"
			if differs=$(diff -u "$blocks/$number.text" "$blocks/$number.trimmed"); then ok "$what"; else not_ok "$what" "$differs"; fi
		elif errors=$(grep -A 4 -E '(ERROR|FATAL):' "$blocks/$number.got"); then
			not_ok "$what" "$errors"
		else
			ok "$what"
		fi
	done
}

# fix_blocks DOCUMENT
fix_blocks() {
	awk -v dir="$blocks" '
		/^```(conf|sql|sh)$/ { n++ }
		/^```text$/ {
			print
			while ((getline line <sprintf("%s/%03d.trimmed", dir, n)) > 0) print line
			skip = 1
			next
		}
		/^```$/ { skip = 0 }
		!skip { print }
	' "$1" >"$SCRATCH/fixed" && cat "$SCRATCH/fixed" >"$1"
}

for document in README.md doc/dunning.md; do
	blocks=$SCRATCH/blocks.$(basename $document .md)
	database=$([ $document = README.md ] && echo books || basename $document .md)
	cut_blocks $document
	[ $document != README.md ] || start_server main "$(cat "$blocks"/*.conf)"
	sql postgres "CREATE DATABASE $database"
	run_blocks $database
	check_blocks
	[ "${1:-}" != --fix ] || fix_blocks $document
	rm -rf "$blocks"
done
database=books

# ---- the README's lists are whole; the restored database still has the ledger "ar"
catalog() { sql ${database}_copy "$1"; }
listed() { sed -n "s/^| \`$1\.\([a-z_]*\)(.*/\1/p" "$readme" | sort -u; }
# named SCHEMA: the listed functions as an array of SQL
named() { printf "'{%s}'::text[]" "$(listed "$1" | paste -s -d ,)"; }

is 'every setting is listed, with its default' \
	"$(sed -n 's/^| `\(debiteur\.[a-z_]*\)` | \([^|]*[^ |]\) *|.*/\1 \2/p' "$readme" | sort)" \
	"$(catalog "SELECT name || ' ' || coalesce(nullif(boot_val, ''), 'empty') || coalesce(' ' || unit, '')
	              FROM pg_settings WHERE name LIKE 'debiteur.%' ORDER BY name COLLATE \"C\"")"
is 'every SQLSTATE is listed' \
	"$(sed -n 's/^| `\(RV[0-9]*\)` |.*/\1/p' "$readme")" "$(sed -n 's/^ \*[[:blank:]]*\(RV[0-9]*\)[[:blank:]].*/\1/p' src/errors.h)"
is 'every function that a role can be granted is listed, and no other that writes' "$(catalog "
	SELECT p.proname, 'listed: ' || (p.proname = ANY ($(named ar))), 'granted: ' || has_function_privilege('controller', p.oid, 'EXECUTE')
	  FROM pg_proc p WHERE p.pronamespace = 'ar'::regnamespace AND p.provolatile = 'v'
	   AND (p.proname = ANY ($(named ar))) <> has_function_privilege('controller', p.oid, 'EXECUTE')")" ''
is 'D marks the SECURITY DEFINER functions that are called' "$(catalog "
	SELECT DISTINCT p.proname FROM pg_proc p WHERE p.pronamespace IN ('ar'::regnamespace, 'debiteur'::regnamespace) AND p.prosecdef AND p.prorettype <> 'trigger'::regtype ORDER BY 1")" \
	"$(sed -n 's/^| `ar\.\([a-z_]*\)(.*` | D |.*/\1/p' "$readme" | sort)"
for schema in debiteur ar; do
	holds "functions of $schema are listed" [ "$(listed $schema | wc -l)" -gt 20 ]
	is '... and no other than there are' "$(catalog "
		SELECT n FROM unnest($(named $schema)) AS n
		 WHERE NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = '$schema'::regnamespace AND p.proname = n)")" ''
done
rm -rf "$SCRATCH/home" "$SCRATCH/shell" "$SCRATCH/script" "$SCRATCH/session" "$SCRATCH/printed" "$SCRATCH/fixed"
finish
