#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Speaks every row of prompt.def with espeak-ng, Danish into OUT/da, English into OUT/en:
#
#	sh make.sh broker/phone/prompt.def OUT
#
# 8 kHz mono A-law WAV, -20 dBFS RMS without clipping, 300 ms of silence first, for lines
# swallow the beginning of a call; words of a time (number-*) follow a sentence and have
# none. A folder of recordings under the same names replaces any of them (phone.prompts).
set -eu
rows=$1
out=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# speak LANGUAGE NAME WORDS
speak()
{
	case $2 in
	number-*) lead=0.02 ;;
	*) lead=0.3 ;;
	esac
	espeak-ng -b 1 -v "$1" -s 150 -w "$work/spoken.wav" -- "$3"
	sox -D "$work/spoken.wav" -b 16 "$work/plain.wav" gain -3 rate 8000 \
		silence 1 0.01 0.3% reverse silence 1 0.01 0.3% reverse
	gain=$(sox "$work/plain.wav" -n stat 2>&1 |
		awk '/^RMS +amplitude/ { printf "%.2f", 20 * log(0.1 / $3) / log(10) }')
	sox -D "$work/plain.wav" -e a-law "$out/$1/$2.wav" gain -l "$gain" gain -0.3 pad "$lead" 0.05
}

rm -rf "$out/da" "$out/en"
mkdir -p "$out/da" "$out/en"
awk -F '"' '/^PROMPT\(/ { print $2 "\t" $4 "\t" $6 }' "$rows" >"$work/rows"
while IFS='	' read -r name danish english; do
	speak da "$name" "$danish"
	speak en "$name" "$english"
done <"$work/rows"
