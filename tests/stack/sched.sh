#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# xl sched-credit2 word for word: what follows the commands in sched.txt is what xl
# 4.17.7 on Xen 4.17.7 said and how it ended, less the places in libxl's sources; then
# what real xl does not have, the configuration keys, and what a restart keeps.
. "$(dirname "$0")/lib.sh"

# said COMMAND...: stdout and stderr in the order they came, of libxl without the domain, then
# "= STATUS".
said() {
	local rc
	"$@" </dev/null >"$WORK/said" 2>&1
	rc=$?
	without_places <"$WORK/said" | sed -E 's/^(libxl: [a-z]+: )Domain [0-9]+:/\1/'
	echo "= $rc"
}
# same NAME EXPECTED COMMAND...
same() {
	local name=$1 expected=$2 out
	shift 2
	out=$(said "$@")
	if [ "$out" = "$expected" ]; then pass "$name"; else fail "$name" "'$*':
$(diff <(echo "$expected") <(echo "$out"))"; fi
}
# like NAME STATUS PATTERN COMMAND...: a line matches, and so it ends.
like() {
	local name=$1 status=$2 pattern=$3 out
	shift 3
	out=$(said "$@")
	if [ "${out##*= }" = "$status" ] && grep -qE -- "$pattern" <<<"$out"; then
		pass "$name"
	else
		fail "$name" "no '$pattern' or not status $status in: $out"
	fi
}

# Each block of sched.txt: "$ ARGUMENTS", lines, "= STATUS".
transcript() {
	local line command='' expected='' nr=0
	while IFS= read -r line <&3; do
		case $line in
		'$ '*) command=${line#'$ '} expected='' ;;
		'= '*)
			nr=$((nr + 1))
			eval "same 'real.$nr' \"\$expected\$line\" xl $command"
			;;
		'#'* | '') ;;
		*) expected+=$line$'\n' ;;
		esac
	done 3<"$TOP/tests/stack/sched.txt"
}

up -c 2
xl create -q -p "$(cfg_tiny g1 ticker 'vcpus = 2')" || fail create g1
transcript

# --- a pool of another scheduler, and what it does not know -----------------------------
says pool.free '"result"' call cpupool.cpu_remove '{"pool":"Pool-0","cpus":[1]}'
says pool.made '"result"' call cpupool.create '{"name":"p2","sched":"null","cpus":[1]}'
move() { # DOMAIN POOL
	call cpupool.move_domain "{\"domain\":\"$1\",\"pool\":\"$2\"}" | grep -q '"result"' || fail "move.$1" "to $2"
}
xl create -q -p "$(cfg_tiny g3 ticker 'pool = "p2"')" || fail create g3
same other.list 'Cpupool Pool-0: ratelimit=1000us
Name                                ID Weight  Cap
Domain-0                             0    256    0
g1                                   1    256    0
= 0' xl sched-credit2
same other.pool '= 0' xl sched-credit2 -p p2
same other.params 'libxl: error: getting Credit2 scheduler parameters: the scheduler is null
libxl_sched_credit2_params_get failed.
Cpupool p2: [sched params unavailable]
= 0' xl sched-credit2 -p p2 -s
unknown='the scheduler of cpupool p2 is null: it knows no'
why='weights, caps and the rate limit belong to credit2'
same other.set-params "libxl: error: $unknown ratelimit_us; $why
libxl_sched_credit2_params_set failed.
= 1" xl sched-credit2 -p p2 -s -r 300
same other.get 'Name                                ID Weight  Cap
libxl_domain_sched_params_get returned null not credit2.
= 1' xl sched-credit2 -d g3
same other.weight "libxl: error: $unknown weight; $why
libxl_domain_sched_params_set failed.
= 1" xl sched-credit2 -d g3 -w 300
same other.cap "libxl: error: $unknown cap; $why
libxl_domain_sched_params_set failed.
= 1" xl sched-credit2 -d g3 -c 10
refuse other.create 6 "scheduler of the domain's CPU pool knows no weight" \
	xl create -q -p "$(cfg_tiny g4 ticker 'pool = "p2"' 'cpu_weight = 300')"
check other.default xl create -q -p "$(cfg_tiny g5 ticker 'pool = "p2"' 'cpu_weight = 256' 'cap = 0')"

# --- a dry run, JSON ---------------------------------------------------------------------
same dry.both 'Domain 1 (g1): weight 256 -> 512
Domain 1 (g1): cap 0 -> 150
= 0' xl sched-credit2 -d g1 -w 512 -c 150 --dry-run
same dry.same 'Domain 1 (g1): nothing to change
= 0' xl sched-credit2 -d g1 -w 256 --dry-run
same dry.pool 'Cpupool Pool-0: ratelimit_us 1000 -> 0
= 0' xl sched-credit2 -s -r 0 --dry-run
same dry.refused 'libxl: error: Cpu cap out of range, valid range is from 0 to 200 for specified number of vcpus
libxl_domain_sched_params_set failed.
= 1' xl sched-credit2 -d g1 -c 201 --dry-run
like dry.nothing 1 'dry-run needs a change' xl sched-credit2 --dry-run
same dry.unchanged 'Name                                ID Weight  Cap
g1                                   1    256    0
= 0' xl sched-credit2 -d g1
like json.list 0 '"weight": 256,' xl sched-credit2 --json
like json.pool 0 '"ratelimit_us": null,' xl sched-credit2 -s -p p2 --json

# --- revisions and events ------------------------------------------------------------------
revision=$(call sched.credit2.get '{"domain":"g1"}' | sed 's/.*"revision":"\([0-9a-f]*\)".*/\1/')
says rpc.changed '"changes":\[{"path":"weight","from":256,"to":300}\],"dry_run":false' \
	call sched.credit2.set "{\"domain\":\"g1\",\"weight\":300,\"if_revision\":\"$revision\"}"
says rpc.stale '"revision.mismatch"' \
	call sched.credit2.set "{\"domain\":\"g1\",\"weight\":400,\"if_revision\":\"$revision\"}"
says rpc.event '"type":"sched.changed","domain":{"domid":1,"name":"g1".*"changes":\[{"path":"weight","from":300,"to":256}\]' \
	rpc '{"jsonrpc":"2.0","id":1,"method":"event.subscribe","params":{"types":["sched.changed"]}}' \
	'{"jsonrpc":"2.0","id":2,"method":"sched.credit2.set","params":{"domain":"g1","weight":256}}'
says rpc.field '"field":"weight"' call sched.credit2.set '{"domain":"g1","weight":0}'

# --- drift: a move to another pool takes weight and cap away ---------------------------------
none='Every domain runs with the weight and the cap of its file.
= 0'
same drift.none "$none" xl sched-credit2 --drift
xl create -q -p "$(cfg_tiny d1 ticker 'cpu_weight = 700' 'cap = 60')" || fail create d1
id=$(xl domid d1)
same drift.created "$none" xl sched-credit2 --drift
move d1 p2
like drift.no-effect 3 "^d1 {31} +$id +- +700 +- +60\$" xl sched-credit2 --drift
like drift.cannot 1 "$unknown weight" xl sched-credit2 --drift --fix
move d1 Pool-0
like drift.shown 3 "^d1 {31} +$id +256 +700 +0 +60\$" xl sched-credit2 --drift
like drift.one 3 '^d1 ' xl sched-credit2 --drift -d d1
same drift.other "$none" xl sched-credit2 --drift -d g1
like drift.json 3 '"configured": \{' xl sched-credit2 --drift --json
same drift.dry "Domain $id (d1): weight 256 -> 700
Domain $id (d1): cap 0 -> 60
= 3" xl sched-credit2 --drift --fix --dry-run
same drift.fix "Domain $id (d1): weight 256 -> 700
Domain $id (d1): cap 0 -> 60
= 0" xl sched-credit2 --drift --fix
same drift.mended "$none" xl sched-credit2 --drift

# --- statistics ----------------------------------------------------------------------------
like stats.columns 0 '^Name +ID +Run\(s\) +Wait\(s\) +Block\(s\) +Park\(s\) +Parks' xl sched-credit2 --stats
like stats.row 0 '^g1 {22} +1( +[0-9]+\.[0-9]{3}){4} +0 +0.000 +0 ' xl sched-credit2 --stats -d g1
like stats.pool 0 '^g3 ' xl sched-credit2 --stats -p p2
same stats.pool-only 'Name g3 g5
= 0' sh -c 'xl sched-credit2 --stats -p p2 | awk "{ print \$1 }" | xargs'
like stats.json 0 '"wake_delay": \[' xl sched-credit2 --stats --json
refuse stats.unknown 1 'nosuch is an invalid domain identifier' xl sched-credit2 --stats -d nosuch

# --- keys of a configuration -----------------------------------------------------------------
created() { # NAME WEIGHT CAP LINE...: what it runs with
	local name=$1 weight=$2 cap=$3
	shift 3
	xl create -q -p "$(cfg_tiny "$name" ticker "$@")" 2>"$WORK/$name.err" || fail "key.$name" "$(cat "$WORK/$name.err")"
	like "key.$name" 0 "^$name +[0-9]+ +$weight +$cap\$" xl sched-credit2 -d "$name"
	xl destroy "$name"
}
created k1 99 9 'cpu_weight = "99"' 'cap = "9"'
created k2 65535 150 'cpu_weight = 65535' 'cap = 150' 'vcpus = 1' 'maxvcpus = 2'
created k3 256 30 'cpu_cap = 30'
created k4 256 40 'cpu_cap = 30' 'cap = 40'
refused() { # NAME PATTERN LINE...: and nothing is left of it
	local name=$1 pattern=$2
	shift 2
	refuse "key.$name" '[36]' "$pattern" xl create -q -p "$(cfg_tiny "$name" ticker "$@")"
	refuse "key.$name.gone" 1 "$name is an invalid domain identifier" xl sched-credit2 -d "$name"
}
refused b1 'weight out of range, valid values are within range from 1 to 65535' 'cpu_weight = 0'
refused b2 'weight out of range, valid values are within range from 1 to 65535' 'cpu_weight = 70000'
refused b3 'cap out of range, valid range is from 0 to 100 for specified number of vcpus' 'cap = 101'
refused b4 'cap out of range, valid range is from 0 to 200 for' 'cpu_cap = 201' 'maxvcpus = 2'

# --- the next life keeps what the last one ran with, and so does its file ----------------------
xl create -q "$(cfg_tiny r1 ticker 'cpu_weight = 200' 'cap = 90')" || fail create r1
id=$(xl domid r1)
xl sched-credit2 -d r1 -w 777 -c 95
like reboot.drift 3 '^r1 .* 777 +200 +95 +90$' xl sched-credit2 --drift
wait_line "$(console_log r1)" tick 60
xl reboot r1 2>/dev/null
runs_again() { [ "$(xl domid r1 2>/dev/null)" != "$id" ] && [[ $(state_of r1) == [-r][-b]---- ]]; }
check reboot.runs until_true 60 runs_again
like reboot.kept 0 '^r1 +[0-9]+ +777 +95$' xl sched-credit2 -d r1
same reboot.file "$none" xl sched-credit2 --drift
xl destroy r1

# --- a nacred that starts again sees the same ----------------------------------------------------
before=$(xl sched-credit2 --json | grep revision)
xl sched-credit2 -d g1 -w 300
kill -9 "$(nacred_pid)"
check again until_true 60 xl sched-credit2 -s
like again.weight 0 '^g1 +1 +300 +0$' xl sched-credit2 -d g1
xl sched-credit2 -d g1 -w 256
[ "$before" = "$(xl sched-credit2 --json | grep revision)" ] && pass again.revision || fail again.revision
exit $((bad > 0))
