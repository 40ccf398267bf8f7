#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Makes a development CA and a server certificate in DIR: ca.pem ca.key server.pem
# server.key. Running it again changes nothing until fewer than 30 days are left or other
# names are asked for. The CA is constrained to the names it was made for, so trusting it in
# a browser cannot be turned against any other site. Never for real citizens.
set -eu
umask 077

usage() {
	echo "usage: make-dev-ca.sh DIR [NAME|ADDRESS]...

Makes DIR/{ca,server}.{pem,key} for localhost, meet.test, 127.0.0.1, ::1 and the extra
names given. Trust DIR/ca.pem in the browser that tries Samtale out."
}

fail() {
	echo "make-dev-ca.sh: $*" >&2
	exit 1
}

is_address() {
	case $1 in
	*:*) return 0 ;;
	*[!0-9.]*) return 1 ;;
	*.*.*.*) return 0 ;;
	*) return 1 ;;
	esac
}

# "DNS:localhost,IP:127.0.0.1" of the names given.
alternative_names() {
	list=
	for name; do
		case $name in *[!A-Za-z0-9.:-]* | '') fail "not a host name or address: $name" ;; esac
		if is_address "$name"; then kind=IP; else kind=DNS; fi
		list=$list${list:+,}$kind:$name
	done
	echo "$list"
}

# The same as name constraints: an address needs its mask, and nothing else is permitted.
permitted_names() {
	list=
	for name; do
		case $name in
		*:*) name=IP:$name/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ;;
		*) if is_address "$name"; then name=IP:$name/255.255.255.255; else name=DNS:$name; fi ;;
		esac
		list=$list${list:+,}permitted\;$name
	done
	echo "critical,$list"
}

is_fresh() { # CERTIFICATE: readable and good for 30 more days
	openssl x509 -in "$1" -noout -checkend 2592000 >/dev/null 2>&1
}

new_key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null
}

make_ca() { # DIR NAME...
	dir=$1
	shift
	new_key "$dir/ca.key"
	openssl req -new -x509 -key "$dir/ca.key" -out "$dir/ca.pem" -days 1825 -sha256 \
		-subj "/O=Samtale development only/CN=Samtale development CA $(openssl rand -hex 4)" \
		-addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
		-addext "keyUsage=critical,keyCertSign,cRLSign" \
		-addext "nameConstraints=$(permitted_names "$@")"
}

make_server() { # DIR NAME...
	dir=$1
	shift
	new_key "$dir/server.key"
	cat >"$dir/extensions" <<-END
		basicConstraints=critical,CA:FALSE
		keyUsage=critical,digitalSignature
		extendedKeyUsage=serverAuth
		subjectKeyIdentifier=hash
		authorityKeyIdentifier=keyid
		subjectAltName=$(alternative_names "$@")
	END
	openssl req -new -key "$dir/server.key" -subj "/CN=$1" |
		openssl x509 -req -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -days 365 -sha256 \
			-set_serial "0x$(openssl rand -hex 16)" -extfile "$dir/extensions" \
			-out "$dir/leaf.pem" 2>/dev/null
	cat "$dir/leaf.pem" "$dir/ca.pem" >"$dir/server.pem"
}

case ${1-} in
-h | --help) usage && exit 0 ;;
'' | -*) usage >&2 && exit 2 ;;
esac
command -v openssl >/dev/null || fail "openssl is missing; install the package openssl"
target=$1
shift
set -- localhost meet.test 127.0.0.1 ::1 "$@"
mkdir -p "$target" || fail "cannot make the folder $target"
alternative_names "$@" >/dev/null
wanted="$*"

if [ -f "$target/names" ] && [ "$(cat "$target/names")" = "$wanted" ] &&
	[ -f "$target/server.key" ] && [ -f "$target/ca.key" ] &&
	is_fresh "$target/ca.pem" && is_fresh "$target/server.pem"; then
	exit 0
fi

work=$(mktemp -d "$target/.new.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
if [ -f "$target/names" ] && [ "$(cat "$target/names")" = "$wanted" ] &&
	[ -f "$target/ca.key" ] && is_fresh "$target/ca.pem"; then
	cp "$target/ca.key" "$target/ca.pem" "$work/"
else
	make_ca "$work" "$@"
fi
make_server "$work" "$@"
echo "$wanted" >"$work/names"
chmod 644 "$work/ca.pem" "$work/server.pem" "$work/names"
for file in ca.key ca.pem server.key server.pem names; do mv -f "$work/$file" "$target/$file"; done
echo "made $target/server.pem for $wanted, signed by $target/ca.pem"
