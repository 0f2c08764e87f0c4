#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# CPU pools: made, filled, emptied and ended by our xl and by Debian's, with guests that
# never stop computing.  Both see the same at each step, also after nacred was killed.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/debian_xen.sh"

dxl() { debian xl "$@"; }
# pools NAME: what both print must be the lines of stdin, "name cpus sched domains".
pools() {
	local want ours theirs
	want=$(cat)
	ours=$(xl cpupool-list --json | tr -d ' \n' |
		sed 's/},{/}\n{/g' | sed -E 's/.*"name":"([^"]*)","sched":"([^"]*)","cpus":\[([^]]*)\].*"nr_domains":([0-9]+).*/\1 \3 \2 \4/')
	[ "$ours" = "$want" ] && pass "$1" || fail "$1" "$ours"
	if [ -z "$DEB_MISSING" ]; then
		theirs=$(dxl cpupool-list; dxl cpupool-list -c)
		[ "$theirs" = "$(xl cpupool-list; xl cpupool-list -c)" ] && pass "$1.debian" || fail "$1.debian" "$theirs"
	fi
}
pool_of() { xl list -c "$1" | awk 'NR == 2 { print $NF }'; }
cpu_of() { xl vcpu-list "$1" | awk 'NR == 2 { print $4 }'; }
# It has used more of its CPU than before, on one of the CPUs given.
runs_on() { # NAME GUEST CPUS
	local before
	before=$(xl vcpu-list --json "$2" | sed -n 's/.*"time_ns": \([0-9]*\).*/\1/p')
	more() { [ "$(xl vcpu-list --json "$1" | sed -n 's/.*"time_ns": \([0-9]*\).*/\1/p')" -gt "$2" ]; }
	if ! until_true 120 more "$2" "$before"; then
		fail "$1" "no progress: $(xl vcpu-list)"
	elif ! [[ $(cpu_of "$2") =~ ^[$3]$ ]]; then
		fail "$1" "$(xl vcpu-list)"
	else
		pass "$1"
	fi
}
state() { xl cpupool-list --json; xl list -c | awk '{ print $1, $NF }'; xl vcpu-list | awk '{ print $1, $7, $8, $9 }'; }
# It fails, or only complains, with these words on stderr, and changes nothing.
unchanged() { # NAME STATUS WORDS COMMAND...
	local before
	before=$(state)
	refuse "$@"
	[ "$(state)" = "$before" ] || fail "$1.unchanged" "$(diff <(echo "$before") <(state))"
}

DEB_MISSING=
debian_xen || { fail packages "$(tail -n 1 "$WORK/debian.log")"; exit 1; }
in_place true 2>/dev/null || { echo "SKIP $TEST.debian: no mount namespace for the programs' own directories"; DEB_MISSING=1; }
up -c 4 -m 256
events '["cpupool.changed","vcpu.changed"]' >"$WORK/events" &
events_pid=$!
check events wait_line "$WORK/events" '"id":1' 30
pools start <<<'Pool-0 0,1,2,3 credit2 1'

# --- make -----------------------------------------------------------------------------------
check cpu-remove xl cpupool-cpu-remove Pool-0 2-3
printf 'name = "fast"\nsched = "null"\ncpus = ["3"]\n' >"$WORK/fast.cfg"
check create.file xl cpupool-create "$WORK/fast.cfg"
check create.words xl cpupool-create 'name="slow"'
pools made <<'X'
Pool-0 0,1 credit2 1
fast 3 null 0
slow  credit2 0
X
check event.created wait_line "$WORK/events" '"cpupool.changed".*"name":"fast".*"change":"created"' 60
check create.domain xl create "$(cfg_tiny one spin 'pool="fast"')"
[ "$(pool_of one)" = fast ] && pass created.there || fail created.there "$(xl list -c)"
runs_on created.runs one 3
check create.another xl create "$(cfg_tiny two spin 'cpus="0-1"' 'cpus_soft="1"')"
runs_on another.runs two 01

# --- move guests that run -----------------------------------------------------------------------
check migrate xl cpupool-migrate two fast
[ "$(pool_of two)" = fast ] && pass migrated || fail migrated "$(xl list -c)"
[ "$(xl vcpu-list two | awk 'NR == 2 { print $7, $9 }')" = 'all all' ] && pass migrated.unpinned ||
	fail migrated.unpinned "$(xl vcpu-list)"
check event.moved wait_line "$WORK/events" '"vcpu.changed".*"name":"two".*"from":"Pool-0","to":"fast"' 60
# The null scheduler gives a CPU to one vCPU: the other waits for the next one.
check null.one.waits [ "$(xl vcpu-list two | awk 'NR == 2 { print $5 }')" = --- ]
check cpu-add xl cpupool-cpu-add fast 2
runs_on null.second two 2
runs_on null.first one 3
check migrate.back xl cpupool-migrate two Pool-0
runs_on back two 01
pools moved <<'X'
Pool-0 0,1 credit2 2
fast 2,3 null 1
slow  credit2 0
X

# --- CPUs that leave under load ---------------------------------------------------------------------
check load.create xl create "$(cfg_tiny three spin)"
runs_on load.before three 01
check load.remove xl cpupool-cpu-remove Pool-0 1
runs_on load.two two 0
runs_on load.three three 0
check load.add xl cpupool-cpu-add slow 1
check load.migrate xl cpupool-migrate three slow
runs_on load.moved three 1
check busy.remove xl cpupool-cpu-remove fast 3
runs_on busy.runs one 2

# --- what cannot be ------------------------------------------------------------------------------------
unchanged unknown 1 "^unknown cpupool 'nope'$" xl cpupool-destroy nope
unchanged unknown.rename 1 "^unknown cpupool 'nope'$" xl cpupool-rename nope x
unchanged unknown.add 1 "^unknown cpupool '9'$" xl cpupool-cpu-add 9 3
unchanged unknown.migrate 1 "^unknown cpupool 'nope'$" xl cpupool-migrate one nope
unchanged unknown.domain 1 "^unknown domain 'nodom'$" xl cpupool-migrate nodom fast
unchanged unknown.list 1 "^Pool 'nope' does not exist$" xl cpupool-list nope
unchanged busy.cpu 0 'Error moving cpu 2 to cpupool: No such device' xl cpupool-cpu-add Pool-0 2
unchanged other.cpu 0 'Error removing cpu 2 from cpupool: Cannot assign requested address' xl cpupool-cpu-remove slow 2
unchanged last.cpu 0 'Error removing cpu 2 from cpupool: Device or resource busy' xl cpupool-cpu-remove fast 2
unchanged no.cpu 0 'Error removing cpu 0 from cpupool: Invalid argument' xl cpupool-cpu-remove 0 0
unchanged bad.cpus 1 '^Invalid pcpu range: 2-\.$' xl cpupool-cpu-add fast 2-
unchanged bad.not 1 '^Can.t combine "\^" and "all"\.$' xl cpupool-cpu-remove fast ^all
unchanged has.domains 1 "^Can't destroy cpupool 'fast'$" xl cpupool-destroy fast
unchanged pool-0 1 "^Can't destroy cpupool '0'$" xl cpupool-destroy 0
unchanged exists 1 '^Pool name "fast" already exists$' xl cpupool-create 'name="fast"'
unchanged rename.exists 1 "^Can't rename cpupool 'slow'$" xl cpupool-rename slow fast
unchanged rename.digits 1 "^Can't rename cpupool 'slow'$" xl cpupool-rename slow 17
unchanged taken 6 '^cpu 2 illegal or not free$' xl cpupool-create 'name="p"' 'cpus="2"'
for sched in credit rtds arinc653; do
	unchanged sched.$sched 1 "no scheduler \"$sched\" here; the schedulers are credit2 and null" \
		xl cpupool-create 'name="p"' "sched=\"$sched\""
done
unchanged sched.bogus 1 '^Unknown scheduler$' xl cpupool-create 'name="p"' 'sched="bogus"'
unchanged dom0 1 'Error moving domain to cpupool' xl cpupool-migrate 0 fast
check empty xl cpupool-create 'name="empty"'
unchanged no.cpus 1 'Error moving domain to cpupool; the pool has no CPUs' xl cpupool-migrate one empty
unchanged create.nowhere 6 'Illegal pool specified: nope' xl create -q "$(cfg_tiny no spin 'pool="nope"')"
unchanged create.no.cpus 3 'has no CPUs' xl create -q "$(cfg_tiny no spin 'pool="empty"')"
unchanged create.outside 3 "Hard affinity completely outside of domain's cpupool" \
	xl create -q "$(cfg_tiny no spin 'pool="fast"' 'cpus="0"')"
unchanged split 1 '^splitting not possible, already cpupools in use$' xl cpupool-numa-split

# --- what others do ---------------------------------------------------------------------------------------
if [ -z "$DEB_MISSING" ]; then
	check debian.rename dxl cpupool-rename empty theirs
	check debian.cpu-add dxl cpupool-cpu-add theirs 3
	check debian.migrate dxl cpupool-migrate three theirs
	runs_on debian.moved three 3
	check event.renamed wait_line "$WORK/events" '"cpupool.changed".*"name":"theirs".*"change":"changed"' 60
	check debian.create dxl cpupool-create 'name="more"' 'sched="null"'
	check event.theirs wait_line "$WORK/events" '"cpupool.changed".*"name":"more".*"change":"created"' 60
	check debian.migrate.back dxl cpupool-migrate three slow
	check debian.cpu-remove dxl cpupool-cpu-remove theirs 3
	check debian.destroy dxl cpupool-destroy more
	check debian.destroy.two dxl cpupool-destroy theirs
	check event.destroyed wait_line "$WORK/events" '"cpupool.changed".*"name":"theirs".*"change":"destroyed"' 60
else
	check empty.destroy xl cpupool-destroy empty
fi
pools others <<'X'
Pool-0 0 credit2 2
fast 2 null 1
slow 1 credit2 1
X

# --- nacred dies in the middle --------------------------------------------------------------------------------
kill $events_pid
# Whatever was reached when it died, every CPU is in one place, and the next one goes on.
for i in 1 2 3 4 5; do
	(while [ ! -e "$WORK/enough" ] && xl cpupool-create 'name="round"' 'cpus="3"' &&
		xl cpupool-destroy round; do :; done) >/dev/null 2>&1 &
	loop=$!
	sleep 0.$((i * 2))
	kill -9 "$(nacred_pid)"
	until_true 60 xl list || fail killed.$i "nacred did not come back"
	seen=$(dxl cpupool-list -c 2>&1)
	: >"$WORK/enough" # its socket outlives nacred, so the loop may not have noticed
	wait $loop
	rm "$WORK/enough"
	xl cpupool-destroy round >/dev/null 2>&1
	[ "$(xl cpupool-list | awk 'NR > 1 { print $1 }' | xargs)" = 'Pool-0 fast slow' ] &&
		[ "$(xl info free_cpus)" = 1 ] && pass killed.$i || fail killed.$i "$seen; $(xl cpupool-list -c)"
done
runs_on killed.one one 2
runs_on killed.three three 1

# --- the end ------------------------------------------------------------------------------------------------------
check end.migrate xl cpupool-migrate three Pool-0
check end.slow xl cpupool-destroy slow
check end.destroy xl destroy one
check end.fast xl cpupool-destroy fast
check end.cpus xl cpupool-cpu-add Pool-0 1-3
pools end <<<'Pool-0 0,1,2,3 credit2 3'
check split.one xl cpupool-numa-split
pools split.named <<<'Pool-node0 0,1,2,3 credit2 3'
runs_on end.two two 0123
exit $((bad > 0))
