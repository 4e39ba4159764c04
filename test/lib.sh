# shellcheck shell=sh
# lib.sh: what check.sh and demo.sh share; sourced, not run.
#
# A PostgreSQL installation is relocatable: its programs find their files from
# where they lie. So the tests copy the server's tree into a temporary folder
# ($work), build debiteur there from a copy of the sources, and install it into
# that private tree. The system's PostgreSQL, its clusters and the checkout are
# not touched, nothing needs root, and root itself runs everything as an
# unprivileged user, for PostgreSQL refuses to be run by root.
#
#	prepare [PACKAGE...]	have compiler and server, make $work and the private tree
#	build				build and install into the private tree
#	as_user COMMAND...		run a command as the unprivileged user
#	limit SECONDS COMMAND...	the same, ended after so many seconds
#	attend FUNCTION|COMMAND...	run it so that a signal is heeded at once
#
# Sets: checkout, work, source (copy of the checkout), PG_CONFIG (the private
# one), bindir, version (major), runner (the unprivileged user).
# The caller may set keep=yes before it ends.

oldest=15
keep=no
work=
child=
exec=
dropin=
aptlog=
runner=$(id -un)
checkout=$(cd "$(dirname "$0")/.." && pwd -P)

say() {
	printf '%s\n' "$*"
}

die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# The head comment of the script that runs.
usage() {
	sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
}

# ---- ending ----------------------------------------------------------------

# Stops every server whose data lies under $1, however it was started.
stop_servers() {
	find "$1" -name postmaster.pid -type f 2>/dev/null | while IFS= read -r file; do
		data=$(dirname "$file")
		pid=$(sed -n 1p "$file" 2>/dev/null) || continue
		case $pid in '' | *[!0-9]*) continue ;; esac
		# A stale file may name a process that is somebody else's by now.
		if [ -d "/proc/$pid" ] && [ "$(readlink "/proc/$pid/cwd")" != "$data" ]; then
			continue
		fi
		kill -QUIT "$pid" 2>/dev/null || continue
		n=0
		while kill -0 "$pid" 2>/dev/null && [ "$n" -lt 100 ]; do
			n=$((n + 1))
			sleep 0.1 2>/dev/null || sleep 1
		done
	done
}

finish() {
	status=$?
	trap '' INT TERM HUP
	if [ -n "$child" ]; then
		kill "$child" 2>/dev/null || :
		wait "$child" 2>/dev/null || :
	fi
	allow_clusters
	[ -z "$aptlog" ] || rm -f "$aptlog"
	if [ -n "$work" ] && [ -d "$work" ]; then
		if [ "$keep" = server ]; then
			:
		elif [ "$keep" = yes ]; then
			stop_servers "$work"
			say "kept: $work" >&2
		else
			stop_servers "$work"
			# What was just ended may still write its last.
			rm -rf "$work" 2>/dev/null || { sleep 1 && rm -rf "$work"; }
		fi
	fi
	exit "$status"
}

trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a command in the background and waits, so that a signal is heeded at
# once and not when the command ends.
attend() {
	(
		trap - EXIT INT TERM HUP
		# shellcheck disable=SC2030
		exec='exec'
		"$@"
	) </dev/null &
	child=$!
	attended=0
	wait "$child" || attended=$?
	child=
	return "$attended"
}

# ---- packages --------------------------------------------------------------

is_root() {
	[ "$(id -u)" = 0 ]
}

has() {
	command -v "$1" >/dev/null 2>&1
}

has_apt() {
	[ -e /etc/debian_version ] && has apt-get
}

# Whatever $1 (a pg_config) lacks to build and run a server: "server", "headers".
lacks() {
	bin=$("$1" --bindir 2>/dev/null) || {
		say server headers
		return
	}
	what=
	if [ ! -x "$bin/postgres" ] || [ ! -x "$bin/initdb" ]; then what=server; fi
	if [ ! -e "$("$1" --pgxs)" ] || [ ! -e "$("$1" --includedir-server)/postgres.h" ]; then
		what="${what:+$what }headers"
	fi
	[ -z "$what" ] || say "$what"
}

# Debian's folders: the newest version that lacks nothing, else the newest.
newest_pg_config() {
	best=0
	for candidate in /usr/lib/postgresql/*/bin/pg_config; do
		[ -x "$candidate" ] || continue
		v=${candidate#/usr/lib/postgresql/}
		v=${v%%/*}
		case $v in *[!0-9]*) continue ;; esac
		[ "$v" -ge "$oldest" ] || continue
		[ -n "$(lacks "$candidate")" ] || v=$((v + 1000))
		if [ "$v" -gt "$best" ]; then best=$v found=$candidate; fi
	done
	if [ "$best" -gt 0 ]; then
		say "$found"
	elif [ ! -d /usr/lib/postgresql ] || ! has_apt; then
		command -v pg_config || :
	fi
}

# postgresql-15's postinst would create a cluster "main" and start it. The
# drop-in that forbids it lies there only while apt runs.
forbid_clusters() {
	dropin=/etc/postgresql-common/createcluster.d/debiteur-tests.conf
	mkdir -p "${dropin%/*}"
	echo 'create_main_cluster = false' >"$dropin"
}

allow_clusters() {
	[ -n "$dropin" ] || return 0
	rm -f "$dropin"
	rmdir "${dropin%/*}" 2>/dev/null || :
	dropin=
}

elsewhere() {
	cat >&2 <<-END
		debiteur needs make, a C compiler and PostgreSQL $oldest or later with its
		server headers. Missing: $*
		  Fedora, RHEL   dnf install make gcc redhat-rpm-config postgresql-server postgresql-server-devel
		  openSUSE       zypper install make gcc postgresql-server postgresql-server-devel
		  Arch           pacman -S make gcc postgresql
		  Alpine         apk add make gcc musl-dev postgresql postgresql-dev
		  FreeBSD        pkg install gmake postgresql17-server
		  macOS          xcode-select --install; brew install postgresql@17
		Then run this again, with PG_CONFIG=/path/to/pg_config where it is not found.
	END
	exit 1
}

# Installs what is missing. Arguments: packages wished for, taken when they exist.
have_packages() {
	asked=${PG_CONFIG:-}
	missing='' packages='' wished=''
	has make || { missing="$missing make" packages="$packages make"; }
	# PGXS uses the compiler PostgreSQL was built with, which on Debian is gcc.
	if has_apt; then compiler=gcc; else compiler=cc; fi
	has "$compiler" || { missing="$missing $compiler" packages="$packages gcc"; }
	if [ ! -e /usr/include/stdlib.h ] && has_apt; then
		missing="$missing libc6-dev" packages="$packages libc6-dev"
	fi

	[ -n "$asked" ] || PG_CONFIG=$(newest_pg_config)
	if [ -n "$PG_CONFIG" ]; then lack=$(lacks "$PG_CONFIG"); else lack='server headers'; fi
	if [ -n "$lack" ]; then missing="$missing postgresql ($lack)"; fi
	for package; do
		dpkg -s "$package" >/dev/null 2>&1 || wished="$wished $package"
	done

	if has_apt; then
		install_packages
	elif [ -n "$missing" ]; then
		elsewhere "$missing"
	fi
	lack=$(lacks "$PG_CONFIG")
	[ -z "$lack" ] || die "$PG_CONFIG: PostgreSQL's $lack not found"
	version=$("$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
	[ "$version" -ge "$oldest" ] ||
		die "PostgreSQL $version is too old: debiteur needs $oldest or later (https://www.postgresql.org/download/)"
}

# Reads and completes missing, packages, wished; sets PG_CONFIG.
install_packages() {
	v=$(echo "${PG_CONFIG:-}" | sed -n 's|^/usr/lib/postgresql/\([0-9]*\)/bin/pg_config$|\1|p')
	if [ -n "$lack" ] && [ -n "$asked" ] && [ -z "$v" ]; then
		die "$asked: no PostgreSQL server with headers"
	fi
	if [ -n "$missing" ] && is_root; then
		say "apt-get update"
		apt-get -q update >/dev/null 2>&1 </dev/null ||
			say "apt-get update failed; going on with the lists that are there"
	fi
	if [ -n "$lack" ]; then
		if [ -z "$v" ]; then
			v=$(apt-cache show postgresql 2>/dev/null |
				sed -n 's/^Depends:.*[ ,]postgresql-\([0-9][0-9]*\).*/\1/p' | sort -n | tail -n 1)
			v=${v:-15}
		fi
		[ "$v" -ge "$oldest" ] ||
			die "this system's PostgreSQL is $v, debiteur needs $oldest or later: see https://apt.postgresql.org"
		PG_CONFIG=/usr/lib/postgresql/$v/bin/pg_config
		case $lack in *server*) packages="$packages postgresql-$v" ;; esac
		case $lack in *headers*) packages="$packages postgresql-server-dev-$v" ;; esac
	fi
	for package in $wished; do
		if apt-cache show "$package" >/dev/null 2>&1; then packages="$packages $package"; fi
	done
	packages=${packages# }
	[ -n "$packages" ] || return 0
	if ! is_root; then
		[ -n "$missing" ] || return 0
		die "missing:$missing. Install with
  sudo apt-get install --no-install-recommends $packages"
	fi
	say "installing $packages (a few minutes)"
	aptlog=$(mktemp)
	forbid_clusters
	# shellcheck disable=SC2086 # a list
	if ! env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 \
		install --no-install-recommends $packages >"$aptlog" 2>&1 </dev/null; then
		if [ -n "$missing" ]; then
			tail -n 30 "$aptlog" >&2
			die "apt-get could not install $packages"
		fi
		say "apt-get could not install $packages; going on without"
	fi
	rm -f "$aptlog"
	allow_clusters
}

# ---- the private server tree -----------------------------------------------

choose_runner() {
	is_root || return 0
	for runner in postgres nobody ''; do
		if [ -n "$runner" ] && id "$runner" >/dev/null 2>&1; then return; fi
	done
	die "PostgreSQL refuses to be run by root, and there is no user postgres"
}

as_user() {
	if ! is_root; then
		:
	elif has setpriv; then
		set -- setpriv --reuid="$runner" --regid="$(id -g "$runner")" --init-groups "$@"
	elif has runuser; then
		set -- runuser -u "$runner" -- "$@"
	else
		set -- su "$runner" -s /bin/sh -c 'exec "$@"' -- sh "$@"
	fi
	# shellcheck disable=SC2031 # set by attend for what it runs
	$exec "$@"
}

limit() {
	if has timeout; then
		set -- timeout -k 10 "$@"
	else
		shift
	fi
	as_user "$@"
}

make_work() {
	base=${TMPDIR:-/tmp}
	# Socket paths end at 107 bytes, and make can't have blanks in its paths.
	case $base in *[!A-Za-z0-9/._+-]*) base=/tmp ;; esac
	if [ "${#base}" -gt 50 ] || ! as_user test -w "$base"; then base=/tmp; fi
	work=$(mktemp -d "$base/debiteur.XXXXXX")
	work=$(cd "$work" && pwd -P)
	mkdir "$work/home" "$work/tmp"
}

copy_tree() {
	bindir=$("$PG_CONFIG" --bindir)
	mkdir -p "$work/tree$bindir"
	# A folder of PostgreSQL alone is copied whole; out of a shared one, its programs.
	case $bindir in
		*postgres* | *pgsql* | *pg[0-9]*) cp -R "$bindir/." "$work/tree$bindir/" ;;
		*)
			for program in postgres initdb pg_ctl pg_config psql createdb dropdb pg_dump \
				pg_dumpall pg_restore pg_isready pg_basebackup pg_upgrade pg_resetwal \
				pg_controldata pg_amcheck pgbench vacuumdb; do
				if [ -x "$bindir/$program" ]; then
					cp -L "$bindir/$program" "$work/tree$bindir/"
				fi
			done
			;;
	esac
	for kind in pkglibdir sharedir; do
		folder=$("$PG_CONFIG" --$kind)
		mkdir -p "$work/tree$folder"
		cp -RL "$folder/." "$work/tree$folder/"
	done
	rm -rf "$work/tree$("$PG_CONFIG" --pkglibdir)/bitcode"
	for kind in includedir pkgincludedir includedir-server; do
		folder=$("$PG_CONFIG" --$kind)
		[ ! -e "$work/tree$folder" ] || continue
		mkdir -p "$work/tree${folder%/*}"
		ln -s "$folder" "$work/tree$folder"
	done

	shared=$("$PG_CONFIG" --sharedir)
	given=$PG_CONFIG
	bindir=$work/tree$bindir
	PG_CONFIG=$bindir/pg_config
	moved=$("$PG_CONFIG" --sharedir 2>/dev/null) ||
		die "no program can be run in $work: set TMPDIR to a folder where that is allowed"
	[ "$moved" = "$work/tree$shared" ] ||
		die "the PostgreSQL of $given can't be moved: its share folder stays $moved.
Use a build whose folders have a common prefix, by PG_CONFIG=/path/to/pg_config."
}

copy_source() {
	source=$work/debiteur
	mkdir "$source"
	(cd "$checkout" && tar cf - --exclude=./.git --exclude='*.o' --exclude='*.so' \
		--exclude='*.bc' --exclude='*.d' '--exclude=./debiteur--*.sql' --exclude=./test/tmp_check .) |
		(cd "$source" && tar xf -)
}

prepare() {
	# The caller's settings must not reach our servers.
	unset MAKEFLAGS MAKELEVEL MFLAGS PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGDATA \
		PGOPTIONS PGSERVICE PGSERVICEFILE PGPASSWORD PGPASSFILE PGSSLMODE PGTZ \
		PGDATESTYLE PGCLIENTENCODING PGAPPNAME LANGUAGE TZ || :
	LC_ALL=C PSQLRC=/dev/null PSQL_HISTORY=/dev/null
	PSQL_PAGER='' PAGER=''
	export LC_ALL PSQLRC PSQL_HISTORY PSQL_PAGER PAGER
	umask 022

	have_packages "$@"
	choose_runner
	make_work
	say "copying PostgreSQL $("$PG_CONFIG" --version | sed 's/^PostgreSQL //') to $work"
	copy_tree
	copy_source
	HOME=$work/home TMPDIR=$work/tmp
	export PG_CONFIG HOME TMPDIR
	if is_root; then chown -R "$runner" "$work"; fi
	cd "$work" || exit
}

# Its output is the compiler's and nothing else.
build() {
	attend as_user make -s -C "$source" with_llvm=no PG_CONFIG="$PG_CONFIG" all &&
		attend as_user make -s -C "$source" with_llvm=no PG_CONFIG="$PG_CONFIG" install >/dev/null
}
