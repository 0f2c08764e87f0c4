# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Live patches for tests: made by hand from one C file, and applied by Debian's tool.
# Sourced after stack/lib.sh, with tests/lib/packages.sh.

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

# Debian's unmodified xen-livepatch on the hosted hypervisor.
debian_livepatch_unpack() {
	local p
	for p in xen-utils-4.17 libxenmisc4.17 xenstore-utils libxenstore4 libxenhypfs1; do
		unpack_package "$BUILD/debian-xen" $p "$WORK/debian.log" || return 1
	done
}
debian_livepatch() {
	local deb=$BUILD/debian-xen
	LD_LIBRARY_PATH=$deb/usr/lib/x86_64-linux-gnu:$deb/usr/lib/xen-4.17/lib/x86_64-linux-gnu \
		nacre exec "$deb/usr/lib/xen-4.17/bin/xen-livepatch" "$@"
}
# On a busy host an emulated CPU may come too late to the meeting (30 ms are its
# default): nothing has changed then, and one asks again.
insist() { # ACTION NAME
	local out i
	for ((i = 0; i < 100; i++)); do
		out=$(debian_livepatch "$1" "$2" 2>&1) && return 0
		grep -q 'Device or resource busy' <<<"$out" || break
	done
	echo "$out"
	return 1
}
