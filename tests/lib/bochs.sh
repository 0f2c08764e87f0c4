# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Booting the image from a GRUB ISO in Bochs: sourced, after tests/stack/lib.sh.

# What is missing, or nothing.
bochs_missing() {
	local tool file
	for tool in bochs grub-mkrescue xorriso mformat; do
		command -v $tool >/dev/null || { echo "no $tool"; return; }
	done
	for file in /usr/lib/grub/i386-pc /usr/share/bochs/BIOS-bochs-latest /usr/share/vgabios/vgabios.bin; do
		[ -e $file ] || { echo "no $file"; return; }
	done
}

# ISO with the image and what else lies in DIRECTORY/boot; grub.cfg's lines on stdin.
bochs_iso() { # ISO DIRECTORY
	mkdir -p "$2/boot/grub"
	strip -o "$2/boot/nacre.elf" "$BUILD/lib/nacre/nacre.elf" || return
	{ echo 'set timeout=0'; cat; echo boot; } >"$2/boot/grub/grub.cfg"
	grub-mkrescue -d /usr/lib/grub/i386-pc -o "$1" "$2" --locales= --fonts= --themes= \
		--install-modules="multiboot2 normal iso9660 biosdisk" >"$2.log" 2>&1 ||
		{ echo "grub-mkrescue: $(tail -n 1 "$2.log")"; return 1; }
}

# Run an ISO in the background; its pid in $bochs, what the image writes in LOG.
# One emulated second is 100 million instructions.
bochs_start() { # ISO LOG
	cat >"$2.rc" <<-END
	megs: 1024
	romimage: file=/usr/share/bochs/BIOS-bochs-latest
	vgaromimage: file=/usr/share/vgabios/vgabios.bin
	cpu: model=ryzen, count=1, ips=100000000, reset_on_triple_fault=0
	ata0-master: type=cdrom, path=$1, status=inserted
	boot: cdrom
	display_library: rfb, options="timeout=0"
	port_e9_hack: enabled=1
	log: $2.bochs
	panic: action=fatal
	sound: driver=dummy
	speaker: enabled=0
	END
	echo c >"$2.commands"
	: >"$2"
	bochs -q -f "$2.rc" -rc "$2.commands" >"$2" 2>&1 </dev/null &
	bochs=$!
}
