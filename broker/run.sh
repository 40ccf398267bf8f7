#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# From a fresh Debian 12 to a running trial in one command: installs what is missing, builds,
# makes development certificates, a trial account and an auditor of its own, and becomes the
# broker. Everything it makes lies in build/, web/node_modules/, the data folder and, beside
# it, the vault's; the second start does only what changed. For trying out, never for real
# citizens.
set -eu

usage() {
	cat <<'END'
usage: sh broker/run.sh [options]

Builds and starts Samtale for a trial, with development certificates, an account with a
random password and a meeting that is open now. Ctrl-C ends it.

  --port N       listen on TCP port N (8443); 0 lets the system choose
  --listen ADDR  listen on this address instead of 127.0.0.1; 0.0.0.0 or :: for all
  --name HOST    host name that browsers use (localhost, or the address of --listen)
  --data DIR     keep data, certificates and settings here (.samtale in the project); keys
                 and the sealed log go to DIR-vault
  --demo-phone   build the telephone gateway too, and play a citizen's telephone and the
                 operator that it hangs on, on this machine: press Ring op
  --no-install   install no package; say what is missing and stop
  --help         print this
END
}

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
port=8443 listen=127.0.0.1 name='' data=$root/.samtale install=yes demo_phone=no

say() { printf '%s\n' "samtale: $*" >&2; }

fail() {
	say "$@"
	exit 1
}

parse_arguments() {
	while [ $# -gt 0 ]; do
		case $1 in
		--port | --listen | --name | --data) [ $# -ge 2 ] || fail "$1 needs a value" ;;
		esac
		case $1 in
		--port) port=$2 && shift ;;
		--listen) listen=$2 && shift ;;
		--name) name=$2 && shift ;;
		--data) data=$2 && shift ;;
		--no-install) install=no ;;
		--demo-phone) demo_phone=yes ;;
		-h | --help) usage && exit 0 ;;
		*) usage >&2 && exit 2 ;;
		esac
		shift
	done
	case $port in '' | *[!0-9]* | ??????*) fail "--port needs a number up to 65535" ;; esac
	[ "$port" -le 65535 ] || fail "--port needs a number up to 65535"
	case $listen$name in *[!A-Za-z0-9.:-]*) fail "not a host name or address: $listen $name" ;; esac
	case $name,$listen in
	,127.0.0.1 | ,0.0.0.0 | ,::) name=localhost ;;
	,*) name=$listen ;;
	esac
	[ "$port" != 0 ] || [ "$name" = localhost ] ||
		fail "--port 0 needs the name localhost: nobody else can know the port"
	(umask 077 && mkdir -p "$data") || fail "cannot make the data folder $data"
	data=$(CDPATH='' cd -- "$data" && pwd)
}

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Prints the packages that the build lacks.
missing_packages() {
	more=
	[ $demo_phone = no ] || more="libre-dev libsrtp2-dev espeak-ng sox python3 baresip-core"
	for package in gcc libc6-dev meson ninja-build pkg-config openssl ca-certificates \
		libev-dev libinih-dev libseccomp-dev libsodium-dev libsqlite3-dev \
		libssl-dev libwebsockets-dev libwebsockets-evlib-ev $more; do
		is_installed "$package" || printf '%s ' "$package"
	done
	# By command: a Node.js from elsewhere conflicts with Debian's package npm.
	command -v node >/dev/null || printf 'nodejs '
	command -v npm >/dev/null || printf 'npm '
}

install_packages() {
	command -v dpkg-query >/dev/null || fail "this script needs Debian 12; see docs/install.md"
	missing=$(missing_packages)
	[ -n "$missing" ] || return 0
	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		if command -v sudo >/dev/null; then as_root=sudo; else install=no; fi
	fi
	[ $install = yes ] ||
		fail "missing packages; as root run: apt-get install --no-install-recommends $missing"
	say "installing: $missing"
	quietly "apt-get update" $as_root apt-get update -qq
	# shellcheck disable=SC2086 # a list of words
	quietly "apt-get install" $as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends $missing
}

# quietly WHAT COMMAND...: shows the command's output only when it fails, then stops.
quietly() {
	what=$1
	shift
	if ! "$@" >"$data/last.log" 2>&1; then
		cat "$data/last.log" >&2
		fail "$what failed; its output is above"
	fi
	rm -f "$data/last.log"
}

build() {
	stamp=$root/web/node_modules/.samtale-lock
	if ! cmp -s "$root/web/package-lock.json" "$stamp"; then
		say "installing the packages that the pages are built with"
		quietly "npm ci" npm --prefix "$root/web" ci --omit=dev --ignore-scripts \
			--no-audit --no-fund
		cp "$root/web/package-lock.json" "$stamp"
	fi
	if [ ! -f "$root/build/build.ninja" ]; then
		say "building; the first time takes about a minute"
		quietly "meson setup" meson setup -Dtests=false "$root/build" "$root"
	fi
	if [ $demo_phone = yes ] && ! { [ -x "$root/build/broker/phone/samtale-phone" ] &&
		[ -d "$root/build/packaging/prompts/da" ]; }; then
		say "building the telephone gateway"
		quietly "meson setup" meson setup --reconfigure -Dphone=enabled "$root/build" "$root"
	fi
	quietly "the build" ninja -C "$root/build"
}

write_config() {
	# A port that the system chooses is not known yet; the broker's own default follows it.
	origin=
	[ "$port" = 0 ] || origin="origin = https://$host:$port"
	cat >"$data/run.conf" <<-END
		# Written anew by broker/run.sh at every start. For an installation of your own
		# start from docs/configuration.md. The telephone number is nobody's.
		[org]
		phone = 12 34 56 78
		[listener]
		address = $listen
		port = $port
		$origin
		certificate = $data/certs/server.pem
		private_key = $data/certs/server.key
		[data]
		folder = $data
	END
}

# The line from the gateway to the telephone: all of it on loopback, ports chosen anew.
write_phone_config() {
	telephone=$root/packaging/demo/telephone.py
	python3 "$telephone" ports "$data/telephone" >"$data/ports" || fail "no free ports"
	port_of() { sed -n "s/^$1=//p" "$data/ports"; }
	cat >>"$data/run.conf" <<-END
		[phone]
		server = 127.0.0.1:$(port_of server)
		transport = udp
		number = +4570101010
		address = $([ "$listen" = 127.0.0.1 ] && echo 127.0.0.1 || echo 0.0.0.0)
		sip_port = $(port_of sip)
		media_port = $(port_of media)
	END
}

# In the background, as announce(): it ends when the broker is gone.
start_telephone() {
	broker=$1
	(python3 "$telephone" serve "$data/telephone" "$broker" >"$data/telephone/serve.log" 2>&1 &)
}

# How to see and hear it, after what announce() prints.
explain_telephone() {
	cat <<-END

		The telephone, in two minutes:
		  1. Open the staff page, sign in, open the meeting, press Telefon and then Ring op her
		     i browseren. The citizen's telephone rings twice, answers and speaks Danish; only
		     you hear it until you press Det er borgeren. Then mute it, hold it, hang up.
		  2. Open the citizen's link in another window, let the citizen in and ring again: the
		     talk moves to the telephone. Tilbage til video brings it back.
		  3. What the telephone heard lies in $data/telephone/heard (…-dec.wav): the greeting,
		     you, the waiting tones.
		  4. Let it call in; its number is known, so it comes to the lobby without digits, and
		     the meeting's page lets it in:
		       python3 $telephone call $data/telephone
		     Or a stranger, with the meeting number and the PIN from above:
		       python3 $telephone call $data/telephone MEETING PIN
	END
}

# Waits, in the background and not as the broker's child, until the broker serves; then
# prints where it is ready, how to sign in and the citizen's link, in one piece.
announce() {
	broker=$1
	(
		(
			tries=0
			while [ $tries -lt 100 ] && kill -0 "$broker" 2>/dev/null; do
				if "$samtale" --config "$data/run.conf" trial 2>/dev/null; then
					[ $demo_phone = no ] || explain_telephone
					exit 0
				fi
				tries=$((tries + 1))
				sleep 0.1
			done
		) &
	)
}

parse_arguments "$@"
install_packages
build
case $name in *:*) host="[$name]" ;; *) host=$name ;; esac
if [ "$name" = localhost ]; then set --; else set -- "$name"; fi
quietly "making certificates" sh "$root/certs/make-dev-ca.sh" "$data/certs" "$@"
write_config
[ $demo_phone = no ] || write_phone_config
samtale=$root/build/broker/samtale
quietly "samtale init" "$samtale" --config "$data/run.conf" init --trial
[ $demo_phone = no ] || start_telephone $$
announce $$
exec "$root/build/broker/samtale-broker" --foreground --config "$data/run.conf" >/dev/null
