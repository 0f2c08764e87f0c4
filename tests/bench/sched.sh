#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What scheduling costs on the real image, in instructions (tests/guests/bench):
#
#   sched.sh BUILD          2 and 1,024 runnable vCPUs on one CPU, wake-ups
#   sched.sh BUILD --all    1, 2, 16, 128 and 1,024 of them
#   sched.sh BUILD --xen    the same guest as domain 0 of Debian's Xen 4.17: 1, 2, 16
#
# One virtual nanosecond is one instruction (-icount shift=0,sleep=off), so what is
# measured is the length of a path, and repeats; it is no time on silicon.
. "$(dirname "$0")/../stack/lib.sh"
. "$TOP/tests/lib/packages.sh"
mode=${2-}
QEMU=$(command -v qemu-system-x86_64) || { echo "SKIP $TEST: no qemu-system-x86_64"; exit 0; }
ICOUNT=(-accel tcg,thread=single -icount shift=0,sleep=off)
GUEST=$BUILD/guests/bench.elf

# nacre-host's machine, with that clock.
mkdir "$WORK/bin"
cat >"$WORK/bin/qemu-system-x86_64" <<END
#!/bin/bash
for a; do
	shift
	[ "\$a" = tcg,thread=multi ] && a=tcg,thread=single
	set -- "\$@" "\$a"
done
exec "$QEMU" "\$@" -icount shift=0,sleep=off
END
chmod +x "$WORK/bin/qemu-system-x86_64"

boot() { # VCPUS CMDLINE
	nacre exec "$BUILD/test/guest_boot" -q -V -m 16 -t 1200 -v "$1" -k "$GUEST" -c "$2"
}
figure() { sed -n "s/^$2 \([0-9]*\)\$/\1/p" <<<"$1"; }
row() { printf '%-34s %10s %10s\n' "$@"; }

# The figures of a guest with N vCPUs runnable on one CPU: $null $alone $turn
runnable() { # N
	local n=$1 peers=0 out i
	if [ "$n" -gt 128 ]; then
		peers=$((n / 128 - 1))
		n=128
	fi
	PATH=$WORK/bin:$PATH up --cpus 1 -m 1024
	for ((i = 1; i <= peers; i++)); do
		boot $n "vcpus=$n leader=$((peers + 1))" >"$WORK/peer$i" 2>&1 &
		wait_line "$WORK/peer$i" '^ready' 600 || fail "peer$i" "$(tail -n 2 "$WORK/peer$i")"
	done
	out=$(boot $n "vcpus=$n peers=$peers" 2>&1) || fail "runnable-$1" "$(tail -n 2 <<<"$out")"
	nacre down >/dev/null 2>&1
	wait
	null=$(figure "$out" null) alone=$(figure "$out" alone) turn=$(figure "$out" turn)
}

# The guest as Xen's domain 0, which may have more vCPUs than there are CPUs.
on_xen() { # VCPUS CMDLINE
	: >"$WORK/xen.log"
	"$QEMU" "${ICOUNT[@]}" -cpu max,+svm -machine q35 -device amd-iommu -m 512 -smp 1 \
		-nodefaults -display none -no-reboot -serial "file:$WORK/xen.log" -kernel "$WORK/xen.elf" \
		-initrd "$GUEST $2" -append "console=com1 dom0=pvh dom0_mem=64M dom0_max_vcpus=$1 noreboot" &
	local qemu=$!
	wait_line "$WORK/xen.log" '(PASS|FAIL|ERROR) bench|Panic|rebooting' 600
	kill $qemu
	wait $qemu 2>/dev/null
	tr -d '\r' <"$WORK/xen.log"
}

if [ "$mode" = --xen ]; then
	unpack_package "$BUILD/debian-xen" xen-hypervisor-4.17-amd64 "$WORK/debian.log" || exit 1
	gzip -dc "$BUILD"/debian-xen/boot/xen-4.17-amd64.gz >"$WORK/xen.elf"
	for n in 1 2 16; do
		out=$(on_xen $n "vcpus=$n")
		row "Xen 4.17, $n runnable: null" "$(figure "$out" null)" ""
		row "  pass, alone" "$(figure "$out" alone)" ""
		row "  pass and switch" "$(figure "$out" turn)" ""
	done
	out=$(on_xen 3 wake=1)
	row "Xen 4.17, wake to run" "$(figure "$out" wake)" ""
	row "  preempting" "$(figure "$out" preempt)" ""
	exit 0
fi

row "instructions on one CPU" "pass" "pass+switch"
several=2
[ "$mode" != --all ] || several="2 16 128"
for n in $several 1024; do
	runnable $n
	row "$n runnable vCPUs" "$alone" "$turn"
	[ $n != 2 ] || { first=$turn; pass=$alone; }
done
last=$turn
up_out=$(PATH=$WORK/bin:$PATH up --cpus 1 -m 1024 && boot 3 wake=1) || fail wake "$up_out"
row "context switch" "" "$((first - pass))"
row "send and halt, until the other runs" "" "$(figure "$up_out" wake)"
row "timer of a sleeper, until it runs" "" "$(figure "$up_out" preempt)"
if [ "${pass:-999}" -le 230 ]; then
	pass pass
else
	fail pass "a pass costs ${pass:-?} instructions, the budget is 230"
fi
if [ $((${last:-9999} * 2)) -le $((${first:-0} * 3)) ]; then
	pass scale
else
	fail scale "${last:-?} with 1,024 runnable vCPUs, ${first:-?} with 2"
fi
exit $((bad > 0))
