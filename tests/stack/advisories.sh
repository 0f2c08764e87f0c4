#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The advisories whose class lives in the daemons and tools: guests that race the
# readers of their rings (XSA-197), and guests' words in everybody's output (XSA-198).
. "$(dirname "$0")/lib.sh"

up --cpus 2
xl create -q "$(cfg_tiny witness ticker)" || fail witness-create
wait_line "$(console_log witness)" tick 120 || fail witness "no tick"
ticks() { grep -ac tick "$(console_log witness)"; }

# XSA-197: the daemons outlive the race, as the same processes, and serve others.
daemons() {
	local p
	for p in $(pgrep -f "$BUILD/bin/(xenstored|xenconsoled)"); do
		tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null | grep -qx "NACRE_RUNDIR=$RUN" && echo "$p"
	done
}
before=$(daemons)
[ "$(wc -l <<<"$before")" = 2 ] || fail 197.daemons "cannot see them: $before"
xl create -q "$(cfg_tiny racer advisory-197 'extra = "seconds=10"' 'vcpus = 2')" || fail 197.create
until_true 120 bash -c '! xl domid racer' && pass 197.ends || fail 197.ends "$(xl list)"
n=$(ticks)
until_true 120 bash -c "[ \$(grep -ac tick $(console_log witness)) -gt $n ]" && pass 197.witness ||
	fail 197.witness "stands still"
[ "$(daemons)" = "$before" ] && pass 197.daemons || fail 197.daemons "$before, then $(daemons)"
check 197.store nacre exec xenstore-ls /

# XSA-198: no word of a guest makes a line, a column, a key or a colour of its own.
xl create -q "$(cfg_tiny speaker advisory-198)" || fail 198.create
wait_line "$(console_log speaker)" '^said' 120 || fail 198.said "the guest does not speak"
id=$(xl domid speaker)
rows() { awk 'NR > 1 && NF != 6 { exit 1 } END { exit NR != 4 }' <<<"$(xl list)"; }
rows && pass 198.list || fail 198.list "$(xl list)"
xl list -l | python3 -c '
import json, sys
domains = json.load(sys.stdin)
assert len(domains) == 3, domains
assert "forged" not in json.dumps([list(d) for d in domains])' &&
	pass 198.json || fail 198.json
clean() { # NAME COMMAND...: nothing that a terminal obeys, no forged line
	local name=$1 out
	shift
	out=$("$@" 2>&1)
	if grep -qaP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$out"; then
		fail "$name" "$(grep -aP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$out" | head -n 2 | cat -A)"
	elif grep -qaE '^(\(XEN\) FORGED|forged |", "forged)' <<<"$out"; then
		fail "$name" "$(grep -aE 'FORGED|forged' <<<"$out")"
	else
		pass "$name"
	fi
}
clean 198.dmesg xl dmesg
clean 198.hypervisor-log sed 's/\r$//' "$RUN/hypervisor.log" # a serial line's ends
clean 198.xenstore-ls nacre exec xenstore-ls -f "/local/domain/$id"
clean 198.logs sh -c "cat '$RUN'/log/*.log"
clean 198.list-all xl list -v
check 198.destroy xl destroy speaker
# Names are the administrator's, but they come from files, too.
refuse 198.name '[12]' . xl create -q "$(cfg_tiny bad-name ticker "name = \"a\\tb\"")"
refuse 198.rename '[12]' . xl rename witness $'w\nforged'
refuse 198.rename-esc '[12]' . xl rename witness $'w\e[31m'
[ "$(xl list | wc -l)" = 3 ] && pass 198.nothing-left || fail 198.nothing-left "$(xl list)"
exit $((bad > 0))
