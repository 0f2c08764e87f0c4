#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# tests/guests/free-race on two CPUs, where the writer runs on while the pages go: by
# chance it leaves the guest just then, so it is tried several times.
. "$(dirname "$0")/lib.sh"

up --cpus 2
for ((i = 1; i <= 8; i++)); do
	out=$(nacre exec "$BUILD/test/guest_boot" -q -V -m 16 -v 2 -t 240 \
		-k "$BUILD/guests/free-race.elf" </dev/null 2>&1) && pass "$i" ||
		fail "$i" "$(tail -n 2 <<<"$out")"
done
[ "$(grep -ac 'crashed: .* wrote unmapped' "$RUN/hypervisor.log")" = 8 ] && pass stopped ||
	fail stopped "$(tail -n 3 "$RUN/hypervisor.log")"
exit $((bad > 0))
