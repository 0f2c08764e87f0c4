#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# `xl create -n' beside Debian's unmodified xl 4.17 on the same instance: exit status, output
# and messages about each configuration must be equal.  Ours has warnings on top, which begin
# with "xl: warning:".
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/debian_xen.sh"

HERE=$TOP/tests/stack
libs=usr/lib/x86_64-linux-gnu
real() {
	LD_LIBRARY_PATH=$DEB/$libs:$DEB/usr/lib/xen-4.17/lib/x86_64-linux-gnu \
		timeout 120 nacre exec "$DEB/usr/lib/xen-4.17/bin/xl" "$@"
}

# same SNIPPET: prints what differs, if anything does.
same() {
	local f=$WORK/same.cfg r o
	printf 'name="x"\ntype="pvh"\nkernel="/k"\nuuid="5977282e-74c6-42fa-986c-d086437d5413"\n%s\n' \
		"${1//\\n/$'\n'}" >"$f"
	real create -n "$f" >"$WORK/real.out" 2>"$WORK/real.err"
	r=$?
	xl create -n "$f" >"$WORK/ours.out" 2>"$WORK/ours.err"
	o=$?
	# Where the machine has no xl.conf, real xl says so each time.
	sed -i '/^Failed to read config file: \/etc\/xen\/xl.conf/d' "$WORK/real.err"
	sed -i '/^xl: warning: /d' "$WORK/ours.err"
	if [ $r != $o ] || ! cmp -s "$WORK"/{real,ours}.out || ! cmp -s "$WORK"/{real,ours}.err; then
		echo "--- $1: exit $r, ours $o"
		diff "$WORK"/{real,ours}.out
		diff "$WORK"/{real,ours}.err
	fi
}
# all_same NAME: each line of the input.
all_same() {
	local line n=0
	: >"$WORK/different"
	while IFS= read -r line; do
		[[ $line == '#'* ]] && continue
		n=$((n + 1))
		same "$line" >>"$WORK/different"
	done
	if [ $n -gt 0 ] && [ ! -s "$WORK/different" ]; then
		pass "$1"
		echo "$TEST.$1: $n configurations"
	else
		fail "$1" "of $n configurations: $(head -c 2000 "$WORK/different")"
	fi
}

debian_xen || { fail packages "$(tail -n 1 "$WORK/debian.log")"; exit 1; }
up -c 4 -m 256
all_same corpus <"$HERE/xl_cfg.txt"
all_same generated < <(perl "$HERE/xl_cfg.pl" "${NACRE_ROUNDS:-300}" "${NACRE_SEED:-417}")
# Each name of a processor feature, with each kind of value.
all_same cpuid.names < <(
	sed -n 's/^\t{"\([^"]*\)", .*/\1/p' "$TOP/toolstack/config/cpuid_flags.c" |
		awk '{ l = l "," $1 "=" substr("01xks", NR % 5 + 1, 1) }
			NR % 9 == 0 { print "cpuid=\"host" l "\""; l = "" }
			END { print "cpuid=\"host" l "\"" }'
)
# The comparison itself must be able to fail: ours takes Ganeti's cpu_cap, and Xen does not.
if [ -n "$(same 'cpu_cap=50')" ]; then pass finds.a.difference; else fail finds.a.difference; fi
exit $((bad > 0))
