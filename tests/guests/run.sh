#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Ring 2: each tiny guest on the real image, over the bare hypervisor; one verdict
# line a guest, which is the guest's own.
. "$(dirname "$0")/../stack/lib.sh"
TEST=guest

boot() { # GUEST [option of guest_boot...]
	local guest=$1
	shift
	nacre exec "$BUILD/test/guest_boot" -q -V -m 16 -k "$BUILD/guests/$guest.elf" "$@" </dev/null
}

verdict() { # NAME STATUS OUTPUT
	case $2 in
	0) pass "$1" ;;
	77) echo "SKIP $TEST.$1: $(grep -a '^SKIP' <<<"$3")" ;;
	*) fail "$1" "status $2: $(tail -n 3 <<<"$3")" ;;
	esac
}

run() { # GUEST [option...]
	local out rc
	# Rings full of rubbish come through the console, too.
	out=$(boot "$@" 2>&1 | tr -d '\000'; echo "status ${PIPESTATUS[0]}")
	rc=${out##*status }
	verdict "$1" "$rc" "$out"
}

up --cpus 1
for guest in hello cpuid evtchn timer apic faults ud triple-fault unmapped wild-ring abi advisory-108; do
	run "$guest" -t 120
done
run advisory-193 -t 120
run smp -v 4 -t 240
run spin -t 3

# Two guests on one CPU, each with its own pattern in the vector registers.
boot fpu -t 240 -c 'seed=1 ms=4000' >"$WORK/fpu1" 2>&1 &
first=$!
boot fpu -t 240 -c 'seed=2 ms=4000' >"$WORK/fpu2" 2>&1
second=$?
wait "$first"
verdict fpu.first $? "$(cat "$WORK/fpu1")"
verdict fpu.second $second "$(cat "$WORK/fpu2")"
exit $((bad > 0))
