#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Runs a command in a network namespace of its own, which goes away with it: loopback, one
# address (10.77.0.1), the names meet.test and turn.test, and a default route that leads
# nowhere, without which Firefox gathers no candidate. No packet can leave the machine, and
# several suites can run side by side on the same ports. Needs root.
#
#   sh tests/lib/netns.sh COMMAND...
set -eu

[ $# -gt 0 ] || { echo "usage: netns.sh COMMAND..." >&2 && exit 2; }
[ "$(id -u)" -eq 0 ] || { echo "netns.sh: needs root to make a network namespace" >&2 && exit 1; }

name=samtale-$$
cleanup() {
	ip netns pids "$name" 2>/dev/null | xargs -r kill 2>/dev/null || true
	ip netns delete "$name" 2>/dev/null || true
	rm -rf "/etc/netns/$name"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

mkdir -p "/etc/netns/$name"
# With a dot as well: Chromium asks for the name of a TURN server with one.
cat >"/etc/netns/$name/hosts" <<-END
	127.0.0.1 localhost meet.test
	::1 localhost
	10.77.0.1 turn.test turn.test.
END
: >"/etc/netns/$name/resolv.conf"
ip netns add "$name"
ip -n "$name" link set lo up
ip -n "$name" link add v0 type veth peer name v1
# Without addresses of their own: the kernel tries those for two seconds, and when it has
# done, Chromium calls that a change of network and breaks off what it loads.
ip -n "$name" link set v0 addrgenmode none
ip -n "$name" link set v1 addrgenmode none
ip -n "$name" addr add 10.77.0.1/24 dev v0
ip -n "$name" link set v0 up
ip -n "$name" link set v1 up
ip -n "$name" route add default via 10.77.0.2 dev v0

# In the background, so that a signal to this script is not held up by the command.
SAMTALE_NETNS=$name ip netns exec "$name" "$@" <&0 &
wait $!
