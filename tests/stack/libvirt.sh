#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Debian's unmodified libvirtd with its driver for Xen, on the libxl-compatible library by the
# library path: virsh manages domains, and hears of those that end by themselves or by others.
. "$(dirname "$0")/lib.sh"
OURS=$BUILD/lib/nacre/libxl

# libvirtd keeps its state in fixed places, and takes the machine for a Xen host by a file in
# /dev: all that is in a mount namespace of this script's own.
if [ -z "${NACRE_MOUNTS-}" ]; then
	if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
		echo "SKIP $TEST: only root can mount"
		rm -rf "$WORK"
		trap - EXIT
		exit 0
	fi
	rm -rf "$WORK"
	exec unshare --mount env NACRE_MOUNTS=1 bash "$0" "$@"
fi
PLACE=$WORK/place
places() {
	local d
	mkdir -p "$PLACE"/{run,lib,cache,log,etc,dev} &&
		mount -t tmpfs none "$PLACE/dev" && mkdir -p "$PLACE"/dev/{pts,shm,xen} || return
	for d in null zero full random urandom tty; do
		: >"$PLACE/dev/$d" && mount --bind "/dev/$d" "$PLACE/dev/$d" || return
	done
	mount --rbind /dev/pts "$PLACE/dev/pts" && ln -s pts/ptmx "$PLACE/dev/ptmx" && : >"$PLACE/dev/xen/xenstored" &&
		mount --bind "$PLACE/lib" /var/lib && mount --bind "$PLACE/cache" /var/cache &&
		mount --bind "$PLACE/log" /var/log && mount --bind "$PLACE/etc" /etc/libvirt &&
		mount --move "$PLACE/dev" /dev && mount --bind "$PLACE/run" /run
}
places 2>"$WORK/mounts.log" || { fail places "$(cat "$WORK/mounts.log")"; exit 1; }
up -c 2 -m 512

mkdir -p /run/libvirt
cat >"$WORK/libvirtd.conf" <<EOF
auth_unix_rw = "none"
unix_sock_dir = "/run/libvirt"
log_outputs = "2:file:$WORK/libvirtd.log"
EOF
# Only this driver: that for QEMU wants a user, that for networks D-Bus.
mkdir "$WORK/drivers"
ln -s /usr/lib/*/libvirt/connection-driver/libvirt_driver_libxl.so "$WORK/drivers"
daemon=
start_libvirtd() {
	LD_LIBRARY_PATH=$OURS LIBVIRT_DRIVER_DIR=$WORK/drivers nacre exec libvirtd -f "$WORK/libvirtd.conf" >"$WORK/libvirtd.out" 2>&1 &
	daemon=$!
	until_true 60 virsh -q -c xen:///system version
}
stopped() { ! kill -0 "$daemon"; }
stop_libvirtd() { kill "$daemon" && until_true 60 stopped; }
driver_log() { cat /var/log/libvirt/libxl/libxl-driver.log "$WORK/libvirtd.log" 2>/dev/null; }
v() { timeout 120 virsh -q -c xen:///system "$@"; }
domain() { # NAME GUEST -> the file that describes it
	cat >"$WORK/$1.xml" <<EOF
<domain type='xen'>
  <name>$1</name>
  <memory unit='KiB'>8192</memory>
  <vcpu>2</vcpu>
  <os>
    <type arch='x86_64' machine='xenpvh'>xenpvh</type>
    <kernel>$BUILD/guests/$2.elf</kernel>
  </os>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
</domain>
EOF
	echo "$WORK/$1.xml"
}
state_is() { [ "$(v domstate "$1")" = "$2" ]; }

start_libvirtd && pass starts || { fail starts "$(driver_log | tail -n 5)"; exit 1; }
says ours "$OURS/libxenlight" cat "/proc/$(pgrep -n -P $$ -x libvirtd || echo $daemon)/maps"
says version 'Running hypervisor: Xen 4\.17\.0' v version
says capabilities '<os_type>xenpvh</os_type>' v capabilities
says host '^CPU\(s\): +2$' v nodeinfo
says dom0 '^ 0 +Domain-0 +running' v list

check create v create "$(domain web count)"
says listed ' web +running' v list
prints xl.sees.it "$(v domid web)" xl domid web
says console "tty='/dev/pts/[0-9]+'" v dumpxml web
check suspend v suspend web
prints paused --p--- state_of web
prints suspended paused v domstate web
check resume v resume web
says vcpus '^CPU Affinity: +yy' v vcpuinfo web
check pin v vcpupin web 1 1
says pinned ' 1 / all$' xl vcpu-list web
says weight '^weight +: 256' v schedinfo web
xl sched-credit2 -d web -w 512
says weight.by.xl '^weight +: 512' v schedinfo web
check setmem v setmem web 6M
check dump v dump --live web "$WORK/core"
says core 'Core file' readelf -h "$WORK/core"

# libvirtd finds its domains again, with what it had stored beside them.
check stop stop_libvirtd
start_libvirtd && pass again || fail again "$(driver_log | tail -n 5)"
says again.listed " $(xl domid web) +web +running" v list
check destroy v destroy web
refuse destroyed 1 "Can't get domid" xl domid web

# It hears of ends that it did not cause.
check define v define "$(domain short hello)"
check start v start short --paused
check unpause v resume short
until_true 120 state_is short 'shut off' && pass ended || fail ended "$(v list --all)"
check define.other v define "$(domain other count)"
check start.other v start other
check destroy.other xl destroy other
until_true 120 state_is other 'shut off' && pass ended.by.xl || fail ended.by.xl "$(v list --all)"
check undefine v undefine other

# What it is not: a domain of xl's is not libvirt's, and goes on.
check xl.create xl create -q "$(cfg_tiny mine count)"
refuse xl.create.not.its 1 "failed to get domain 'mine'" v dominfo mine
check stop.again stop_libvirtd
says xl.goes.on '^mine ' xl list
prints complaints "" eval "driver_log | grep -E 'libxl: libxl_[a-z]+\.c' | grep -v 'Domain not found'"
check down nacre down
exit $((bad > 0))
