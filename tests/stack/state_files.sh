#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# nacred started over each of its files cut off, changed, of the wrong owner or kind: it
# starts or says which file it is and what to do, and no domain notices.
# NACRE_SWEEP=1 cuts at every single byte; else at one of 60.
. "$(dirname "$0")/lib.sh"

up -c 2
mirror=$WORK/mirror
mirror_run "$mirror"
stride=60
[ "${NACRE_SWEEP:-0}" = 0 ] || stride=1
NACRE_STATE_DIR=$WORK/mirror-state NACRE_CONFIG_DIR=$WORK/mirror-config \
	nacre exec perl -I"$TOP/tests/stack/sweep" "$TOP/tests/stack/state_files/state_files.pl" \
	"$mirror" "$WORK" "$BUILD/guests/ticker.elf" "$stride" || bad=1
[ $bad = 0 ] || tail -n 20 "$mirror/nacred.log"

# The hypervisor's side of the instance: what nacre-host, xenstored and xenconsoled find.
nacre down >/dev/null
for what in fifo directory; do
	for f in xenstored/journal nacre-host.pid; do
		rm -rf "${RUN:?}"
		mkdir -p -m 0700 "$RUN/xenstored"
		if [ $what = fifo ]; then mkfifo "$RUN/$f"; else mkdir -p "$RUN/$f/x"; fi
		out=$(timeout 60 nacre up 2>&1)
		rc=$?
		if [ $rc = 0 ]; then
			pass "host.$what.$f"
		elif [ $rc -lt 124 ] && [ -n "$out" ]; then
			grep -q "${f##*/}" <<<"$out$(cat "$RUN"/log/*.log 2>/dev/null)" &&
				pass "host.$what.$f" || fail "host.$what.$f" "exit $rc without its name: $out"
		else
			fail "host.$what.$f" "exit $rc: $out"
		fi
		timeout 60 nacre down >/dev/null 2>&1
	done
done
rm -rf "${RUN:?}"
exit $((bad > 0))
