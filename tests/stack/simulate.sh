#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# xl sched-credit2 --simulate: what it says of guests that run, and whether it comes so.
. "$(dirname "$0")/lib.sh"
TEST=simulate
up --cpus 1 -m 256

forecast() { xl sched-credit2 --simulate --json "$@"; }
share() { # NAME WHEN, of the JSON on stdin
	jq -r ".domains[] | select(.name == \"$1\") | .$2.share_percent"
}
near() { # NAME VALUE EXPECTED TOLERANCE
	if awk -v a="$2" -v b="$3" -v t="$4" 'BEGIN { exit !(a != "" && a - b <= t && b - a <= t) }'; then
		pass "$1"
	else
		fail "$1" "'$2', expected $3 +- $4"
	fi
}

out=$(forecast)
check empty-host test "$(jq '.domains | length' <<<"$out")" = 0

for g in one:256 two:512 four:1024; do
	check "create-${g%:*}" xl create "$(cfg_tiny "${g%:*}" spin "cpu_weight = ${g#*:}")"
done
out=$(forecast -t 10)
near weights-1 "$(share one before <<<"$out")" 14.3 0.5
near weights-2 "$(share two before <<<"$out")" 28.6 0.5
near weights-4 "$(share four before <<<"$out")" 57.1 0.5
near busy "$(jq '.domains[0].load_percent' <<<"$out")" 100 1
check unchanged test "$(jq -c '[.domains[] | .before == .after] | all' <<<"$out")" = true

# What the hypervisor really gives them, over some seconds of its clock.
ran() { xl sched-credit2 --stats --json | jq -c '[.domains[] | select(.vcpus > 0) | {name, running_ns}]'; }
# Two samples with at least four seconds of it between them: $before, $after
between() {
	local start
	before=$(ran)
	start=$(total "$before")
	until_true 120 eval '[ $(($(total "$(ran)") - start)) -ge 4000000000 ]'
	after=$(ran)
}
total() { jq '[.[].running_ns] | add' <<<"$1"; }
between
real() { # NAME
	jq -rn --argjson a "$before" --argjson b "$after" --arg n "$1" '
		def at(x): x[] | select(.name == $n) | .running_ns;
		def all(x): [x[].running_ns] | add;
		100 * (at($b) - at($a)) / (all($b) - all($a))'
}
for g in one two four; do
	near "real-$g" "$(real $g)" "$(share $g before <<<"$out")" 3
done

# Changes are tried together, and nothing is changed.
out=$(forecast -t 5 -d one -w 1024 -d four -c 20)
near after-one "$(share one after <<<"$out")" 53.3 1
near after-four "$(share four after <<<"$out")" 20 0.5
near before-four "$(share four before <<<"$out")" 57.1 0.5
check cap-loss test "$(jq '.domains[] | select(.name == "four") | .after.cap_loss_percent > 10' <<<"$out")" = true
check nothing-changed test "$(xl sched-credit2 -d one | awk 'NR == 2 { print $3 }')" = 256
check table sh -c "xl sched-credit2 --simulate -t 2 -d one -w 512 | grep -qE '^one +[0-9]+ +1 +100\.0 +256 -> 512 '"
check assumed test "$(forecast --load busy | jq -r .load)" = busy

# A blocked guest: its load is measured, and none.
check pause xl pause two
near idle "$(forecast | share two before)" 0 0.01
check unpause xl unpause two

# Tried again with the same weights set: it comes as foretold.
check set xl sched-credit2 -d one -w 1024
between
out=$(forecast)
near real-after "$(real one)" "$(share one before <<<"$out")" 3

# The daemon serves others meanwhile.
forecast -t 3600 >"$WORK/long" &
check served timeout 20 xl list
wait $!
check long test "$(jq '.simulated_seconds > 0' "$WORK/long")" = true

refuse unknown 1 'nosuch' xl sched-credit2 --simulate -d nosuch -w 1
refuse weight-0 1 'Cpu weight out of range, valid values are within range from 1 to 65535' \
	xl sched-credit2 --simulate -d one -w 0
refuse weight-big 1 'Cpu weight out of range' xl sched-credit2 --simulate -d one -w 65536
refuse cap-big 1 'Cpu cap out of range, valid range is from 0 to 100' \
	xl sched-credit2 --simulate -d one -c 101
refuse time-0 1 'seconds' xl sched-credit2 --simulate -t 0
refuse time-big 1 'seconds' xl sched-credit2 --simulate -t 3601
refuse time-word 1 '"soon" is not a number' xl sched-credit2 --simulate -t soon
refuse no-domain 1 'Must specify a domain' xl sched-credit2 --simulate -w 1
refuse no-change 1 'needs -w or -c' xl sched-credit2 --simulate -d one
refuse load-word 1 'load' xl sched-credit2 --simulate --load heavy

exit $((bad > 0))
