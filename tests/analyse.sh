#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# What is too slow for every commit: clang-tidy and cppcheck over the programs' sources, the
# unit tests of builds with -O0 and with -O3 -DNDEBUG, and some of them under valgrind.
#   sh tests/analyse.sh [tidy] [cppcheck] [builds] [valgrind]       all, when none is named
# shellcheck disable=SC2317 # functions that check() calls
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=${SAMTALE_TEST_FOLDER:-$root/build-tests}
broken=0

for tool in clang-tidy cppcheck valgrind meson; do
	command -v "$tool" >/dev/null ||
		{ echo "missing: apt-get install clang-tidy cppcheck valgrind meson" && exit 2; }
done
mkdir -p "$work/log" || exit 1

# check WHAT COMMAND...: says how it went; the end of its log when it went wrong.
check() {
	what=$1
	log=$work/log/analyse-$(echo "$what" | tr -c 'a-zA-Z0-9\n' -).log
	shift
	if "$@" >"$log" 2>&1; then
		echo "ok      $what"
	else
		echo "FAILED  $what: $log"
		grep -E 'error|warning|ERROR SUMMARY|FAIL' "$log" | head -n 40
		broken=1
	fi
}

build() { # NAME MESON-OPTION...
	name=$1
	shift
	[ -f "$work/$name/build.ninja" ] || CC=gcc meson setup "$work/$name" "$root" "$@" || return 1
	ninja -C "$work/$name"
}

tidy() {
	build gcc || return 1
	find "$root/broker" -name '*.c' | sort |
		xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p "$work/gcc"
}

# Without owned() it takes every hand-over for a leak, so leaks are left to LeakSanitizer;
# and it does not know __VA_OPT__, so it gets another log_event().
look() {
	shim=$work/cppcheck/samtale/base
	mkdir -p "$shim" || return 1
	sed 's/__VA_ARGS__ __VA_OPT__(, )\({ LOG_END[^}]*}\)/\1, ##__VA_ARGS__/' \
		"$root/include/samtale/base/ops_log.h" >"$shim/ops_log.h" || return 1
	cppcheck -j "$(nproc)" --language=c --std=c11 --enable=warning,performance,portability \
		--error-exitcode=1 --inline-suppr --quiet -D_GNU_SOURCE '-Downed(x)=' \
		-I "$work/cppcheck" -I "$root/include" --suppress=memleak --suppress=resourceLeak \
		--suppress=missingIncludeSystem \
		--suppress=uninitvar:"$root/broker/cli/phrase.c" \
		--suppress=identicalInnerCondition:"$root/broker/session/house.c" "$root/broker"
}

build_and_test() { # NAME MESON-OPTION...
	build "$@" || return 1
	meson test -C "$work/$1" --no-rebuild --suite unit --suite fault --suite fuzz \
		--print-errorlogs --timeout-multiplier 4
}

# No threads with timing, no Argon2id: what valgrind runs in seconds.
under_valgrind() {
	build o0 -Doptimization=0 || return 1
	for test in base/test_bytes base/test_settings link/test_control link/test_frame \
		vault/test_seal meeting/test_pack meeting/test_entry session/test_json \
		session/test_message session/test_sdp_filter listener/test_rules \
		listener/test_forwarded api/test_field; do
		room=${test%%/*}
		name=${test#*/test_}
		program=$work/o0/tests/unit/$test
		[ -x "$program" ] || program=$work/o0/tests/unit/$room/test_${room}_$name
		echo "== $test"
		valgrind --quiet --error-exitcode=1 --leak-check=full --track-fds=no \
			"$program" || return 1
	done
}

[ $# -gt 0 ] || set -- tidy cppcheck builds valgrind
for stage; do
	case $stage in
	tidy) check "clang-tidy" tidy ;;
	cppcheck) check "cppcheck" look ;;
	builds)
		check "gcc -O0" build_and_test o0 -Doptimization=0
		check "gcc -O3 -DNDEBUG" build_and_test o3 -Doptimization=3 -Db_ndebug=true
		;;
	valgrind) check "valgrind" under_valgrind ;;
	*) sed -n 's/^# *sh /usage: sh /p' "$0" >&2 && exit 2 ;;
	esac
done
exit $broken
