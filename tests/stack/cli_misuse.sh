#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Each verb of xl and each program with arguments that it cannot be meant to have: it ends by
# itself, with a word on stderr, the exit status of its manual, and nothing that a terminal
# would obey.
. "$(dirname "$0")/lib.sh"

up -c 2
check create xl create -q -p "$(cfg_tiny target ticker)"
before=$(xl list | awk '{ print $1, $2, $3, $4 }')
perl "$TOP/tests/stack/cli_misuse/cli_misuse.pl" "$BUILD/bin" "$WORK" || bad=1
check alive xl list target
[ "$(xl list | awk '{ print $1, $2, $3, $4 }')" = "$before" ] && pass unchanged || fail unchanged "$(xl list)"
exit $((bad > 0))
