#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# A hosted instance on the real image: Debian's own, unmodified Xen programs run
# on it, it survives the death of its parts, and down leaves nothing behind.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/debian_xen.sh"

# --- the libraries are Debian's by their names and symbol versions ----------------
symbols() { objdump -T "$1" | awk '/\.text/ { print $(NF-1), $NF }' | sort; }
for lib in xencall xenevtchn xenforeignmemory xengnttab xendevicemodel; do
	ours=$BUILD/lib/nacre/hosted/lib$lib.so.1
	theirs=$(ldconfig -p | awk -v l="lib$lib.so.1" '$1 == l { print $NF; exit }')
	if [ -z "$theirs" ]; then
		echo "SKIP $TEST.symbols.$lib: Debian's is not installed"
		continue
	fi
	check "symbols.$lib" diff <(symbols "$theirs") <(symbols "$ours")
	check "soname.$lib" grep -q "SONAME *lib$lib.so.1\$" <(objdump -p "$ours")
done

# --- up, status, a second up ----------------------------------------------------------
up -c 2 -m 512
check accelerator.told grep -qE '^using (KVM|TCG emulation): .' "$WORK/up.log"
check status nacre status
check status.json jq -e '.running and .ready and .cpus == 2 and .memory_mib == 512' \
	<(nacre status --json)
refuse second.up 1 'already running' nacre up
check status.after.second nacre status
refuse exec.nothing 2 'which program' nacre exec
refuse exec.missing 127 'no-such-program' nacre exec no-such-program
check two.up nacre -i other up -m 64 --no-daemons
check two.status nacre -i other status
check two.down nacre -i other down
check two.gone [ ! -e "$NACRE_RUNTIME_DIR/other" ]

# --- Debian's programs -------------------------------------------------------------------
debian_xen || { fail debian.packages "$(tail -n 1 "$WORK/debian.log")"; exit 1; }
says debian.xl.info '^nr_cpus +: 2$' debian xl info
says debian.xl.info.version '^xen_version +: 4\.17' debian xl info
says debian.xl.info.memory '^total_memory +: (4[89][0-9]|50[0-9]|51[0-2])$' debian xl info
says debian.xl.list '^Domain-0 +0 +[0-9]+ +[0-9]+ +r-----' debian xl list
says debian.xl.dmesg '\(XEN\) Nacre ready: 2 CPUs' debian xl dmesg
says debian.xen-cpuid 'HVM Max +[0-9a-f]{8}:' debian xen-cpuid
says debian.lsevtchn 'Virtual IRQ 3' debian lsevtchn 0
says debian.xenstore-ls '^local = ' debian xenstore-ls
check debian.xenstore-write debian xenstore-write /tool/hosted "by hand"
says debian.xenstore-read '^by hand$' debian xenstore-read /tool/hosted

# --- death of parts ---------------------------------------------------------------------
pid_of() { cut -d' ' -f1 "$RUN/$1.pid"; }
for daemon in nacred xenconsoled xenstored; do
	old=$(pid_of $daemon)
	kill -9 "$old"
	until_true 30 bash -c "p=\$(cut -d' ' -f1 $RUN/$daemon.pid) && [ \"\$p\" != $old ]" &&
		pass restart.$daemon || fail restart.$daemon
done
until_true 30 debian xl list && pass restart.usable || fail restart.usable
qemu=$(pid_of qemu)
kill -9 "$qemu"
until_true 30 bash -c '! nacre status' && pass qemu.killed || fail qemu.killed
check qemu.reason grep -q 'signal 9' <(nacre status)
check qemu.down nacre down
check qemu.nothing [ ! -e "$RUN" ]

up -m 64
host=$(pid_of nacre-host)
qemu=$(pid_of qemu)
kill -9 "$host"
until_true 10 bash -c "! kill -0 $qemu" && pass host.killed || fail host.killed "QEMU lives"
refuse host.status 3 '' nacre status
check host.up.again nacre up -m 64
check host.down nacre down
check nothing.left [ ! -e "$RUN" ]
check no.process [ -z "$(grep -lsaF "NACRE_RUNDIR=$RUN" /proc/[0-9]*/environ)" ]

# --- what cannot work is told --------------------------------------------------------------
refuse bad.memory 2 'bad value' nacre up -m 63
refuse bad.cpus 2 'bad value' nacre up -c 0
refuse bad.name 2 'bad instance name' nacre -i a/b up
refuse no.qemu 1 'not installed \(Debian package qemu-system-x86\)' env PATH="$BUILD/bin" nacre up
refuse no.image 1 'no-image' nacre up --image=/no-image
refuse not.running 1 'not running' nacre exec true
refuse status.down 3 '' nacre status
exit $((bad > 0))
