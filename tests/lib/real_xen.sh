# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Debian's real Xen 4.17 with a Linux domain 0, in QEMU: sourced after packages.sh.  Everything is
# unpacked from Debian's packages and never installed.  Domain 0 lives in an initramfs with
# Debian's xenstored and xenconsoled, and runs one script.  Its guests need tsc_mode="native":
# QEMU does not tell Xen the length of an RDTSCP that is intercepted.

REAL_XEN_PACKAGES="xen-hypervisor-4.17-amd64 xen-utils-4.17 xen-utils-common xenstore-utils libxencall1
libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenhypfs1 libxenmisc4.17 libxenstore4
libxentoolcore1 libxentoollog1"

# The packages below DIR/root, and DIR/xen, DIR/kernel, DIR/modules.
real_xen_prepare() { # DIR LOGFILE
	local dir=$1 log=$2 p kernel
	mkdir -p "$dir"
	kernel=$(apt-cache depends linux-image-amd64 |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
	[ -n "$kernel" ] || { echo "error: no linux-image-amd64 in the package lists" >&2; return 1; }
	for p in $kernel $REAL_XEN_PACKAGES; do unpack_package "$dir/root" "$p" "$log" || return; done
	gzip -dc "$dir"/root/boot/xen-4.17-amd64.gz >"$dir/xen" || return
	ln -sf "$dir"/root/boot/vmlinuz-* "$dir/kernel"
	ln -sfn "$dir"/root/lib/modules/*/kernel "$dir/modules"
}

# The shared libraries that PROGRAMs want, into DIR: Debian's Xen libraries from ROOT.
real_xen_libraries() { # ROOT DIR PROGRAM...
	local root=$1 dir=$2 lib=usr/lib/x86_64-linux-gnu
	shift 2
	LD_LIBRARY_PATH=$root/$lib:$root/usr/lib/xen-4.17/lib/x86_64-linux-gnu ldd "$@" 2>/dev/null |
		awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\/.*ld-linux/ { print $1 }' | sort -u |
		xargs -r cp -nLt "$dir"
}

# DIR/initrd.gz: domain 0 with the files below STAGE in place, which runs SCRIPT.
real_xen_initramfs() { # DIR STAGE SCRIPT
	local dir=$1 stage=$2 script=$3 i=$1/initramfs root=$1/root m
	local bin=usr/lib/xen-4.17/bin lib=usr/lib/x86_64-linux-gnu
	rm -rf "$i"
	mkdir -p "$i"/{bin,sbin,proc,sys,dev,run,tmp,etc/xen,modules,$bin,$lib,var/lib/{xen,xenstored},var/log/xen/console}
	ln -s /run "$i/var/run"
	ln -s usr/lib "$i/lib"
	ln -s $lib "$i/lib64"
	cp "$(command -v busybox)" "$i/bin/"
	cp "$root/$bin"/{xl,xenstored,xenconsoled,xen-init-dom0} "$i/$bin/"
	for m in xen-privcmd xen-evtchn xen-gntdev xen-gntalloc xenfs; do
		find -L "$dir/modules" -name "$m.ko*" -exec cp {} "$i/modules/" \;
	done
	cp -a "$stage"/. "$i/"
	cp "$script" "$i/script"
	: >"$i/etc/xen/xl.conf" # both xl warn when there is none, ours only if it is named
	find "$i" -type f -perm -100 | while read -r m; do
		real_xen_libraries "$root" "$i/$lib" "$m"
	done
	cp -nL /$lib/libgcc_s.so.1 "$i/$lib/" # for pthread_exit(3), by name
	cat >"$i/init" <<-'END'
		#!/bin/busybox sh
		/bin/busybox --install -s /bin
		export PATH=/usr/local/bin:/bin:/sbin HOME=/ TERM=dumb
		mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev
		mkdir -p /dev/pts /dev/shm; mount -t devpts p /dev/pts; mount -t tmpfs t /run
		mkdir -p /run/xen /run/lock /run/xenstored /run/nacre
		for m in privcmd evtchn gntdev gntalloc; do insmod /modules/xen-$m.ko*; done
		insmod /modules/xenfs.ko*
		mount -t xenfs x /proc/xen
		stty -F /dev/ttyS1 raw -echo
		exec >/dev/ttyS1 2>&1 </dev/null
		X=/usr/lib/xen-4.17/bin
		$X/xenstored --pid-file=/run/xenstored.pid
		$X/xen-init-dom0 >/dev/null
		$X/xenconsoled --pid-file=/run/xenconsoled.pid --log=all --log-dir=/var/log/xen/console
		sh /script
		echo "script ended: $?"
		reboot -f
	END
	chmod +x "$i/init"
	(cd "$i" && find . | cpio -o -H newc -R 0:0 --quiet | gzip -1) >"$dir/initrd.gz"
}

# What the script printed is in DIR/script.log; Xen's and the kernel's words in DIR/console.log.
real_xen_run() { # DIR SECONDS
	local dir=$1
	timeout -k 5 "$2" qemu-system-x86_64 -accel tcg,thread=single -cpu max -smp 1 -m 2048 -display none \
		-monitor none -nic none -vga none -no-reboot -serial "file:$dir/console.log" \
		-serial "file:$dir/script.log" -kernel "$dir/xen" \
		-append "console=com1 com1=115200,8n1 dom0_mem=900M,max:900M smap=hvm" \
		-initrd "$dir/kernel console=hvc0,$dir/initrd.gz" </dev/null || return
	sed -i 's/\r$//' "$dir/script.log"
	grep -q '^script ended: ' "$dir/script.log"
}
