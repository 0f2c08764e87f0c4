#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What nacred costs: calls a second with both ends on one CPU, their spread, idle clients,
# memory, its start, and making domains:
#
#   nacred.sh BUILD          all but the last
#   nacred.sh BUILD --all    with 1 to 200 domains
#
# Wall-clock figures of a machine that others use too: printed, never judged.
. "$(dirname "$0")/../stack/lib.sh"
unset NACRED_CHECK_RESULTS
CALLS=$BUILD/tests/nacred_calls
S=$RUN/nacred.sock
row() { printf '%-44s %s\n' "$@"; }
# Clock ticks of processor time of nacred and the processes it has waited for.
ticks() { awk '{ print $14 + $15 + $16 + $17 }' "/proc/$(nacred_pid)/stat"; }
# The same of its own, in nanoseconds.
spent() { awk '{ print $1 }' "/proc/$(nacred_pid)/schedstat"; }
wakeups() { awk '/^voluntary_ctxt/ { print $2 }' "/proc/$(nacred_pid)/status"; }
resident() { awk '/^VmRSS|^RssAnon/ { printf "%s %s KiB ", $1, $2 }' "/proc/$(nacred_pid)/status"; }

calls() { [ "$1" = domain.list ] && echo 3200 || echo 64000; }
up -m 1024
pid=$(nacred_pid)
taskset -pc 0 "$pid" >/dev/null || { echo "SKIP $TEST: no taskset"; exit 0; }
row 'resident memory, no domain' "$(resident)"
for depth in 1 32; do
	for method in job.list system.hello domain.list; do
		before=$(spent)
		row "$method, $depth at once, both ends on CPU 0" \
			"$(taskset -c 0 "$CALLS" "$S" $method $(calls $method) $depth)"
		row "  processor time of nacred, us/call" "$(awk -v t=$(($(spent) - before)) \
			-v n=$(calls $method) 'BEGIN { printf "%.2f", t / n / 1000 }')"
	done
done
"$CALLS" "$S" idle 1000 6 >"$WORK/idle" &
wait_line "$WORK/idle" 1000 10 || fail idle
sleep 1
before=$(wakeups)
sleep 4
row 'wake-ups in 4 s with 1000 idle clients' "$(($(wakeups) - before))"
row 'resident memory with them' "$(resident)"
wait %1 2>/dev/null

# Its start: killed, and started again by nacre-host.
kill -9 "$pid"
answers() { call system.hello | grep -q '"api"'; }
until_true 30 answers || fail restart
row 'processor time of a start, us' "$(($(spent) / 1000))"

if [ "${2-}" = --all ]; then
	made=0
	for upto in 1 50 100 200; do
		before=$(ticks) first=$made
		while [ $made -lt $upto ]; do
			made=$((made + 1))
			call domain.create "{\"config\":{\"c_info\":{\"type\":\"pvh\",\"name\":\"g$made\"},\"b_info\":{\"kernel\":\"$BUILD/guests/ticker.elf\",\"max_memkb\":3072}},\"paused\":true}" |
				grep -q '"result"' || { fail create "$made"; break 2; }
		done
		row "create, processor time each, $first to $upto" \
			"$(awk -v t=$(($(ticks) - before)) -v n=$((upto - first)) 'BEGIN { printf "%.1f ms", t * 10 / n }')"
	done
	row "resident memory with $made domains" "$(resident)"
fi
exit $((bad > 0))
