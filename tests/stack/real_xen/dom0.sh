#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# In domain 0 of the real Xen (see ../real_xen.sh): one verdict line each.
export NACRE_RUNDIR=/run/nacre
X=/usr/lib/xen-4.17/bin
W=/tmp
LOG=$W/nacred.log

pass() { echo "PASS real_xen.$1"; }
fail() { echo "FAIL real_xen.$1: $2"; }
check() {
	name=$1
	shift
	if out=$("$@" 2>&1); then pass "$name"; else fail "$name" "'$*' exited with $?: $out"; fi
}
says() { # NAME PATTERN COMMAND...
	name=$1 pattern=$2
	shift 2
	out=$("$@" 2>&1)
	if echo "$out" | grep -qE -- "$pattern"; then pass "$name"; else fail "$name" "no '$pattern' in: $out"; fi
}
refuse() { # NAME PATTERN COMMAND...: it fails, and says so
	name=$1 pattern=$2
	shift 2
	if out=$("$@" 2>&1); then
		fail "$name" "'$*' succeeded: $out"
	elif echo "$out" | grep -qE -- "$pattern"; then
		pass "$name"
	else
		fail "$name" "no '$pattern' in: $out"
	fi
}
# same NAME ARGUMENTS...: both xl print the same, but for what time changes.
same() {
	name=$1
	shift
	xl "$@" 2>&1 | sed "$TIMES" >$W/ours
	$X/xl "$@" 2>&1 | sed "$TIMES" >$W/theirs
	if cmp -s $W/ours $W/theirs; then pass "same.$name"; else fail "same.$name" "$(diff $W/ours $W/theirs)"; fi
}
TIMES='s/ *[0-9]*\.[0-9]$/ T/; s/ *[0-9]*\.[0-9]  / T /; s/[0-9]*:[0-9][0-9]:[0-9][0-9]/T/; s/^free_memory.*/free/
s/[r-][b-]\([p-][-a-z]*\)/xx\1/; s/ [0-9-] *[rb-]*- / C /'
until_true() { # SECONDS COMMAND...
	n=$(($1 * 5))
	shift
	until "$@" >/dev/null 2>&1; do
		n=$((n - 1))
		[ $n -gt 0 ] || return 1
		sleep 0.2
	done
}

nacred 2>$LOG &
until_true 60 xl list || { fail nacred "$(cat $LOG)"; exit 1; }
pass nacred

says info 'xen_version *: 4\.17\.' xl info
same info info
same list list
same vcpu-list vcpu-list
same cpupool-list cpupool-list
same cpupool-cpus cpupool-list -c
same credit2 sched-credit2
same credit2-pool sched-credit2 -s
same uptime uptime
same vm-list vm-list

cat >$W/g.cfg <<END
name = "g"
uuid = "00c0ffee-0000-4000-8000-000000000001"
type = "pvh"
kernel = "/guest/vmlinuz"
ramdisk = "/guest/initrd.gz"
cmdline = "console=hvc0 quiet"
memory = 128
vcpus = 1
tsc_mode = "native"
END
same dryrun create -n $W/g.cfg
check create xl create $W/g.cfg
says listed '^g  *[0-9]+  *1[0-9]{2}  *1' xl list
(sleep 600 | xl console g >$W/console 2>$W/console.err) &
if until_true 500 grep -a 'hello from Linux' $W/console; then
	pass console
else
	fail console "$(cat $W/console.err; tail -n 5 /var/log/xen/console/guest-g.log; xl list)"
fi
same list-guest list
says list-l '"name": "g",$' xl list -l g
same vcpu-list-guest vcpu-list g
check pause xl pause g
says paused '^g .* -[-b]p--- ' xl list g
check unpause xl unpause g
check weight xl sched-credit2 -d g -w 512 -c 50
same credit2-guest sched-credit2 -d g
check pin xl vcpu-pin g 0 0
same pinned vcpu-list g
check rename xl rename g h
says renamed '^h ' $X/xl list h
check rename-back xl rename h g
refuse stats 'not|Nacre' xl sched-credit2 --stats
says livepatch-list 'Nothing to list' xen-livepatch list
says patch-status 'XSA' xl patch-status
check shutdown timeout 120 xl shutdown -w g
until_true 30 sh -c '! xl list g' && pass gone || fail gone "$(xl list)"
check create-again xl create $W/g.cfg
check destroy xl destroy g
until_true 30 sh -c '! xl list g' && pass destroyed || fail destroyed "$(xl list)"

# Domains that others make and end appear and go.
check theirs $X/xl create $W/g.cfg
says theirs-listed '^g ' xl list
check theirs-destroy $X/xl destroy g
until_true 30 sh -c '! xl list g' && pass theirs-gone || fail theirs-gone "$(xl list)"

# Debian's xl on our library: what it does, nacred does.
oxl() { LD_LIBRARY_PATH=/usr/local/lib/nacre/libxl $X/xl "$@"; }
asked() { grep -c "audit: $1 \"g\"" $LOG; }
before=$(asked domain.create)
oxl list 2>&1 | sed "$TIMES" >$W/theirs
xl list 2>&1 | sed "$TIMES" >$W/ours
check library.list cmp $W/ours $W/theirs
check library.create oxl create -e $W/g.cfg
says library.nacred "^$((before + 1))\$" asked domain.create
says library.listed '^g ' $X/xl list
check library.weight oxl sched-credit2 -d g -w 1024
says library.weighs '^g .* 1024 ' $X/xl sched-credit2 -d g
check library.pause oxl pause g
check library.destroy oxl destroy g
until_true 30 sh -c '! xl list g' && pass library.gone || fail library.gone "$(xl list)"

# A guest goes on without nacred.
check create-last xl create $W/g.cfg
kill -9 "$(pidof nacred)"
nacred 2>>$LOG &
until_true 60 xl list g && pass known-again || fail known-again "$(cat $LOG)"
check destroy-last xl destroy g
same list-end list
grep -a '^<[0-3]>' $LOG && fail log "errors in nacred's log" || pass log
