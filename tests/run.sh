#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Installs what the tests need and runs all of them, or only the stages named. Every stage
# builds what it tests, so each can run alone. The last line counts the tests of all stages;
# a stage that breaks off counts as a failed test, so nothing can pass by not running.
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=${SAMTALE_TEST_FOLDER:-$root/build-tests}
stages="install style gcc clang unit sanitize fuzz scenario web browser"

usage() {
	cat <<END
usage: sh tests/run.sh [STAGE...]

Runs every stage in order, or install and the stages named:
  install   packages of Debian and npm that are missing
  style     shell scripts, house style, docs against tables
  gcc       build with gcc, as shipped
  clang     build with clang
  unit      unit tests, allocation ladder, fuzz corpora (gcc)
  sanitize  the same under AddressSanitizer and UndefinedBehaviorSanitizer (clang)
  fuzz      each fuzz target for ${FUZZ_SECONDS} s (clang); FUZZ_SECONDS=N changes that
  scenario  stories against the real binaries
  web       types, lint, unit tests, size budgets, HTML, readability
  browser   real browsers in a network namespace of their own (needs root)
Logs and builds are in $work.
END
}

# -- counting -------------------------------------------------------------------------
# Stages run in subshells and add lines "PASSED FAILED SKIPPED" to this file, or to one of
# their own, named by $counts, where they do two things at once.
count() {
	printf '%s %s %s\n' "$1" "$2" "${3:-0}" >>"$work/${counts:-counts}"
}

sum_counts() { # FILE
	awk '{ p += $1; f += $2; s += $3 } END { printf "%d %d %d\n", p, f, s }' "$1"
}

# The closing line in the form "12 passed, 0 failed".
sentence() { # PASSED FAILED SKIPPED
	printf '%s passed, %s failed' "$1" "$2"
	if [ "$3" -gt 0 ]; then printf ', %s skipped' "$3"; fi
	printf '\n'
}

# check WHAT COMMAND...: one counted test.
check() {
	what=$1
	shift
	echo "--- $what"
	if "$@"; then count 1 0; else
		echo "FAILED: $what"
		count 0 1
	fi
}

seconds() { date +%s.%N; }

run_stage() { # NAME
	log=$work/log/$1.log
	: >"$work/counts"
	begun=$(seconds)
	printf '%-9s' "$1"
	"stage_$1" >"$log" 2>&1
	status=$?
	# shellcheck disable=SC2046 # three words
	set -- "$1" $(sum_counts "$work/counts")
	if [ $status -ne 0 ] && [ "$3" -eq 0 ]; then
		count 0 1
		set -- "$1" "$2" 1 "$4"
	fi
	cat "$work/counts" >>"$work/all-counts"
	awk -v a="$begun" -v b="$(seconds)" 'BEGIN { printf "%7.1f s  ", b - a }'
	sentence "$2" "$3" "$4"
	grep -A 12 '^=== once more' "$log"
	[ "$3" -eq 0 ] && return
	echo "  ---- what failed in $log"
	what_failed "$log" | head -n 60
	echo "  ---- its end"
	tail -n 30 "$log" | sed 's/^/  /'
	echo "  ----"
}

# The tests that failed and what they said: of node's, of meson's and of our own.
what_failed() { # LOG
	awk '/^ *not ok/ { block = ""; inside = 1 }
		inside { block = block "  " $0 "\n" }
		inside && /cancelledByParent/ { inside = 0 }
		inside && /^ *\.\.\.$/ { printf "%s", block; inside = 0 }
		/^ *[0-9]+\/[0-9]+ .* (FAIL|TIMEOUT|ERROR) / || /^FAILED: / || /^\[  FAILED/ ||
			/: error: / { print "  " $0 }' "$1"
}

# -- tools ----------------------------------------------------------------------------
# Test packages need a newer Node.js than Debian's; it comes with them.
test_node() {
	set -- "$root"/tests/node_modules/node-linux-*/bin/node
	if [ -x "$1" ]; then echo "$1"; else command -v node; fi
}

configure() { # NAME CC MESON-OPTION...
	name=$1
	cc=$2
	shift 2
	[ -f "$work/$name/build.ninja" ] || CC=$cc meson setup "$work/$name" "$root" "$@"
}

build_with() { configure "$@" && ninja -C "$work/$1"; }

build_gcc() { build_with gcc gcc; }
build_asan() {
	build_with asan clang -Db_sanitize=address,undefined -Db_lundef=false
}

meson_number() { # LABEL of the summary
	awk -F: -v key="$1" '$1 == key { n += $2 } END { print n + 0 }' "$work/meson.out"
}

# Runs suites of a build and counts what meson counted.
meson_test() { # BUILD SUITE...
	build=$work/$1
	shift
	suites=
	for suite; do suites="$suites --suite $suite"; done
	# shellcheck disable=SC2086 # a list of words
	meson test -C "$build" --no-rebuild --print-errorlogs --num-processes 2 $suites \
		>"$work/meson.out" 2>&1
	status=$?
	cat "$work/meson.out"
	passed=$(($(meson_number Ok) + $(meson_number 'Expected Fail')))
	failed=$(($(meson_number Fail) + $(meson_number Timeout) + $(meson_number 'Unexpected Pass')))
	# A program can pass while a test in it was skipped, and says so.
	skipped=$(($(meson_number Skipped) + $(grep '^\[  SKIPPED \] [a-z]' \
		"$build/meson-logs/testlog.txt" | sort -u | wc -l)))
	[ $((passed + failed + skipped)) -gt 0 ] || { echo "no test ran" && return 1; }
	count "$passed" "$failed" "$skipped"
	return $status
}

node_number() { # LABEL of the summary
	awk -v key="$1" '$1 == "#" && $2 == key { n = $3 } END { print n + 0 }' "$work/${counts:-counts}.out"
}

# Runs files of node's test runner one after the other and counts them.
node_test() { # COMMAND-PREFIX... -- FILE...
	prefix=
	while [ "$1" != -- ]; do
		prefix="$prefix $1"
		shift
	done
	shift
	[ -e "$1" ] || { echo "no test file: $1" && return 1; }
	# shellcheck disable=SC2086 # a list of words
	SAMTALE_BUILD=$work/gcc $prefix "$(test_node)" --test --test-concurrency=1 \
		--test-reporter=tap --test-reporter-destination=stdout "$@" >"$work/${counts:-counts}.out" 2>&1
	status=$?
	cat "$work/${counts:-counts}.out"
	passed=$(node_number pass)
	failed=$(($(node_number fail) + $(node_number cancelled)))
	skipped=$(($(node_number skipped) + $(node_number todo)))
	[ $((passed + failed + skipped)) -gt 0 ] || { echo "no test ran" && return 1; }
	count "$passed" "$failed" "$skipped"
	return $status
}

# -- stages ---------------------------------------------------------------------------
is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The last file that an install puts in place tells a whole one from broker/run.sh's.
npm_packages() { # FOLDER FILE
	stamp=$1/node_modules/.samtale-lock
	cmp -s "$1/package-lock.json" "$stamp" && [ -e "$1/node_modules/$2" ] && return
	npm --prefix "$1" ci --ignore-scripts --no-audit --no-fund || return 1
	cp "$1/package-lock.json" "$stamp"
}

stage_install() {
	missing=
	for package in gcc clang libclang-rt-14-dev libc6-dev meson ninja-build pkg-config \
		openssl ca-certificates libcmocka-dev libev-dev libinih-dev libjansson-dev \
		libseccomp-dev libsodium-dev libsqlite3-dev libssl-dev libwebsockets-dev \
		libwebsockets-evlib-ev python3 shellcheck iproute2 procps ffmpeg libnss3-tools \
		coturn chromium firefox-esr libre-dev libsrtp2-dev espeak-ng sox baresip-core \
		sip-tester tcpdump; do
		is_installed "$package" || missing="$missing $package"
	done
	command -v node >/dev/null || missing="$missing nodejs"
	command -v npm >/dev/null || missing="$missing npm"
	if [ -n "$missing" ]; then
		[ "$(id -u)" -eq 0 ] ||
			{ echo "as root: apt-get install --no-install-recommends$missing" && return 1; }
		apt-get update -qq || return 1
		# shellcheck disable=SC2086 # a list of words
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
			$missing || return 1
	fi
	npm_packages "$root/web" typescript && npm_packages "$root/tests" playwright-core
}

# A lock must work with any registry: none is written into it.
no_host_in_locks() {
	for lock in "$root/web/package-lock.json" "$root/tests/package-lock.json" \
		"$root/tests/bench/package-lock.json"; do
		grep -q '"integrity"' "$lock" || return 1
		! grep '"resolved"' "$lock" || return 1
	done
}

stage_style() {
	check "shell scripts" shellcheck -s sh "$root/broker/run.sh" "$root/tests/run.sh" \
		"$root/tests/analyse.sh" "$root/tests/soak.sh" "$root/tests/long_fuzz.sh" "$root/tests/pictures.sh" \
		"$root/tests/bench/run.sh" "$root/tests/lib/netns.sh" "$root/certs/make-dev-ca.sh" \
		"$root/packaging/prompts/make.sh"
	check "lock files name no host" no_host_in_locks
	build_gcc || return 1
	meson_test gcc style
}

stage_gcc() { check "build without a warning" build_gcc; }

stage_clang() { check "build without a warning" build_with clang clang; }

stage_unit() { build_gcc && meson_test gcc unit fault fuzz; }

stage_sanitize() {
	build_asan || return 1
	export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
	export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
	meson_test asan unit fault fuzz
}

fuzz_one() { # PROGRAM
	name=${1##*/fuzz_}
	mkdir -p "$work/found/$name"
	check "$name" "$1" -max_total_time="$FUZZ_SECONDS" -timeout=5 -rss_limit_mb=2048 \
		-print_final_stats=1 -verbosity=0 -artifact_prefix="$work/found/$name-" \
		"$work/found/$name" "$root/tests/fuzz/corpus/$name" >"$work/log/fuzz-$name" 2>&1
}

stage_fuzz() {
	configure fuzz clang -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false &&
		ninja -C "$work/fuzz" fuzzers || return 1
	rm -f "$work"/log/fuzz-*
	running=0
	for program in "$work"/fuzz/tests/fuzz/fuzz_*; do
		case $program in *.p) continue ;; esac
		fuzz_one "$program" &
		running=$((running + 1))
		[ $((running % 2)) -ne 0 ] || wait
	done
	wait
	cat "$work"/log/fuzz-*
}

# Half of node's stories, in a network of their own.
scenario_lane() { # 0 or 1
	counts=counts-scenario-$1
	rm -f "$work/$counts"
	# shellcheck disable=SC2046 # a list of paths
	node_test sh "$root/tests/lib/netns.sh" -- $(find "$root/tests/scenario" \
		-name '*.test.mjs' | sort | awk -v lane="$1" 'int(NR % 4 / 2) == lane') && return
	[ -s "$work/$counts" ] || count 0 1
	return 1
}

stage_scenario() {
	build_gcc || return 1
	broken=0
	# Stories in C and Python are registered with meson, the others are files of node's
	# test runner.
	meson_test gcc scenario || broken=1
	(scenario_lane 0) >"$work/log/scenario-0" 2>&1 &
	(scenario_lane 1) >"$work/log/scenario-1" 2>&1 || broken=1
	wait $! || broken=1
	for lane in 0 1; do
		cat "$work/log/scenario-$lane"
		cat "$work/counts-scenario-$lane" >>"$work/counts"
	done
	return $broken
}

stage_web() {
	build_gcc || return 1
	site=$work/gcc/web/site
	cd "$root/web" || return 1
	check "types" node_modules/.bin/tsc --noEmit
	cd "$root" || return 1
	check "lint" web/node_modules/.bin/biome check --max-diagnostics=50
	check "size budgets" node "$root/tests/web/budget.mjs" "$site"
	check "HTML" "$(test_node)" "$root/tests/web/html.mjs" "$site" "$root/docs/privacy-example"
	node "$root/tests/web/bundle.mjs" "$work/web-tests" || return 1
	node_test env -- "$work"/web-tests/*.test.mjs
}

# Each file in a network of its own; what did not pass is named in the file `late`.
browser_lane() { # FILE...
	for file; do
		name=${file##*/}
		counts=counts-$name
		rm -f "$work/$counts"
		node_test sh "$root/tests/lib/netns.sh" -- "$file" >"$work/log/$name" 2>&1 && continue
		[ -s "$work/$counts" ] || count 0 1
		echo "$file" >>"$work/late"
	done
}

stage_browser() {
	build_gcc || return 1
	export SAMTALE_PICTURES="$work/pictures"
	rm -f "$work/late" "$work"/counts-*
	# The telephone's stories wait more than they work: two at a time.
	find "$root/tests/browser" -name '*.test.mjs' | sort >"$work/browser-files"
	# shellcheck disable=SC2046 # lists of paths
	{
		(browser_lane $(grep /phone_ "$work/browser-files" | sed -n 'p;n')) &
		(browser_lane $(grep /phone_ "$work/browser-files" | sed -n 'n;p'))
		wait
		(browser_lane $(grep -v /phone_ "$work/browser-files"))
	}
	# Real browsers on a shared machine can be late once. Twice is a failure, and so are
	# more than two files that need it.
	if [ -f "$work/late" ] && [ "$(wc -l <"$work/late")" -le 2 ]; then
		mv "$work/late" "$work/once-more"
		while read -r file; do
			cat "$work/log/${file##*/}"
			echo "=== once more: ${file##*/}"
			what_failed "$work/log/${file##*/}" | head -n 10
			(browser_lane "$file" </dev/null)
		done <"$work/once-more"
	fi
	while read -r file; do
		cat "$work/log/${file##*/}"
		cat "$work/counts-${file##*/}" >>"$work/counts"
	done <"$work/browser-files"
}

# -- run ------------------------------------------------------------------------------
FUZZ_SECONDS=${FUZZ_SECONDS:-3}
case ${1-} in -h | --help) usage && exit 0 ;; esac
for stage; do
	case " $stages " in *" $stage "*) ;; *) usage >&2 && exit 2 ;; esac
done
# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- $stages
case " $* " in *" install "*) ;; *) set -- install "$@" ;; esac

mkdir -p "$work/log" || exit 1
: >"$work/all-counts"
for stage; do run_stage "$stage"; done
# shellcheck disable=SC2046 # three words
set -- $(sum_counts "$work/all-counts")
sentence "$@"
[ "$2" -eq 0 ] && [ "$1" -gt 0 ]
