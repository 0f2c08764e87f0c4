#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Virtual CPUs: pinned while they run, by every form of a set; unplugged and plugged in by
# a Linux guest; what of it a reboot keeps.  Our xl and Debian's see the same.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/debian_xen.sh"

dxl() { debian xl "$@"; }
# affinity GUEST VCPU: "hard / soft"
affinity() { xl vcpu-list "$1" | awk -v n="$2" 'NR > 1 && $3 == n { print $7, $8, $9 }'; }
field() { xl vcpu-list "$1" | awk -v n="$2" -v f="$3" 'NR > 1 && $3 == n { print $f }'; }
is() { [ "$2" = "$3" ] && pass "$1" || fail "$1" "'$2' instead of '$3'"; }
on_cpu() { [[ $(field "$1" 0 4) =~ ^[$2]$ ]]; }
# Debian's xl prints the same, apart from times and where it happens to run.
same() {
	[ -z "$DEB_MISSING" ] || return 0
	is "$1.debian" "$(dxl vcpu-list | awk '{ print $1, $2, $3, $7, $8, $9 }')" \
		"$(xl vcpu-list | awk '{ print $1, $2, $3, $7, $8, $9 }')"
}
# It fails with these words on stderr, and changes nothing.
unchanged() { # NAME STATUS WORDS COMMAND...
	local before
	before=$(xl vcpu-list | awk '{ print $1, $7, $8, $9 }')
	refuse "$@"
	is "$1.unchanged" "$(xl vcpu-list | awk '{ print $1, $7, $8, $9 }')" "$before"
}

DEB_MISSING=
debian_xen || { fail packages "$(tail -n 1 "$WORK/debian.log")"; exit 1; }
in_place true 2>/dev/null || { echo "SKIP $TEST.debian: no mount namespace for the programs' own directories"; DEB_MISSING=1; }
up -c 4 -m 512
events '["vcpu.changed"]' >"$WORK/events" &
events_pid=$!
check events wait_line "$WORK/events" '"id":1' 30

# --- at the start: all forms of cpus= and cpus_soft= -------------------------------------------
form() { # NAME EXPECTED LINE...
	local name=$1 want=$2
	shift 2
	check "cfg.$name" xl create -qp "$(cfg_tiny form spin 'maxvcpus = 3' "$@")"
	is "cfg.$name.is" "$(for i in 0 1 2; do affinity form $i; done | paste -sd,)" "$want"
	xl destroy form
}
a3() { echo "$1 / $2,$1 / $2,$1 / $2"; }
form all "$(a3 all all)" 'cpus = "all"'
form range "$(a3 1-2 all)" 'cpus = "1-2"'
form list "$(a3 0,2-3 all)" 'cpus = "0, 2-3"'
form not "$(a3 0,2 all)" 'cpus = "0-2,^1"'
form all.not "$(a3 0,2-3 all)" 'cpus = "all,^1"'
form node "$(a3 all all)" 'cpus = "node:0"'
form node.not "$(a3 0,2-3 all)" 'cpus = "nodes:0,^1"'
form beyond "$(a3 all all)" 'cpus = "0-9"'
form number "$(a3 1 all)" 'cpus = 1'
form each '1 / all,0 / all,2-3 / all' 'cpus = ["1", "0", "2-3"]'
form each.short '1 / all,all / all,all / all' 'cpus = ["1"]'
form each.long '1 / all,0 / all,1 / all' 'cpus = [1, 0, 1, 0, 1]'
form none "$(a3 all all)" 'cpus = []'
form soft "$(a3 all 3)" 'cpus_soft = "3"'
form both '0-1 / 0,0-1 / 1,0-1 / all' 'cpus = "0-1"' 'cpus_soft = ["0", "1"]'
refuse cfg.empty 1 '^vcpu hard affinity map is empty$' xl create -q "$(cfg_tiny form spin 'cpus = "9"')"
refuse cfg.range 1 '^Invalid pcpu range: x\.$' xl create -q "$(cfg_tiny form spin 'cpus = "x"')"

# --- pins of a vCPU that never stops ---------------------------------------------------------------
check create xl create -q "$(cfg_tiny busy spin)"
for cpu in 0 1 2 3 2 1; do
	check pin.$cpu xl vcpu-pin busy 0 $cpu
	# As soon as the other CPU has let go of it, and then nowhere else.
	until_true 60 on_cpu busy $cpu && pass pin.$cpu.at.once || fail pin.$cpu.at.once "$(xl vcpu-list busy)"
	is pin.$cpu.stays "$(for i in 1 2 3 4 5; do field busy 0 4; done | sort -u)" $cpu
done
is pinned "$(affinity busy 0)" '1 / all'
same pinned
check event wait_line "$WORK/events" '"vcpu.changed".*"path":"vcpus.0.hard","from":"all","to":\[0\]' 60
check pin.soft xl vcpu-pin busy 0 all 2
until_true 60 on_cpu busy 2 && pass pin.soft.is.followed || fail pin.soft.is.followed "$(xl vcpu-list busy)"
check pin.hard.only xl vcpu-pin busy all 0-1 -
is pin.kept.soft "$(affinity busy 0)" '0-1 / 2'
refuse pin.warns 0 'All cpus in soft affinity of vcpu 0 are unreachable' xl vcpu-pin busy 0 - 3
is pin.warned "$(affinity busy 0)" '0-1 / 3'
check pin.force xl vcpu-pin -f busy 0 2-3 all
is pin.forced "$(affinity busy 0)" '2-3 / all'
same forced
is pin.dry "$(xl -N vcpu-pin busy 0 0-1 3)" 'cpumap: 0-1 3'
is pin.dry.unchanged "$(affinity busy 0)" '2-3 / all'
unchanged pin.empty 1 '^vcpu hard affinity map is empty$' xl vcpu-pin busy 0 9
unchanged pin.no.vcpu 1 "^Could not set affinity for vcpu .7'\.$" xl vcpu-pin busy 7 0
unchanged pin.bad.vcpu 1 '^Error: Invalid argument 0x as VCPU\.$' xl vcpu-pin busy 0x 0
unchanged pin.nothing 1 "^Could not set affinity for vcpu .0'\.$" xl vcpu-pin busy 0 - -
unchanged pin.nobody 1 '^nobody is an invalid domain identifier \(rc=-6\)$' xl vcpu-pin nobody 0 0
unchanged pin.99 1 '^Could not get domain info$' xl vcpu-pin 99 0 0
if [ -z "$DEB_MISSING" ]; then
	check debian.pin dxl vcpu-pin busy 0 1 1
	is debian.pinned "$(affinity busy 0)" '1 / 1'
fi
# By the socket: only what one has seen.
seen=$(call vcpu.affinity.get '{"domain":"busy"}' | sed -n 's/.*"revision":"\([0-9a-f]*\)".*/\1/p')
check rpc.dry grep -q '"path":"vcpus.0.hard",.*"to":\[3\]' <(call vcpu.affinity.set "{\"domain\":\"busy\",\"hard\":[3],\"dry_run\":true,\"if_revision\":\"$seen\"}")
[ "$(affinity busy 0 | cut -c1)" != 3 ] && pass rpc.dry.unchanged || fail rpc.dry.unchanged "$(affinity busy 0)"
check rpc.set grep -q '"changes":\[{' <(call vcpu.affinity.set "{\"domain\":\"busy\",\"hard\":[3],\"if_revision\":\"$seen\"}")
check rpc.late grep -q 'revision.mismatch' <(call vcpu.affinity.set "{\"domain\":\"busy\",\"hard\":[0],\"if_revision\":\"$seen\"}")
until_true 60 on_cpu busy 3 && pass rpc.set.is || fail rpc.set.is "$(xl vcpu-list busy)"
kill -9 "$(nacred_pid)"
until_true 60 xl list || fail killed "nacred does not come back"
is killed.kept "$(affinity busy 0 | cut -d' ' -f1)" 3
check rpc.same.revision grep -q 'revision.mismatch' <(call vcpu.affinity.set "{\"domain\":\"busy\",\"hard\":[0],\"if_revision\":\"$seen\"}")
check destroy xl destroy busy
kill $events_pid 2>/dev/null

# --- hot-plug by Linux, and a reboot -------------------------------------------------------------------
nacre down
up -c 2 -m 512
linux_up() { wait_line "$(console_log lin)" '^hello from Linux' 900; }
online() { [ "$(xl list lin | awk 'NR == 2 { print $4 }')" = "$1" ]; }
type_in() { printf '%s\r' "$1" >&"${CONSOLE[1]}"; }
check linux.create xl create -q "$(cfg_linux lin 'vcpus = 2')"
first=$(xl domid lin)
linux_up && pass linux.hello || { fail linux.hello "$(tail -n 5 "$(console_log lin)")"; exit 1; }
coproc CONSOLE { xl console lin 2>&1; }
online 2 && pass linux.two || fail linux.two "$(xl vcpu-list)"
check linux.set xl vcpu-set lin 1
until_true 300 online 1 && pass linux.unplugged || fail linux.unplugged "$(xl vcpu-list)"
is linux.offline "$(field lin 1 4) $(field lin 1 5)" '- --p'
same linux
check linux.set.two xl vcpu-set lin 2
# Linux only marks it as present then; the rest is the work of its user space.
type_in 'echo 1 >/sys/devices/system/cpu/cpu1/online'
until_true 300 online 2 && pass linux.plugged || fail linux.plugged "$(xl vcpu-list)"
refuse linux.too.many 1 '^You are overcommmitting! You have 2 physical CPUs and want 3 vCPUs!' xl vcpu-set lin 3
refuse linux.max 1 'Requested 3 VCPUs, however maxcpus is 2!' xl vcpu-set -i lin 3
refuse linux.max.rc 1 "^libxl_set_vcpuonline failed domid=$first max_vcpus=3, rc: -3$" xl vcpu-set -i lin 3
refuse linux.zero 1 'Requested 0 VCPUs!' xl vcpu-set lin 0
refuse linux.word 1 '^Error: Invalid argument\.$' xl vcpu-set lin two
refuse linux.nobody 1 '^Domain 99 does not exist\.$' xl vcpu-set -i 99 1
online 2 && pass linux.still.two || fail linux.still.two "$(xl vcpu-list)"
check linux.cpu xl cpupool-cpu-remove Pool-0 1
check linux.pool xl cpupool-create 'name="p1"' 'cpus="1"'
check linux.migrate xl cpupool-migrate lin p1
check linux.pin.there xl vcpu-pin lin 0 1
# What libxl's retrieval of a configuration keeps: how many vCPUs; not the pool, not the pins.
check linux.set.one xl vcpu-set lin 1
until_true 300 online 1 && pass linux.one || fail linux.one "$(xl vcpu-list)"
grep -q '"avail_vcpus":\[0\],' <(xl list -l lin | tr -d ' \n') && pass linux.config || fail linux.config "$(xl list -l lin)"
: >"$(console_log lin)"
check linux.reboot xl reboot lin
again() { [ "$(xl domid lin)" -gt "$first" ] && [ "$(xl list lin | awk 'NR == 2 { print $5 }' | cut -c3-)" = ---- ]; }
until_true 300 again && pass linux.again || fail linux.again "$(xl list)"
is linux.again.pool "$(xl list -c lin | awk 'NR == 2 { print $NF }')" Pool-0
is linux.again.pins "$(for i in 0 1; do affinity lin $i; done | sort -u)" 'all / all'
is linux.again.wanted "$(call domain.vcpus '{"domain":"lin"}' | grep -o '"wanted":[a-z]*' | xargs)" 'wanted:true wanted:false'
linux_up && pass linux.rebooted || fail linux.rebooted "$(tail -n 5 "$(console_log lin)")"
until_true 300 online 1 && pass linux.again.one || fail linux.again.one "$(xl vcpu-list)"
[ -z "${CONSOLE_PID-}" ] || kill "$CONSOLE_PID" 2>/dev/null
check linux.destroy xl destroy lin
check linux.nothing.left xl cpupool-destroy p1
exit $((bad > 0))
