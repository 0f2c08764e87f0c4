#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The libxl-compatible library on a hosted instance: programs built against Debian's
# headers, and Debian's unmodified xl, find our libxenlight.so.4.17 by the library path.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/debian_xen.sh"
OURS=$BUILD/lib/nacre/libxl
export OURS

# A program of tests/stack/libxl, built against Debian's headers and library.
build() { cc -std=gnu11 -Wall -Werror -I/usr/include -o "$WORK/$1" "$TOP/tests/stack/libxl/$1.c" -lxenlight -lxentoollog; }
with_ours() { LD_LIBRARY_PATH=$OURS timeout "${LIBXL_TIMEOUT:-300}" "$@"; }

# Debian's xl, where it looks for its own files.
oxl() {
	in_place env LD_LIBRARY_PATH="$OURS:$DEB/usr/lib/x86_64-linux-gnu" \
		timeout "${LIBXL_TIMEOUT:-300}" "$DEB/usr/lib/xen-4.17/bin/xl" "$@"
}
export -f oxl
gone() { until_true 120 sh -c "! xl domid $1"; }

debian_xen || { fail packages "$(tail -n 1 "$WORK/debian.log")"; exit 1; }
in_place true 2>/dev/null || { echo "SKIP $TEST: no mount namespace for the programs' own directories"; exit 0; }
up -c 2 -m 768
# The first domain leaves the folders in xenstore in which it and all later ones were.
cfg=$(cfg_tiny tiny ticker)
check first xl create "$cfg"
check first.destroy xl destroy tiny
before=$(snapshot)

# --- programs against Debian's headers ------------------------------------------------------
for program in ends loop; do
	check "build.$program" build $program
	ldd_says=$(with_ours ldd "$WORK/$program")
	[[ $ldd_says == *"$BUILD/lib/nacre/libxl/libxenlight.so.4.17"* ]] && pass "$program.finds.ours" ||
		fail "$program.finds.ours" "$ldd_says"
done
prints ends 'ends well' with_ours "$WORK/ends" e1 "$BUILD/guests/hello.elf"
says loop '^loop well$' with_ours "$WORK/loop" l1 "$BUILD/guests/ticker.elf" </dev/null
until_true 60 same_as "$before" && pass programs.nothing.left || fail programs.nothing.left "$before; $(snapshot)"

# --- Debian's xl --------------------------------------------------------------------------------
says xl.list '^Domain-0 +0 +[0-9]+ +[0-9]+ +r-----' oxl list
[ "$(oxl list | head -n 1)" = "$(xl list | head -n 1)" ] && pass xl.list.head || fail xl.list.head "$(oxl list)"
check xl.create oxl create "$cfg"
id=$(xl domid tiny)
says xl.list.tiny "^tiny +$id +8 +1 +[r-][b-]---- +[0-9.]+$" oxl list
check xl.domid [ "$(oxl domid tiny)" = "$id" ]
check xl.domname [ "$(oxl domname "$id")" = tiny ]
check xl.pause oxl pause tiny
[[ $(state_of tiny) == -[b-]p--- ]] && pass xl.paused || fail xl.paused "$(xl list)"
# Our xl and Debian's, on the one library: the same words, the same status.
both() {
	local ours theirs
	ours=$(xl "$@" 2>&1 </dev/null; echo "= $?") theirs=$(oxl "$@" 2>&1 </dev/null; echo "= $?")
	# Whether a paused vCPU also waits changes by itself.
	[ "${ours/-bp---/--p---}" = "${theirs/-bp---/--p---}" ] && return
	fail "both.$1" "xl $*
$(diff <(echo "$theirs") <(echo "$ours"))"
	differ=$((differ + 1))
}
differ=0
for words in 'list tiny' 'list -v tiny' 'list -c tiny' 'list -n tiny' 'list -Z tiny' 'list -l' 'list nosuch' 'list 77' \
	'domid tiny' 'domid nosuch' "domname $id" 'domname 77' 'vm-list' 'info -n' 'info xen_m' 'info virt_caps' dmesg \
	'vcpu-list tiny' 'vcpu-list 77' cpupool-list 'cpupool-list -c' sched-credit2 'sched-credit2 -s' 'pause nosuch' \
	'unpause nosuch' 'destroy 77' 'destroy 0' 'rename 77 x' 'shutdown 77' 'reboot 77' 'uptime 77' \
	'mem-max tiny x' 'network-list tiny' 'block-list tiny' 'sysrq tiny hh' 'console 0' '-vvv domid tiny' nosuch; do
	# shellcheck disable=SC2086
	both $words
done
[ "$differ" = 0 ] && pass both
check xl.unpause oxl unpause tiny
[[ $(state_of tiny) == [r-][b-]---- ]] && pass xl.unpaused || fail xl.unpaused "$(xl list)"
says xl.sched "^tiny +$id +256 +0$" oxl sched-credit2 -d tiny
check xl.sched.set oxl sched-credit2 -d tiny -w 512 -c 50
says xl.sched.was.set "^tiny +$id +512 +50$" xl sched-credit2
check xl.rename oxl rename tiny little
check xl.renamed [ "$(xl domid little)" = "$id" ]
refuse xl.create.twice '[1-9][0-9]*' 'little' oxl create "$(cfg_tiny little ticker)"
refuse xl.create.no.kernel '[1-9][0-9]*' 'no/such' oxl create "$(cfg_tiny bad ticker 'kernel = "/no/such"')"
refuse xl.save '[1-9][0-9]*' 'not supported' oxl save little "$WORK/saved"
check xl.destroy oxl destroy little
refuse xl.destroyed '[1-9][0-9]*' 'invalid domain identifier' oxl destroy little
# Its monitor follows a guest that ends, and does what the configuration says.
check xl.create.hello oxl create "$(cfg_tiny hello hello 'on_poweroff = "destroy"')"
gone hello && pass xl.monitor.destroys || fail xl.monitor.destroys "$(xl list; tail -n 3 "$PLACE"/log/xen/xl-*.log)"
check xl.create.again oxl create "$cfg"
first=$(xl domid tiny)
check xl.reboot oxl reboot tiny
again() { [ "$(xl domid tiny 2>/dev/null)" -gt "$first" ]; }
until_true 120 again && pass xl.monitor.restarts || fail xl.monitor.restarts "$(xl list; tail -n 3 "$PLACE"/log/xen/xl-*.log)"
check xl.shutdown oxl shutdown -w tiny
gone tiny && pass xl.shut.down || fail xl.shut.down "$(xl list; tail -n 3 "$PLACE"/log/xen/xl-*.log)"
# The old domain is preserved for inspection and makes room for its next life.
check xl.create.rename oxl create "$(cfg_tiny odd ticker 'on_poweroff = "rename-restart"')"
first=$(xl domid odd)
check xl.poweroff oxl shutdown odd
odd_again() { [ "$(xl domid odd 2>/dev/null)" -gt "$first" ]; }
until_true 120 odd_again && pass xl.monitor.renames || fail xl.monitor.renames "$(xl list; tail -n 3 "$PLACE"/log/xen/xl-*.log)"
old=$(xl domname "$first")
[[ $old == odd-* ]] && pass xl.preserved || fail xl.preserved "$(xl list)"
check xl.preserved.destroy oxl destroy "$first"
check xl.renamed.destroy oxl destroy odd
until_true 60 same_as "$before" && pass xl.nothing.left || fail xl.nothing.left "$before; $(snapshot)"

# --- nacred comes back ----------------------------------------------------------------------------
check back.create oxl create "$cfg"
kill -9 "$(nacred_pid)"
until_true 60 xl list && pass back.nacred || fail back.nacred
check back.list oxl list tiny
# The monitor of before reconnects and learns of the end that comes now.
check back.destroy oxl destroy tiny
# Of this test: its configurations lie in its own directory.
monitors() { pgrep -af "$DEB/usr/lib/xen-4.17/bin/xl create.*$WORK/"; }
no_monitor() { ! monitors; }
until_true 60 no_monitor && pass back.monitor.ends || fail back.monitor.ends "$(monitors)"

# Another nacred has other descriptors: what counts are memory and nodes.
without_descriptors() { sed 's/descriptors [0-9]* //' <<<"$1"; }
nothing_left() { [ "$(without_descriptors "$(snapshot)")" = "$(without_descriptors "$before")" ]; }
until_true 60 nothing_left && pass nothing.left || fail nothing.left "$before; $(snapshot)"
exit $((bad > 0))
