#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Evidence and rehearsals: guests on a replica of the running hypervisor; the host itself
# does not notice, and nothing of the replica is left.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/livepatch.sh"

replicas() { ls "$NACRE_RUNTIME_DIR" | grep -c '^rehearsal-'; }
states() { find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'nacre-replica.*' -newer "$WORK/start" | wc -l; }
applied_here() { xl livepatch list --json | jq -r '.[] | "\(.name) \(.state)"'; }
evidence() { xl patch-status --json --advisory "$1" | jq -r '.advisories[0].evidence[] | "\(.verdict) \(.current)"'; }

touch "$WORK/start"
patch() { # NAME [DEPENDS]
	livepatch_make "$TOP/tests/stack/livepatch/$1.c" "$WORK/$1.livepatch" ${2+"$2"} || fail "make.$1"
}
patch sched_id
below=$(build_id "$WORK/sched_id.livepatch")
patch stacked "$below"
patch lenient_msr "$below"
head -c 3000 "$WORK/sched_id.livepatch" >"$WORK/short.livepatch"

up
# --- evidence
prints evidence.before 'null false' evidence XSA-108
says verify '^XSA-108 +PASS +guest.all advisory-108$' timeout 600 xl patch-status --verify XSA-108
prints evidence.after 'PASS true' evidence XSA-108
refuse verify.unknown 3 'no advisory.s id' timeout 600 xl patch-status --verify 'XSA-1;'
refuse verify.here 3 'use xl -f' xl patch-status --verify --here XSA-108 </dev/null
says here '^XSA-108 +PASS' timeout 600 xl -f patch-status --verify --here XSA-108
refuse here.alone 3 '' xl patch-status --here

# --- rehearsals
report() { jq -r "$1" <"$WORK/report"; }
timeout 900 xl livepatch rehearse --json -a XSA-108,XSA-196 "$WORK/sched_id.livepatch" \
	>"$WORK/report" 2>"$WORK/progress" && pass good || fail good "$(tail -n 3 "$WORK/progress")"
prints good.verdict PASS report .verdict
prints good.steps 'apply revert apply' report '[.steps[].action] | join(" ")'
check good.pause test "$(report '[.steps[].pause_ns] | min')" -gt 0
prints good.guests 'PASS PASS' report '[.guests[] | select(.guest == "advisory-108.long64") | .before, .after] | join(" ")'
check good.all test "$(report '.guests | length')" -ge 5
prints good.host '' applied_here

# On top of what the host has.
check base.policy xl livepatch policy unsigned=allow
check base.load xl livepatch load "$WORK/sched_id.livepatch"
timeout 900 xl livepatch rehearse --json -a XSA-108 "$WORK/stacked.livepatch" \
	>"$WORK/report" 2>"$WORK/progress" && pass stacked || fail stacked "$(tail -n 3 "$WORK/progress")"
prints stacked.base sched_id report '.applied_before | join(" ")'
prints stacked.host 'sched_id applied' applied_here
prints evidence.stale 'PASS false' evidence XSA-108

# One that does harm, and the guest of the advisory that it names fails.
timeout 900 xl livepatch rehearse --json -a XSA-108 "$WORK/lenient_msr.livepatch" \
	>"$WORK/report" 2>"$WORK/progress"
prints harm.status 1 echo $?
prints harm.verdict FAIL report .verdict
says harm.faults 'XSA-108 advisory-108.long64: FAIL' report '.faults[]'
says harm.worse '1 of them passed before' report '.faults[]'

# What is no payload, and what lies on something that is not there.
says bad.verdict '^verdict +FAIL' timeout 900 xl livepatch rehearse -a XSA-108 "$WORK/short.livepatch"
refuse bad.file 1 'cannot find .*nowhere' xl livepatch rehearse "$WORK/nowhere"
refuse bad.usage 2 'at least 1 argument' xl livepatch rehearse
# Of the host's payloads one is not in its store.
store=$(xl livepatch status --json | jq -r .store)
mv "$store/sched_id.payload" "$WORK/away"
refuse bad.store 1 'sched_id' timeout 900 xl livepatch rehearse -a XSA-108 "$WORK/stacked.livepatch"
mv "$WORK/away" "$store/sched_id.payload"

# Interrupted: no replica stays.
xl livepatch rehearse "$WORK/stacked.livepatch" >"$WORK/report" 2>"$WORK/progress" &
wait_line "$WORK/progress" '^PASS' 300 || fail interrupt.begin "$(cat "$WORK/progress")"
# TERM: a shell lets its background jobs ignore INT.
kill -TERM $!
wait $!
prints interrupt.status 1 echo $?
says interrupt.words interrupted cat "$WORK/progress"
prints nothing.replicas 0 replicas
prints nothing.states 0 states
prints host 'sched_id applied' applied_here
exit $((bad > 0))
