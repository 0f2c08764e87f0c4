#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# A hostile peer on each socket of an instance: it costs only itself.  While it is there and
# afterwards others are served, no daemon has ended, none keeps descriptors.
. "$(dirname "$0")/lib.sh"

up -c 2
check create xl create -q "$(cfg_tiny target ticker)"
pids() { for p in nacre-host nacred xenstored xenconsoled qemu; do cut -d' ' -f1 "$RUN/$p.pid"; done | tr '\n' ' '; }
before=$(pids)
told=$(descriptors)
perl "$TOP/tests/stack/hostile_peers/hostile_peers.pl" "$RUN" || bad=1
[ "$(pids)" = "$before" ] && pass same-daemons || fail same-daemons "$before -> $(pids)"
few() { [ "$(descriptors)" -le $((told + 2)) ]; }
until_true 30 few && pass descriptors || fail descriptors "$told -> $(descriptors)"
check alive xl list target
check down nacre down
exit $((bad > 0))
