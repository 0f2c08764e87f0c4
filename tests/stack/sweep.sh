#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# nacred killed at the system calls of each method that changes something, and started again.
# NACRE_SWEEP=1 tries every single one; else one of eight, of each method another one first.
# NACRE_SWEEP_CASES: only these.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/livepatch.sh"

P=$TOP/tests/stack/livepatch
check payload.a livepatch_make "$P/sched_id.c" "$WORK/a.elf"
sed 's/XEN_SCHEDULER_CREDIT;/XEN_SCHEDULER_RTDS;/' "$P/sched_id.c" >"$WORK/c.c"
check payload.c livepatch_make "$WORK/c.c" "$WORK/c.elf"
echo '[{"xsas":[{"xsa":4001,"title":"One","public_time":"2011-03-14 12:00+00:00","cve":[]}]}]' >"$WORK/xsa.json"
# What nacred keeps is on a file system of its own, where one can be made, to be filled up.
mkdir "$WORK/kept"
unmount() {
	nacre down >/dev/null 2>&1
	umount "$WORK/small" 2>/dev/null
	finish
}
trap unmount EXIT
mkdir "$WORK/small"
if mount -t tmpfs -o size=1m,mode=0700 tmpfs "$WORK/small" 2>/dev/null; then
	kept=$WORK/small
	export NACRE_STATE_DIR=$kept/state
else
	rmdir "$WORK/small"
	kept=$WORK/kept
	echo "SKIP $TEST.full: cannot mount a tmpfs here"
fi
up -c 2
mirror=$kept/mirror
mirror_run "$mirror"
stride=8
[ "${NACRE_SWEEP:-0}" = 0 ] || stride=1
export KILL_CHILD=$BUILD/tests/kill_child
nacre exec perl "$TOP/tests/stack/sweep/sweep.pl" "$mirror" "$RUN/nacred.sock" "$BUILD/guests/ticker.elf" \
	"$WORK" "$stride" ${NACRE_SWEEP_CASES-} || bad=1
[ $bad = 0 ] || tail -n 30 "$mirror/nacred.log"
exit $((bad > 0))
