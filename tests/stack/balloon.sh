#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Two neighbours give memory back and take it again, each under the load of its second
# vCPU; superpages are split and made whole, and nothing is lost.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"

DEB=$BUILD/debian-xen
dxl() {
	LD_LIBRARY_PATH=$DEB/usr/lib/x86_64-linux-gnu:$DEB/usr/lib/xen-4.17/lib/x86_64-linux-gnu \
		nacre exec "$DEB/usr/lib/xen-4.17/bin/xl" "$@"
}

boot() {
	nacre exec "$BUILD/test/guest_boot" -q -V -m 16 -v 2 -t 400 -k "$BUILD/guests/balloon.elf" \
		</dev/null
}
counter() { grep -ao "$1: *[0-9]*" "$RUN/hypervisor.log" | tail -n 1 | grep -o '[0-9]*$'; }

up --cpus 2
unpack_package "$DEB" xen-utils-4.17 "$WORK/debian.log" && unpack_package "$DEB" libxenmisc4.17 \
	"$WORK/debian.log" || fail packages
free=$(free_memory)

# Alone, a guest finds the frames it gave away.
boot >"$WORK/alone" 2>&1 && pass alone || fail alone "$(tail -n 2 "$WORK/alone")"
check debug-key dxl debug-keys p
wait_line "$RUN/hypervisor.log" 'p2m\.heal' 30 || fail counters "$(tail -n 5 "$RUN/hypervisor.log")"
split=$(counter p2m.split) heal=$(counter p2m.heal)
[ "${split:-0}" -gt 0 ] && [ "${heal:-0}" -gt 0 ] && pass superpages || fail superpages
echo "superpages split $split times, made whole $heal times"

boot >"$WORK/first" 2>&1 &
other=$!
boot >"$WORK/second" 2>&1 && pass second || fail second "$(tail -n 2 "$WORK/second")"
wait "$other" && pass first || fail first "$(tail -n 2 "$WORK/first")"
[ "$(free_memory)" = "$free" ] && pass all-back || fail all-back "$free -> $(free_memory)"
exit $((bad > 0))
