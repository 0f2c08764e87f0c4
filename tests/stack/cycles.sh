#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Two hundred create and destroy cycles leave free memory, file descriptors and
# xenstore nodes where they were.
. "$(dirname "$0")/lib.sh"
cycles=${NACRE_CYCLES:-200}

descriptors() {
	local n=0 p
	for p in $(pgrep -f "$BUILD/bin/(nacre-host|nacred|xenstored|xenconsoled)"); do
		tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null | grep -qx "NACRE_RUNDIR=$RUN" ||
			[ "$(cat "$RUN/pid" 2>/dev/null)" = "$p" ] || continue
		n=$((n + $(ls "/proc/$p/fd" | wc -l)))
	done
	echo "$n"
}
nodes() { nacre exec xenstore-ls -f / | wc -l; }
snapshot() { echo "memory $(free_memory) descriptors $(descriptors) nodes $(nodes)"; }

up
cfg=$(cfg_tiny cycle ticker)
one() { xl create -q "$cfg" && xl destroy cycle; }
one || fail first # what is made once and kept
before=$(snapshot)
[[ $before =~ descriptors\ [1-9].*nodes\ [1-9] ]] || fail counts "cannot count: $before"
for ((i = 0; i < cycles; i++)); do
	one || {
		fail cycle "number $i"
		break
	}
done
until_true 60 bash -c '[ "$(xl list | wc -l)" = 2 ]' || fail gone
after=$(snapshot)
echo "before: $before; after $cycles cycles: $after"
[ "$before" = "$after" ] && pass nothing-left || fail nothing-left "$before -> $after"
exit $((bad > 0))
