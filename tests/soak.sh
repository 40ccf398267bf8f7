#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# One broker, meeting after meeting for so many minutes (60); fails when memory or open
# descriptors grow. Never part of CI. usage: sh tests/soak.sh [MINUTES]
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
sh "$root/tests/bench/run.sh" --build-only
exec python3 -B "$root/tests/bench/soak.py" --build "$root/build-bench" "${1:-60}"
