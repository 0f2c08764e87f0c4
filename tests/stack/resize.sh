#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# A running Linux gets and loses vCPUs and memory by Debian's own xl: vcpu-set through
# xenstore's cpu/N/availability, mem-set through memory/target and the balloon.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"

DEB=$BUILD/debian-xen
for p in xen-utils-4.17 libxenmisc4.17 xenstore-utils libxenstore4 libxenhypfs1; do
	unpack_package "$DEB" $p "$WORK/debian.log" || { fail packages "$p"; exit 1; }
done
dxl() {
	LD_LIBRARY_PATH=$DEB/usr/lib/x86_64-linux-gnu:$DEB/usr/lib/xen-4.17/lib/x86_64-linux-gnu \
		nacre exec "$DEB/usr/lib/xen-4.17/bin/xl" "$@"
}
online() { [ "$(dxl vcpu-list web | awk 'NR > 1 && $5 !~ /p/' | wc -l)" = "$1" ]; }
memory() { [ "$(dxl list web | awk 'NR == 2 { print $3 }')" = "$1" ]; }
# The guest's own numbers, by its console.
tell() { printf '%s\n' "$1" >&"${CONSOLE[1]}"; }
hears() { timeout 120 grep -qam1 -- "$1" <&"${CONSOLE[0]}"; }

up --cpus 2
cfg=$(cfg_linux web 'maxvcpus = 3' 'maxmem = 192')
sed -i 's/^memory = 128/memory = 192/' "$cfg"
check create dxl create -q "$cfg"
wait_line "$(console_log web)" '^hello from Linux .*: 1 vCPUs' 600 && pass hello ||
	{ fail hello "$(tail -n 3 "$(console_log web)")"; exit 1; }
tty=$(nacre exec xenstore-read "/local/domain/$(xl domid web)/console/tty")
coproc CONSOLE { exec xl console web 2>&1; }

# What is typed before the shell reads is lost.
prompt() { grep -aq '^guest# ' "$(console_log web)"; }
until_true 300 prompt || fail prompt "$(tail -n 3 "$(console_log web)")"
check vcpu-set.3 dxl vcpu-set --ignore-host web 3
tell 'until [ -e /sys/devices/system/cpu/cpu2/online ]; do usleep 100000; done'
tell 'for c in 1 2; do echo 1 >/sys/devices/system/cpu/cpu$c/online; done; echo "it has" $(nproc)'
hears 'it has 3' && pass plugged || fail plugged "tty $tty: $(tail -n 5 "$(console_log web)")"
online 3 && pass plugged.listed || fail plugged.listed "$(dxl vcpu-list web)"
check vcpu-set.1 dxl vcpu-set web 1
until_true 120 online 1 && pass unplugged || fail unplugged "$(dxl vcpu-list web)"
tell 'echo "it has" $(nproc) left'
hears 'it has 1 left' && pass unplugged.seen || fail unplugged.seen

free=$(xl info free_memory)
check mem-set.down dxl mem-set web 128
until_true 180 memory 128 && pass deflated || fail deflated "$(dxl list web)"
[ "$(xl info free_memory)" -ge $((free + 60)) ] && pass memory.back ||
	fail memory.back "$free -> $(xl info free_memory)"
check mem-set.up dxl mem-set web 192
until_true 180 memory 192 && pass inflated || fail inflated "$(dxl list web)"
tell 'dd if=/dev/zero of=/tmp/fill bs=1M count=60 2>/dev/null; echo "filled" $(wc -c </tmp/fill)'
hears 'filled 62914560' && pass memory.used || fail memory.used
kill "$CONSOLE_PID" 2>/dev/null
check destroy dxl destroy web
exit $((bad > 0))
