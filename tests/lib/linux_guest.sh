# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# A Linux guest out of Debian packages: the unmodified cloud kernel, unpacked and
# never installed on this machine, and an initramfs with busybox.  Sourced after
# packages.sh.

# Leaves DIR/vmlinuz and DIR/initrd.gz.
make_linux_guest() { # DIR LOGFILE
	local dir=$1 log=$2 pkg kernel
	mkdir -p "$dir"
	if [ ! -e "$dir/vmlinuz" ]; then
		apt-cache show linux-image-cloud-amd64 >/dev/null 2>&1 ||
			as_root apt-get -q update >>"$log" 2>&1
		# The package without a version depends on the newest one.
		pkg=$(apt-cache depends linux-image-cloud-amd64 |
			sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
		[ -n "$pkg" ] || {
			echo "error: no linux-image-cloud-amd64 in the package lists" >&2
			return 1
		}
		unpack_package "$dir/unpacked" "$pkg" "$log" || return 1
		kernel=$(ls "$dir"/unpacked/boot/vmlinuz-*)
		cp "$kernel" "$dir/vmlinuz.new" && mv "$dir/vmlinuz.new" "$dir/vmlinuz"
	fi
	[ -e "$dir/initrd.gz" ] || make_initramfs "$dir"
}

make_initramfs() { # DIR
	local dir=$1 root=$1/initramfs
	rm -rf "$root"
	mkdir -p "$root"/{bin,sbin,etc,proc,sys,dev,tmp}
	cp "$(command -v busybox)" "$root/bin/busybox"
	# The kernel's orderly poweroff and reboot run these by their full names.
	for c in poweroff reboot halt init; do ln -s ../bin/busybox "$root/sbin/$c"; done
	ln -s sbin/init "$root/init"
	cat >"$root/etc/inittab" <<'EOF'
::sysinit:/etc/start
hvc0::respawn:-/bin/sh
::ctrlaltdel:/sbin/reboot
::shutdown:/bin/busybox echo "guest: stopping"
EOF
	cat >"$root/etc/start" <<'EOF'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
exec >/dev/hvc0 2>&1 </dev/hvc0
dmesg -n 1
echo "hello from $(uname -sr): $(nproc) vCPUs, $(free -m | awk '/Mem:/{print $2}') MiB, $(cat /sys/hypervisor/type) $(cat /sys/hypervisor/version/major).$(cat /sys/hypervisor/version/minor)$(cat /sys/hypervisor/version/extra), up $(cut -d' ' -f1 /proc/uptime) s"
EOF
	echo 'PS1="guest# "' >"$root/etc/profile"
	chmod +x "$root/etc/start"
	(cd "$root" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet | gzip -n -9) \
		>"$dir/initrd.gz.new" && mv "$dir/initrd.gz.new" "$dir/initrd.gz"
}
