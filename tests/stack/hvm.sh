#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# type="hvm" without firmware: an ELF file as firmware_override= or kernel= is started
# in 32-bit flat mode as a PVH kernel is, whatever environment it makes of that.
. "$(dirname "$0")/lib.sh"

# cfg NAME KEY GUEST: a file that names the guest's ELF with KEY.
cfg() {
	printf 'name = "%s"\ntype = "hvm"\n%s = "%s/guests/%s.elf"\nmemory = 16\nvcpus = 1\n' \
		"$1" "$2" "$BUILD" "$3" >"$WORK/$1.cfg"
	printf 'cmdline = "hvm"\non_poweroff = "destroy"\n' >>"$WORK/$1.cfg"
	echo "$WORK/$1.cfg"
}

gone() { ! xl domid "$1" 2>/dev/null; }

runs() { # NAME KEY GUEST
	xl create "$(cfg "$1" "$2" "$3")" || return 1
	wait_line "$(console_log "$1")" '^PASS ' 60 || return 1
	until_true 60 gone "$1"
}

up --cpus 1
for env in long64 flat32 pse32 pae32; do
	check "firmware.$env" runs "fw-$env" firmware_override "hello.$env"
	check "kernel.$env" runs "k-$env" kernel "modes.$env"
done
refuse nothing 1 'firmware_override=|kernel=' xl create -q /dev/null 'name="none"' 'type="hvm"'
exit $((bad > 0))
