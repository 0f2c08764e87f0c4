#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The image under QEMU by its PVH entry: sizes of machines, options, and what it
# reports when the hypervisor itself faults.
. "$(dirname "$0")/lib.sh"
IMAGE=$BUILD/lib/nacre/nacre.elf
READY_SECONDS=90
qemu=

stop_qemu() {
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null
	[ -z "$qemu" ] || wait "$qemu" 2>/dev/null
	qemu=
}
trap 'stop_qemu; rm -rf "$WORK"' EXIT

command -v qemu-system-x86_64 >/dev/null || { echo "SKIP $TEST: no qemu-system-x86_64"; exit 0; }
[ -e "$IMAGE" ] || { echo "ERROR $TEST: $IMAGE is not built"; exit 1; }

# start_qemu NAME ARGUMENT...: log in $WORK/NAME.log, serial port in NAME.com1.
start_qemu() {
	local name=$1
	shift
	: >"$WORK/$name.log"
	qemu-system-x86_64 -accel tcg,thread=multi -cpu max -machine pc -nodefaults -display none \
		-no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-debugcon "file:$WORK/$name.log" -serial "file:$WORK/$name.com1" \
		-kernel "$IMAGE" "$@" >"$WORK/$name.err" 2>&1 &
	qemu=$!
}

# log_has NAME PATTERN: wait for a line; over when QEMU is.
log_has() {
	timeout $READY_SECONDS tail --pid="$qemu" -n +1 -F "$WORK/$1.log" 2>/dev/null |
		grep -qam1 -E -- "$2"
}

last_words() { tail -n 4 "$WORK/$1.log" "$WORK/$1.err" | tr '\n' ' '; }

# boots NAME CPUS LOW HIGH ARGUMENT...: ready with CPUS, LOW..HIGH MiB free.
boots() {
	local name=$1 cpus=$2 low=$3 high=$4 free
	shift 4
	start_qemu "$name" "$@"
	if ! log_has "$name" "^\(XEN\) Nacre ready: $cpus CPUs, [0-9]+ MiB free"; then
		fail "$name" "not ready with $cpus CPUs: $(last_words "$name")"
	else
		free=$(sed -n 's/.*Nacre ready: .* CPUs, \([0-9]*\) MiB free.*/\1/p' "$WORK/$name.log")
		if [ "$free" -ge "$low" ] && [ "$free" -le "$high" ]; then
			pass "$name"
		else
			fail "$name" "$free MiB free, expected $low to $high"
		fi
	fi
	stop_qemu
}

boots ram-64m 1 56 64 -m 64
boots ram-1g 1 1000 1024 -m 1024
boots ram-5g 2 5000 5120 -m 5120 -smp 2
if qemu-system-x86_64 -machine none -object help 2>/dev/null | grep -q memory-backend-ram; then
	# Not reserved: the host only pays for what is touched.
	boots ram-64g 1 65000 65536 -m 64G -machine memory-backend=ram \
		-object memory-backend-ram,id=ram,size=64G,reserve=off
fi
boots cpus-2 2 900 1024 -m 1024 -smp 2
boots cpus-4 4 900 1024 -m 1024 -smp 4
boots cpus-64 64 900 1024 -m 1024 -smp 64
boots q35 2 900 1024 -machine q35 -m 1024 -smp 2
boots option-maxcpus 2 900 1024 -m 1024 -smp 4 -append maxcpus=2
boots option-mem 1 200 256 -m 1024 -append mem=256M

# With the deterministic clock one instruction is one nanosecond: 1000 MHz exactly.
: >"$WORK/clock.log"
qemu-system-x86_64 -accel tcg -icount shift=0,sleep=off -cpu max -machine pc -nodefaults -m 64 \
	-display none -no-reboot -debugcon "file:$WORK/clock.log" -kernel "$IMAGE" >"$WORK/clock.err" 2>&1 &
qemu=$!
if log_has clock "Time: TSC (999\.9|1000\.0).. MHz \(measured\)"; then
	pass clock-rate
else
	fail clock-rate "$(grep -a Time: "$WORK/clock.log"; cat "$WORK/clock.err")"
fi
stop_qemu

# Options are told apart; COM1 alone gets the log when it is asked for alone.
start_qemu options -m 64 -append "console=com1 nonsense=1 maxcpus=many no-noreboot"
if timeout $READY_SECONDS tail --pid="$qemu" -n +1 -F "$WORK/options.com1" 2>/dev/null |
	grep -qam1 "Nacre ready"; then
	check option-unknown grep -aq 'unknown option "nonsense"' "$WORK/options.com1"
	check option-bad-value grep -aq 'bad value for "maxcpus": "many"' "$WORK/options.com1"
	if grep -aq "Nacre ready" "$WORK/options.log"; then
		fail option-console "console=com1 still writes to the debug port"
	else
		pass option-console
	fi
else
	fail options "no ready line on COM1: $(tail -n 3 "$WORK/options.com1" "$WORK/options.err")"
fi
stop_qemu

# faults TEST PATTERN...: a full report, with names, then the end (exit status 35).
faults() {
	local name=$1 pattern status missing=
	shift
	start_qemu "$name" -m 64 -smp 2 -append "noreboot selftest=$name"
	timeout $READY_SECONDS tail --pid="$qemu" -f /dev/null 2>/dev/null
	kill "$qemu" 2>/dev/null
	wait "$qemu"
	status=$?
	qemu=
	for pattern in "Panic on CPU 0:" "$@" "selftest_run\+0x" "start_rest\+0x"; do
		grep -qaE -- "$pattern" "$WORK/$name.log" || missing=$pattern
	done
	if [ $status != 35 ]; then
		fail "fault-$name" "QEMU ended with $status, not 35: $(last_words "$name")"
	elif [ -n "$missing" ]; then
		fail "fault-$name" "no '$missing' in the report"
	else
		pass "fault-$name"
	fi
}
faults stack-overflow "double fault" "guard page: stack overflow" "recurse\+0x" "rip|RIP: 0008:"
faults write-text "page fault" "Write of ffffffff80200000 \(not allowed\)" "selftest_write_text\+0x"
faults write-text-alias "page fault" "Write of ffff8000002.* \(not allowed\)"
faults execute-data "page fault" "Execution of .* \(not allowed\)" "selftest_execute_data\+0x"
faults null "page fault" "Read of 0000000000000008 \(not mapped\)" "cr2: 0000000000000008"
faults undefined "invalid opcode" "selftest_undefined\+0x"
faults panic "selftest=panic" "panic\+0x" "selftest_panic\+0x"

# A guest without any toolstack, on a machine of one processor.
start_qemu guest -m 256 -smp 1 -append "noreboot selftest=guest"
if wait_line "$WORK/guest.log" "\(d1\) PASS selftest guest" $READY_SECONDS; then
	pass guest
else
	fail guest "$(last_words guest)"
fi
stop_qemu

# The image: its size, and no segment both writable and executable.
size=$(objcopy --strip-all "$IMAGE" "$WORK/stripped" && stat -c %s "$WORK/stripped")
if [ "${size:-999999}" -le 262144 ]; then
	pass image-size
else
	fail image-size "$size bytes stripped, the budget is 262144"
fi
if readelf -lW "$IMAGE" | grep -E '^ +LOAD' | grep -q 'RWE'; then
	fail image-rights "a segment is writable and executable"
else
	pass image-rights
fi
check image-build-id sh -c "readelf -n '$IMAGE' | grep -q 'Build ID: [0-9a-f]\{40\}'"
exit $((bad > 0))
