#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The image by GRUB and multiboot2 in Bochs, whose "ryzen" has the parts of SVM
# that QEMU's emulation lacks (next RIP, flush by ASID), and no emulator's TSC.
. "$(dirname "$0")/lib.sh"
IMAGE=$BUILD/lib/nacre/nacre.elf
trap '[ -z "${bochs-}" ] || kill "$bochs" 2>/dev/null; rm -rf "$WORK"' EXIT

for tool in bochs grub-mkrescue xorriso mformat; do
	command -v $tool >/dev/null || { echo "SKIP $TEST: no $tool"; exit 0; }
done
for file in /usr/lib/grub/i386-pc /usr/share/bochs/BIOS-bochs-latest /usr/share/vgabios/vgabios.bin; do
	[ -e $file ] || { echo "SKIP $TEST: no $file"; exit 0; }
done
[ -e "$IMAGE" ] || { echo "ERROR $TEST: $IMAGE is not built"; exit 1; }

mkdir -p "$WORK/iso/boot/grub"
cp "$IMAGE" "$WORK/iso/boot/nacre.elf"
strip "$WORK/iso/boot/nacre.elf"
printf 'set timeout=0\nmultiboot2 /boot/nacre.elf noreboot selftest=guest\nboot\n' >"$WORK/iso/boot/grub/grub.cfg"
if ! grub-mkrescue -d /usr/lib/grub/i386-pc -o "$WORK/boot.iso" "$WORK/iso" --locales= --fonts= --themes= \
	--install-modules="multiboot2 normal iso9660 biosdisk" >"$WORK/mkrescue" 2>&1; then
	echo "ERROR $TEST: grub-mkrescue: $(tail -n 1 "$WORK/mkrescue")"
	exit 1
fi
cat >"$WORK/bochsrc" <<END
megs: 1024
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
cpu: model=ryzen, count=1, ips=100000000, reset_on_triple_fault=0
ata0-master: type=cdrom, path=$WORK/boot.iso, status=inserted
boot: cdrom
display_library: rfb, options="timeout=0"
port_e9_hack: enabled=1
log: $WORK/bochs.log
panic: action=fatal
sound: driver=dummy
speaker: enabled=0
END
echo c >"$WORK/commands"

: >"$WORK/log"
bochs -q -f "$WORK/bochsrc" -rc "$WORK/commands" >"$WORK/log" 2>&1 </dev/null &
bochs=$!
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
