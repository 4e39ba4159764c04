#!/bin/sh
# Does the repository keep its own rules? Prints "ok - rule" or "not ok - rule"
# and what breaks it. The install script must have been built.
#
#	sh test/repository.sh
#
# shellcheck disable=SC2317 # rule calls the functions
set -eu
case ${1:-} in
	-h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit 0 ;;
esac
cd "$(dirname "$0")/.."
status=0
most=600
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" debiteur.control)

# rule FUNCTION NAME: what the function prints breaks the rule.
rule() {
	broken=$("$1")
	if [ -z "$broken" ]; then
		printf 'ok - %s\n' "$2"
	else
		printf 'not ok - %s\n' "$2"
		printf '%s\n' "$broken" | sed 's/^/    /'
		status=1
	fi
}

# The files of the repository, without what make and the tests produce.
files() {
	find . -type f ! -path './.git/*' ! -path './debiteur--*' ! -path './test/results/*' \
		! -path './test/log/*' ! -path './test/tmp_check/*' ! -path './test/output_iso/*' \
		! -path './test/regression.*' ! -name '*.o' ! -name '*.so' ! -name '*.d' ! -name '*.bc'
}

names() {
	for file in "$1"/*"$2"; do
		if [ -e "$file" ]; then basename "$file" "$2"; fi
	done
}

tests() {
	names test/sql .sql
	names test/specs .spec
}

# name_1.out is one more permitted output of the test name.
outputs() {
	names expected .out | while IFS= read -r name; do
		if [ -e "expected/${name%_[0-9]}.out" ]; then echo "${name%_[0-9]}"; else echo "$name"; fi
	done
}

without_output() {
	for name in $(tests); do
		outputs | grep -qxF -- "$name" || echo "expected/$name.out is missing"
	done
}

without_test() {
	for name in $(outputs | sort -u); do
		tests | grep -qxF -- "$name" || echo "expected/$name.out"
	done
}

twice() {
	tests | sort | uniq -d
}

too_long() {
	find src sql -type f \( -name '*.[ch]' -o -name '*.sql' -o -name '*.sh' \) -exec wc -l {} + |
		awk -v most="$most" '$2 != "total" && $1 > most { print $2 ": " $1 " lines" }'
}

machine_paths() {
	files | while IFS= read -r file; do
		grep -nIE '(^|[^A-Za-z0-9_./-])/(work|root|home|Users|var/tmp)/' "$file" /dev/null || :
	done
}

trailing_blanks() {
	files | grep -vE '\.(csv|xml|out)$' | while IFS= read -r file; do
		grep -nIE "[[:blank:]]+\$|$(printf '\r')" "$file" /dev/null || :
	done
}

# A script is read in the encoding of the database, whichever that is.
other_signs() {
	LC_ALL=C grep -rn '[^ -~	]' sql --include='*.sql' || :
}

other_versions() {
	grep -q "\"version\": *\"$version\"" META.json || echo "META.json is not of $version"
	newest=$(sed -n 's/^##* \[\{0,1\}\([0-9][0-9.]*[0-9]\).*/\1/p' CHANGELOG.md 2>/dev/null | sed -n 1p)
	[ "$newest" = "$version" ] || echo "CHANGELOG.md begins with '$newest', not $version"
}

# The bodies of the ledger's template are left out: they run over older ledgers.
replacements() {
	awk '/^CREATE (OR REPLACE )?FUNCTION debiteur\.ledger_template\(/ { inside = 1 }
		!inside && toupper($0) ~ /^[ \t]*CREATE OR REPLACE / && toupper($0) !~ /REPLACE VIEW/ {
			print FILENAME ":" FNR ": " $0
		}
		/^\$debiteur_template\$;/ { inside = 0 }' "debiteur--$version.sql"
}

without_head() {
	{
		files | grep '\.sh$'
		echo .ci/run
	} | while IFS= read -r script; do
		sed -n 2p "$script" | grep -q '^# *[A-Za-z]' || echo "$script"
	done
}

rule without_output 'every test has an expected output'
rule without_test 'every expected output has a test'
rule twice 'no name is both in test/sql and in test/specs'
rule too_long "no source file is longer than $most lines"
rule machine_paths 'no path of a machine'
rule trailing_blanks 'no blanks at the end of a line'
rule other_signs 'the scripts of the extension are ASCII'
rule other_versions 'debiteur.control, META.json and CHANGELOG.md agree on the version'
rule replacements 'the install script replaces nothing'
rule without_head 'every script has a head comment'
exit "$status"
