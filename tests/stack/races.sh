#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Tiny guests whose vCPUs race each other, on two processors; afterwards a healthy
# guest must find everything as it should be.
#
#   races.sh BUILD [GUEST...]
. "$(dirname "$0")/lib.sh"

boot() { # GUEST SECONDS
	nacre exec "$BUILD/test/guest_boot" -q -V -m 16 -v 2 -k "$BUILD/guests/$1.elf" -t "$2" </dev/null 2>&1 |
		tr -d '\000' | grep -aE '^(PASS|FAIL|SKIP|ERROR)' | tail -n 1
}

up --cpus 2
shift
guests=("${@:-grant-race advisory-218 advisory-343 advisory-358 advisory-379}")
for guest in ${guests[*]}; do
	for env in long64 pae32; do
		verdict=$(boot "$guest.$env" 300)
		[[ $verdict == PASS* ]] && pass "$guest.$env" || fail "$guest.$env" "${verdict:-no verdict}"
	done
done
verdict=$(boot evtchn.long64 240)
[[ $verdict == PASS* ]] && pass afterwards || fail afterwards "${verdict:-no verdict}"
exit $((bad > 0))
