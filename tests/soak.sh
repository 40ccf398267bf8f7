#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# One broker, meeting after meeting for so many minutes (60); or one telephone gateway and
# so many calls (500), answered, refused, cancelled, hung up on every side, with browsers
# that are killed. Fails when memory or open descriptors grow. Never part of CI.
# usage: sh tests/soak.sh [MINUTES] | sh tests/soak.sh --phone [CALLS]
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build-bench
sh "$root/tests/bench/run.sh" --build-only
if [ "${1-}" = --phone ]; then
	exec "$build/tests/bench/phone/bench-phone" --waves "${2:-500}" \
		--prompts "$build/packaging/prompts" "$build/broker/phone/samtale-phone"
fi
exec python3 -B "$root/tests/bench/soak.py" --build "$build" "${1:-60}"
