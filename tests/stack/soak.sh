#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Never down: a hostile guest, started again with another seed whenever it dies,
# beside a healthy one that must not notice and one that uses xenstore.  Half of the
# time on one CPU, half on two.  A minute; NACRE_SOAK_MINUTES for more, and
# NACRE_SOAK_SEED for other deeds (the seeds are in the log of each failure).
. "$(dirname "$0")/lib.sh"
minutes=${NACRE_SOAK_MINUTES:-1}
seed=${NACRE_SOAK_SEED:-1}
environments=(long64 pae32 pse32 flat32)

# One life of the hostile guest: it ends of itself, or after some seconds.
life() { # SEED
	local cfg env=${environments[$(($1 % 4))]}
	cfg=$(cfg_tiny hostile "hostile.$env" "extra = \"seed=$1\"" 'on_crash = "destroy"' \
		'on_reboot = "destroy"')
	sed -i "s/^vcpus = .*/vcpus = $((1 + $1 / 4 % 3))/; s/^memory = .*/memory = 16/" "$cfg"
	if ! xl create -q "$cfg" >"$WORK/create" 2>&1; then
		fail "$phase.create" "seed $1: $(cat "$WORK/create")"
		return 1
	fi
	until_true $((2 + $1 % 5)) bash -c '! xl domid hostile' && deaths=$((deaths + 1))
	xl destroy hostile >/dev/null 2>&1
	until_true 60 bash -c '! xl domid hostile' || {
		fail "$phase.gone" "seed $1 is still there: $(xl list)"
		return 1
	}
}

phase() { # CPUS SECONDS
	local before end first=$seed deaths=0 log
	phase=cpus-$1
	up --cpus "$1"
	xl create -q "$(cfg_tiny first ticker)" && xl destroy first # what is made once and kept
	before=$(free_memory)
	xl create -q "$(cfg_tiny healthy healthy 'vcpus = 2' "extra = \"seconds=$2\"" \
		'on_poweroff = "preserve"')" || fail "$phase.healthy"
	xl create -q "$(cfg_tiny witness ticker)" || fail "$phase.witness"
	log=$(console_log healthy)
	wait_line "$log" '^healthy' 120 || fail "$phase.healthy" "does not start"
	end=$((SECONDS + $2))
	while [ $SECONDS -lt $end ] && life "$seed"; do seed=$((seed + 1)); done
	echo "$phase: seeds $first to $((seed - 1)), of which $deaths died of themselves"
	wait_line "$log" '^(PASS|FAIL) healthy' 240
	grep -aq '^PASS healthy' "$log" && pass "$phase.healthy" ||
		fail "$phase.healthy" "$(tail -n 3 "$log")"
	grep -a 'longest gap' "$log" | tail -n 1
	! grep -aE 'Panic on CPU|BUG at|FATAL|machine check' "$RUN/hypervisor.log" &&
		pass "$phase.hypervisor" || fail "$phase.hypervisor"
	check "$phase.witness-stops" xl shutdown -w witness
	grep -aq FAIL "$(console_log witness)" && fail "$phase.witness" "$(tail -n 2 "$(console_log witness)")"
	check "$phase.destroy" xl destroy healthy
	until_true 60 bash -c '[ "$(xl list | wc -l)" = 2 ]' && [ "$(free_memory)" = "$before" ] &&
		pass "$phase.memory" || fail "$phase.memory" "$before MiB before, $(free_memory) after"
	check "$phase.store" nacre exec xenstore-ls /
	nacre down >/dev/null || fail "$phase.down"
}

phase 1 $((minutes * 30))
phase 2 $((minutes * 30))
exit $((bad > 0))
