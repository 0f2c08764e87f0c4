#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What other programs read out of xl's output, by their own rules (consumers.pl): domains in
# every state that one can be in here.
. "$(dirname "$0")/lib.sh"

reads() { perl "$TOP/tests/stack/consumers.pl" "$@"; }
# understood NAME PATTERN RULE COMMAND...: the rule gets on with the output, and knows this.
understood() {
	local name=$1 pattern=$2 rule=$3 out
	shift 3
	if ! out=$("$@" 2>"$WORK/err" | reads "$rule"); then
		fail "$name" "$out ($("$@" 2>&1 | head -c 600))"
	elif ! grep -qE -- "$pattern" <<<"$out"; then
		fail "$name" "no '$pattern' in: $out"
	else
		pass "$name"
	fi
}
listed() { understood "$1.ganeti" "^$2 [0-9]+ 8 1 $3$" ganeti-list xl list; }
state() { xl list "$1" | awk 'NR == 2 { print $5 }'; }

up -c 2 -m 256
keep='on_poweroff="preserve" on_reboot="preserve" on_crash="preserve"'
check create.runs xl create -q "$(cfg_tiny runs ticker)"
check create.stops xl create -q "$(cfg_tiny stops ticker)"
check create.over xl create -q "$(cfg_tiny over hello $keep)"
check create.broken xl create -q "$(cfg_tiny broken unmapped $keep)"
check create.reset xl create -q "$(cfg_tiny reset triple-fault $keep)"
check pause xl pause stops
until_true 60 sh -c 'xl list over | grep -q -- "---s--"' || fail over.state "$(state over)"
until_true 60 sh -c 'xl list reset | grep -q -- "---sr-"' || fail reset.state "$(state reset)"
until_true 60 sh -c 'xl list broken | grep -q -- "---sc-"' || fail broken.state "$(state broken)"

# --- every state ------------------------------------------------------------------------
listed running runs running
listed paused stops running
listed preserved over shutdown
listed reboot reset running
understood crashed.ganeti '^runs ' ganeti-list xl list
[ -z "$(xl list | reads ganeti-list | grep '^broken ')" ] && pass crashed.is.skipped || fail crashed.is.skipped
understood console-wrapper.paused '^paused$' paused xl list stops
understood console-wrapper.running '^not paused$' paused xl list runs
# Domains come and go meanwhile: those that are dying are seen by some of the lists.
(for i in 1 2 3 4 5 6; do
	xl create -q "$(cfg_tiny fleeting ticker 'memory = 48')" && xl destroy fleeting
done) >"$WORK/fleeting" 2>&1 &
churn=$!
n=0
wrong=
while kill -0 $churn 2>/dev/null; do
	out=$(xl list | reads ganeti-list) || wrong=$out
	n=$((n + 1))
done
wait $churn && pass churn || fail churn "$(cat "$WORK/fleeting")"
[ $n -gt 3 ] && [ -z "$wrong" ] && pass coming.and.going || fail coming.and.going "$n lists: $wrong"

# --- the other programs -----------------------------------------------------------------
understood ganeti.info '^2 cpus in [0-9]+ sockets, [0-9]+ MiB$' ganeti-info xl info
understood xendomains.long "^runs $(xl domid runs)$" xendomains xl list -l
understood opennebula.long '^runs 1 8192$' opennebula xl list -l
understood pacemaker.list '^runs$' pacemaker xl list
understood pacemaker.memory '^[0-9]+$' pacemaker-memory xl info
understood facter.list '^stops$' facter xl list
understood eve.header '^header$' eve xl list
understood xapi.build-id '^[0-9a-f]{40}$' xapi-build-id xl info build_id
understood nessus.version '^4\.17' nessus xl info
if ! xl top -b -i 1 2>&1 | grep -q 'not supported'; then
	understood opennebula.top '^runs [rb]$' xentop xl top -b -i 2
fi

# --- a rule that could not fail would prove nothing -----------------------------------------
for line in 'a b 1 8 1 r----- 0.1' 'a 1 8 1 ---sw- 0.1' 'a 1 8 1 -b---d 0.1' 'a 1 8 x r----- 0.1'; do
	if printf 'Name\n%s\n' "$line" | reads ganeti-list >/dev/null; then
		fail "rule.ganeti" "'$line' was taken"
	else
		pass "rule.ganeti.${line// /_}"
	fi
done
printf '[\n    {\n        "domid": 1,\n        "config": {\n            "c_info": {\n                "name": "x"\n' |
	reads xendomains >/dev/null && fail rule.xendomains || pass rule.xendomains
exit $((bad > 0))
