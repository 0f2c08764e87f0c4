#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Live patches on the real image, by Debian's unmodified xen-livepatch: applied,
# stacked, reverted and refused, again and again while a guest that checks itself
# keeps two CPUs busy.  NACRE_PATCH_CYCLES for more cycles than 50.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/livepatch.sh"
cycles=${NACRE_PATCH_CYCLES:-50}
P=$TOP/tests/stack/livepatch

debian_livepatch_unpack || { fail debian.packages; exit 1; }
scheduler() { xl info xen_scheduler; }
listed() { debian_livepatch list | awk -v n="$1" '$1 == n { print $3 }'; }
same() { # NAME WANTED GOT
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "'$3' instead of '$2'"; fi
}
# The code of the running image, as it lies in the machine's memory at 2 MiB.
text_sum() {
	local size qemu
	size=$(($(readelf -lW "$BUILD/lib/nacre/nacre.elf" | awk '/LOAD/ && /R E/ { print $5 }')))
	qemu=$(cut -d' ' -f1 "$RUN/qemu.pid")
	dd if="/proc/$qemu/fd/7" bs=4096 skip=512 count=$((size / 4096)) status=none | sha1sum
}

check make.sched_id livepatch_make "$P/sched_id.c" "$WORK/a.livepatch"
check make.stacked livepatch_make "$P/stacked.c" "$WORK/b.livepatch" \
	"$(build_id "$WORK/a.livepatch")"
check make.pinned livepatch_make "$P/pinned.c" "$WORK/pinned.livepatch"
up -c 2
before=$(text_sum)
free=$(free_memory)

# --- one, and one on top -----------------------------------------------------------
check upload debian_livepatch upload a "$WORK/a.livepatch"
same upload.state CHECKED "$(listed a)"
check list.metadata grep -q 'advisory=XSA-0' <(debian_livepatch list)
same unapplied credit2 "$(scheduler)"
check apply insist apply a
same apply.state APPLIED "$(listed a)"
same applied credit "$(scheduler)"
check stacked.upload debian_livepatch upload b "$WORK/b.livepatch"
check stacked.apply insist apply b
same stacked.applied rtds "$(scheduler)"
check stacked.data grep -q 'stacked: call 100' <(xl dmesg)
check stacked.hook grep -q 'stacked: after' <(xl dmesg)
refuse revert.not-last 2 'Device or resource busy' debian_livepatch revert a
refuse unload.applied 1 'wrong state' debian_livepatch unload a
check stacked.revert insist revert b
same stacked.reverted credit "$(scheduler)"
check stacked.unload debian_livepatch unload b
check revert insist revert a
same reverted credit2 "$(scheduler)"
check unload debian_livepatch unload a
same text "$before" "$(text_sum)"
same memory "$free" "$(free_memory)"

# --- what is refused, and why ---------------------------------------------------------
says_why() { # NAME PATTERN FILE
	refuse "refused.$1" 1 '' debian_livepatch upload "$1" "$3"
	check "refused.$1.reason" grep -qE "livepatch: $1: $2" <(xl dmesg)
}
says_why pinned 'function sched_loop: runs while patches are applied' "$WORK/pinned.livepatch"
head -c 700 "$WORK/a.livepatch" >"$WORK/short"
says_why short '(bad table of sections|section [0-9]+: lies outside)' "$WORK/short"
cp "$WORK/a.livepatch" "$WORK/foreign"
printf '\xb7' | dd of="$WORK/foreign" bs=1 seek=18 conv=notrunc status=none
says_why foreign 'not relocatable, or for another machine' "$WORK/foreign"
head -c 3000000 /dev/zero >"$WORK/huge"
refuse refused.huge 1 'Invalid argument' debian_livepatch upload huge "$WORK/huge"
check upload.again debian_livepatch upload a "$WORK/a.livepatch"
refuse duplicate.name 1 'File exists' debian_livepatch upload a "$WORK/b.livepatch"
refuse duplicate.id 1 'File exists' debian_livepatch upload c "$WORK/a.livepatch"

# --- under load -------------------------------------------------------------------------
xl create -q "$(cfg_tiny healthy healthy 'vcpus = 2' "extra = \"seconds=$((cycles / 2 + 10))\"" \
	'on_poweroff = "preserve"')" || fail load
log=$(console_log healthy)
wait_line "$log" '^healthy' 120 || fail load "does not start"
for ((i = 0; i < cycles; i++)); do
	insist apply a && [ "$(scheduler)" = credit ] && insist revert a || break
done
same cycles "$cycles" "$i"
same cycles.text "$before" "$(text_sum)"
wait_line "$log" '^(PASS|FAIL) healthy' 600
grep -aq '^PASS healthy' "$log" && pass load.guest || fail load.guest "$(tail -n 3 "$log")"
check destroy xl destroy healthy
exit $((bad > 0))
