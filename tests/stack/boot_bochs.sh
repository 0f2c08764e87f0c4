#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The image by GRUB and multiboot2 in Bochs, whose "ryzen" has the parts of SVM
# that QEMU's emulation lacks (next RIP, flush by ASID), and no emulator's TSC.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/bochs.sh"
trap '[ -z "${bochs-}" ] || kill "$bochs" 2>/dev/null; rm -rf "$WORK"' EXIT

missing=$(bochs_missing)
[ -z "$missing" ] || { echo "SKIP $TEST: $missing"; exit 0; }
why=$(echo 'multiboot2 /boot/nacre.elf noreboot selftest=guest' | bochs_iso "$WORK/boot.iso" "$WORK/iso") ||
	{ echo "ERROR $TEST: $why"; exit 1; }
bochs_start "$WORK/boot.iso" "$WORK/log"
if wait_line "$WORK/log" "Nacre ready: 1 CPUs, [0-9]+ MiB free" 180; then
	pass ready
else
	fail ready "no ready line: $(tail -n 5 "$WORK/log" | tr '\n' ' ')"
fi
check next-rip grep -aq "SVM: .*next-RIP" "$WORK/log"
# CPUID, RDMSR, VMMCALL, OUT and HLT of a guest, each with the length told by the CPU.
if wait_line "$WORK/log" "\(d1\) PASS selftest guest" 60; then
	pass guest
else
	fail guest "$(tail -n 5 "$WORK/log" | tr '\n' ' ')"
fi
exit $((bad > 0))
