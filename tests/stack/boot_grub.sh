#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The image by GRUB and multiboot2, from an ISO, in QEMU.
. "$(dirname "$0")/lib.sh"
IMAGE=$BUILD/lib/nacre/nacre.elf
trap '[ -z "${qemu-}" ] || kill "$qemu" 2>/dev/null; rm -rf "$WORK"' EXIT

for tool in qemu-system-x86_64 grub-mkrescue xorriso mformat; do
	command -v $tool >/dev/null || { echo "SKIP $TEST: no $tool"; exit 0; }
done
[ -d /usr/lib/grub/i386-pc ] || { echo "SKIP $TEST: no grub-pc-bin"; exit 0; }
[ -e "$IMAGE" ] || { echo "ERROR $TEST: $IMAGE is not built"; exit 1; }

mkdir -p "$WORK/iso/boot/grub"
cp "$IMAGE" "$WORK/iso/boot/nacre.elf"
cat >"$WORK/iso/boot/grub/grub.cfg" <<END
set timeout=0
multiboot2 /boot/nacre.elf noreboot conring_size=128k
module2 /boot/grub/grub.cfg name of a module
boot
END
if ! grub-mkrescue -d /usr/lib/grub/i386-pc -o "$WORK/boot.iso" "$WORK/iso" --locales= --fonts= --themes= \
	--install-modules="multiboot2 normal iso9660 biosdisk" >"$WORK/mkrescue" 2>&1; then
	echo "ERROR $TEST: grub-mkrescue: $(tail -n 1 "$WORK/mkrescue")"
	exit 1
fi

: >"$WORK/log"
qemu-system-x86_64 -accel tcg,thread=multi -cpu max -machine pc -m 1024 -smp 2 -nodefaults \
	-display none -no-reboot -debugcon "file:$WORK/log" -cdrom "$WORK/boot.iso" >"$WORK/err" 2>&1 &
qemu=$!
if wait_line "$WORK/log" "Nacre ready: 2 CPUs, [0-9]+ MiB free" 120; then
	pass ready
else
	fail ready "no ready line: $(tail -n 3 "$WORK/log" "$WORK/err" | tr '\n' ' ')"
fi
check command-line grep -aq "Boot loader: multiboot2, command line: noreboot conring_size=128k" "$WORK/log"
check no-warning sh -c "! grep -aE 'unknown option|bad value' '$WORK/log'"
exit $((bad > 0))
