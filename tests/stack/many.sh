#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Ten guests of 64 MiB at once, each making progress, all shut down cleanly.
. "$(dirname "$0")/lib.sh"
guests=10
minutes=${NACRE_SOAK_MINUTES:-2}

up
for ((i = 1; i <= guests; i++)); do
	xl create -q "$(cfg_tiny "g$i" ticker 'memory = 64')" || fail "create.$i"
done
for ((i = 1; i <= guests; i++)); do
	wait_line "$(console_log "g$i")" tick 120 || fail "starts.$i"
done
[ "$(xl list | wc -l)" = $((guests + 2)) ] && pass all-listed || fail all-listed "$(xl list)"
end=$((SECONDS + minutes * 60))
while [ $SECONDS -lt $end ]; do
	for ((i = 1; i <= guests; i++)); do
		n=$(grep -ac tick "$(console_log "g$i")")
		until_true 60 bash -c "[ \$(grep -ac tick $(console_log "g$i")) -gt $n ]" || {
			fail "progress.$i"
			end=0
		}
	done
done
pass progress
for ((i = 1; i <= guests; i++)); do xl shutdown "g$i" >/dev/null || fail "shutdown.$i"; done
until_true 120 bash -c '[ "$(xl list | wc -l)" = 2 ]' && pass all-gone || fail all-gone "$(xl list)"
exit $((bad > 0))
