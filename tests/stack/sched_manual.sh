#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The examples of nacre-sched(7), run as they stand there: what is printed must be what
# the page says, less the places in libxl's sources.
. "$(dirname "$0")/lib.sh"
PAGE=$TOP/man/nacre-sched.7

# Commands ("# ") and output of all literal blocks, without roff's escapes.
examples() {
	awk '/^\.Bd -literal/ { inside = 1; next } /^\.Ed/ { inside = 0 } inside' "$PAGE" |
		sed 's/\\-/-/g; s/\\e/\\/g'
}
play() { # COMMAND EXPECTED
	local out
	nr=$((nr + 1))
	# A forecast is of the load that there is: stack.simulate looks at those.
	[[ $1 != *--simulate* ]] || return
	out=$(cd "$WORK" && eval "$1" 2>&1 </dev/null | without_places)
	if [ "$out" = "$2" ]; then pass "$nr"; else fail "$nr" "$1:
$(diff <(echo "$2") <(echo "$out"))"; fi
}

nr=0 command='' expected=''
up -c 2
cfg_tiny web ticker >/dev/null
cfg_tiny batch ticker 'vcpus = 2' >/dev/null
while IFS= read -r line <&3; do
	if [ "${line#'# '}" = "$line" ]; then
		expected+=${expected:+$'\n'}$line
		continue
	fi
	[ -z "$command" ] || play "$command" "$expected"
	command=${line#'# '} expected=''
done 3< <(examples)
play "$command" "$expected"
[ $nr -ge 12 ] || fail examples "only $nr were found"
exit $((bad > 0))
