#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Two hundred create and destroy cycles leave free memory, file descriptors and
# xenstore nodes where they were.
. "$(dirname "$0")/lib.sh"
cycles=${NACRE_CYCLES:-200}

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
until_true 60 same_as "$before" && pass nothing-left || fail nothing-left "$before -> $(snapshot)"
echo "before: $before; after $cycles cycles: $(snapshot)"
exit $((bad > 0))
