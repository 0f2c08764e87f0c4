#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Every argument of every method with what it may not be: made from the table that checks
# them, as rpc.discover tells it, so a new method is tried without a line here.
# NACRE_ARGS_METHODS: only these.
. "$(dirname "$0")/lib.sh"

up -c 2
cfg=$(cfg_tiny target ticker)
check create xl create -q -p "$cfg"
perl -I"$TOP/tests/stack/sweep" "$TOP/tests/stack/rpc_args/rpc_args.pl" "$RUN/nacred.sock" \
	"$(nacred_pid)" "$BUILD/guests/ticker.elf" ${NACRE_ARGS_METHODS-} || bad=1
check alive xl list target
[ $bad = 0 ] || tail -n 20 "$RUN/log/nacred.log"
exit $((bad > 0))
