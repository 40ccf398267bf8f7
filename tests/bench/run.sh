#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# The benchmark in one go: builds the broker and the tools, installs the peers that are
# missing (as root; else their columns are left out), measures one server at a time on
# loopback, prints the table and writes docs/performance.md. Never part of CI: a figure
# depends on the machine and on what else it does.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
here=$root/tests/bench
build=$root/build-bench smoke=no install=yes measure=yes

usage() {
	cat <<'END'
usage: sh tests/bench/run.sh [options]

  --quick           one run of each, fewer clients; writes no page
  --only NAMES      of floor,mosquitto,ws,samtale,phone,log, separated by commas; writes no
                    page but for phone or log alone, whose part of the page is written anew
  --runs N          runs of each (3)
  --keep FILE       append every single result as a line of JSON
  --no-install      install no package and no peer
  --build DIR       use this build folder
  --build-only      install and build, measure nothing
  --smoke           20 meetings with each: does the benchmark itself work? No figures
END
}

fail() {
	echo "bench: $*" >&2
	exit 1
}

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_tools() {
	missing=
	for package in gcc libc6-dev meson ninja-build pkg-config openssl libcmocka-dev libev-dev \
		libinih-dev libjansson-dev libseccomp-dev libsodium-dev libsqlite3-dev libssl-dev \
		libwebsockets-dev libwebsockets-evlib-ev python3 mosquitto libre-dev libsrtp2-dev \
		espeak-ng sox; do
		is_installed "$package" || missing="$missing $package"
	done
	command -v node >/dev/null || missing="$missing nodejs"
	command -v npm >/dev/null || missing="$missing npm"
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "bench: not installed (needs root):$missing" >&2
		return 0
	fi
	apt-get update -qq
	# shellcheck disable=SC2086 # a list of words
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
}

install_ws() {
	stamp=$here/node_modules/.samtale-lock
	cmp -s "$here/package-lock.json" "$stamp" && return
	npm --prefix "$here" ci --ignore-scripts --no-audit --no-fund >/dev/null ||
		{ echo "bench: npm cannot install ws; its column is left out" >&2 && return; }
	cp "$here/package-lock.json" "$stamp"
}

build_all() {
	npm_stamp=$root/web/node_modules/.samtale-lock
	if ! cmp -s "$root/web/package-lock.json" "$npm_stamp"; then
		npm --prefix "$root/web" ci --ignore-scripts --no-audit --no-fund >/dev/null
		cp "$root/web/package-lock.json" "$npm_stamp"
	fi
	[ -f "$build/build.ninja" ] || meson setup "$build" "$root" >/dev/null
	phone="broker/phone/samtale-phone tests/bench/phone/bench-phone packaging/prompts/da"
	ninja -C "$build" build.ninja >/dev/null || fail "meson could not set $build up"
	# shellcheck disable=SC2086 # a list of words
	ninja -C "$build" -t query $phone >/dev/null 2>&1 || phone=
	# shellcheck disable=SC2086
	ninja -C "$build" broker/samtale-broker broker/samtale tests/bench/bench-load \
		tests/bench/bench-floor tests/bench/bench-prepare tests/bench/bench-log \
		tests/bench/bench-log-link tests/bench/bench-log-read $phone >"$build/bench.log" ||
		fail "the build failed; see $build/bench.log"
}

passed=
while [ $# -gt 0 ]; do
	case $1 in
	--only | --runs | --keep | --build) [ $# -ge 2 ] || fail "$1 needs a value" ;;
	esac
	case $1 in
	--quick) passed="$passed $1" ;;
	--smoke) passed="$passed $1" smoke=yes install=no ;;
	--only | --runs | --keep) passed="$passed $1 $2" && shift ;;
	--build) build=$2 && shift ;;
	--no-install) install=no ;;
	--build-only) measure=no ;;
	-h | --help) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
	shift
done

if [ $install = yes ]; then
	install_tools
	if command -v npm >/dev/null; then install_ws; fi
fi
[ $smoke = yes ] || build_all
[ $measure = yes ] || exit 0
# 10,000 clients at once, in the server and in the load generator alike.
# shellcheck disable=SC3045 # dash has it
ulimit -n "$(ulimit -H -n)"
# shellcheck disable=SC2086 # a list of words
exec python3 -B "$here/bench.py" --build "$build" $passed
