# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Live patches for tests, made by hand from one C file: sourced after stack/lib.sh.

# Of the image, whose notes are in one section and this one last, or of a payload.
build_id() {
	objcopy -O binary -j .note -j .note.gnu.build-id "$1" "$WORK/build-id"
	tail -c 20 "$WORK/build-id" | od -An -v -tx1 | tr -d ' \n'
}

# A section with a note that holds a build-id, in assembly.
id_section() { # SECTION HEX
	printf '.section %s,"a",@note\n.long 4, %d, 3\n.asciz "GNU"\n.byte %s\n' "$1" \
		$((${#2} / 2)) "$(sed 's/../0x&,/g; s/,$//' <<<"$2")"
}

# livepatch_make SOURCE OUTPUT [DEPENDS-ON-ID]: against the image of this build.
livepatch_make() {
	local hv dir=$WORK/patch.$$
	hv=$(build_id "$BUILD/lib/nacre/nacre.elf")
	mkdir -p "$dir"
	{
		id_section .livepatch.depends "${3:-$hv}"
		id_section .livepatch.xen_depends "$hv"
		echo '.section .note.GNU-stack,"",@progbits'
	} >"$dir/ids.S"
	gcc -c -O2 -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone \
		-mgeneral-regs-only -fno-stack-protector -fno-asynchronous-unwind-tables \
		-fcf-protection=none -D__XEN_TOOLS__=1 -D__XEN_INTERFACE_VERSION__=0x00041100 \
		-I"$TOP/hypervisor/include" -I"$TOP/tests/stack/livepatch" "$1" -o "$dir/code.o" &&
		gcc -c "$dir/ids.S" -o "$dir/ids.o" &&
		ld -r --build-id=sha1 -o "$2" "$dir/code.o" "$dir/ids.o"
}
