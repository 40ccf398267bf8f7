#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Fuzzes every target for MINUTES (default 30), several at a time, at low priority. What was
# found before is built upon: a later run starts where the last one ended. Exits 1 when an
# input broke a promise; that input belongs into tests/fuzz/corpus/TARGET/ with the fix.
#   sh tests/long_fuzz.sh [MINUTES [TARGET...]]
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
work=${SAMTALE_TEST_FOLDER:-$root/build-tests}
minutes=${1:-30}
[ $# -eq 0 ] || shift
case $minutes in '' | *[!0-9]* | 0) echo "usage: sh tests/long_fuzz.sh [MINUTES [TARGET...]]" >&2 && exit 2 ;; esac

mkdir -p "$work/log"
[ -f "$work/fuzz/build.ninja" ] || CC=clang meson setup "$work/fuzz" "$root" -Dfuzz=true \
	-Db_sanitize=address,undefined -Db_lundef=false >"$work/log/long-fuzz-build.log"
ninja -C "$work/fuzz" fuzzers >>"$work/log/long-fuzz-build.log" ||
	{ tail -n 30 "$work/log/long-fuzz-build.log" && exit 1; }

if [ $# -eq 0 ]; then
	for program in "$work"/fuzz/tests/fuzz/fuzz_*; do
		case $program in *.p) ;; *) set -- "$@" "${program##*/fuzz_}" ;; esac
	done
fi

# One target: runs, then one line "TARGET EXECUTIONS" or "TARGET BROKEN".
fuzz() { # TARGET SECONDS
	found=$work/found/$1
	log=$work/log/long-fuzz-$1.log
	mkdir -p "$found"
	if nice -n 10 "$work/fuzz/tests/fuzz/fuzz_$1" -max_total_time="$2" -timeout=10 \
		-rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$work/found/$1-" "$found" "$root/tests/fuzz/corpus/$1" \
		>"$log" 2>&1; then
		awk -v name="$1" '/number_of_executed_units/ { print name, $2 }' "$log"
	else
		echo "$1 BROKEN: $log"
	fi
}

# As many at once as there are processors; the minutes are shared out.
at_once=$(nproc)
seconds=$((minutes * 60 * at_once / $#))
[ "$seconds" -ge 10 ] || seconds=10
[ "$at_once" -le $# ] || seconds=$((minutes * 60))
results=$work/log/long-fuzz-results
: >"$results"
echo "$# targets, $seconds s each, $at_once at a time"
running=0
for target; do
	fuzz "$target" "$seconds" >>"$results" &
	running=$((running + 1))
	if [ "$running" -ge "$at_once" ]; then
		wait
		running=0
	fi
done
wait
sort "$results"
if [ "$(wc -l <"$results")" -ne $# ] || grep -q BROKEN "$results"; then exit 1; fi
