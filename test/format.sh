#!/bin/sh
# Is the C in PostgreSQL's look, as .clang-format describes it?
#
#	sh test/format.sh [--fix]
#
# Each major version of clang-format lays out some lines differently, so only
# the one that .clang-format was made with is asked: clang-format-14, or
# clang-format where that is 14. Exit status 0 yes, 1 no, 77 no such version.
set -eu
case ${1:-} in
	-h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit 0 ;;
	--fix) action=-i ;;
	'') action=--dry-run ;;
	*) echo "usage: sh test/format.sh [--fix]" >&2 && exit 2 ;;
esac
wanted=14
cd "$(dirname "$0")/.."
for program in "clang-format-$wanted" clang-format; do
	if "$program" --version 2>/dev/null | grep -q "version $wanted\\."; then
		exec "$program" "$action" -Werror src/*.c src/*.h
	fi
done
echo "clang-format $wanted is not installed"
exit 77
