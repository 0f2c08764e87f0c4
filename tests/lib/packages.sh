# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Debian packages for the entry scripts: sourced, not run.  Only what is missing
# is installed, so nothing needs root where nothing is missing.

BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config libxen-dev libyajl-dev uuid-dev libncurses-dev
libsystemd-dev libseccomp-dev libsodium-dev libdw-dev patch zlib1g-dev liblzma-dev liblz4-dev libzstd-dev binutils"
RUN_PACKAGES="qemu-system-x86 cpio gzip busybox-static apt-utils ca-certificates"
TEST_PACKAGES="clang libclang-rt-14-dev llvm clang-tidy clang-format cppcheck libcriterion-dev grub-pc-bin grub-common
xorriso mtools bochs bochsbios vgabios mandoc jq zsh fish perl procps git strace xenstore-utils
dpkg-dev file systemd systemd-container mmdebstrap libvirt-daemon libvirt-daemon-driver-xen libvirt-clients"

missing_packages() { # PACKAGE... -> those that are not installed
	local p
	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed ||
			echo "$p"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "error: need root (or sudo) to run: $*" >&2
		return 1
	fi
}

need_packages() { # LOGFILE PACKAGE...
	local log=$1 miss
	shift
	command -v dpkg-query >/dev/null || {
		echo "error: this is not Debian; install the like of: $*" >&2
		return 1
	}
	miss=$(missing_packages "$@")
	[ -n "$miss" ] || return 0
	echo "  installing:" $miss
	{ as_root apt-get -q update &&
		as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get -q -y --no-install-recommends install $miss; } >"$log" 2>&1 || {
		echo "error: could not install" $miss "(log: $log)" >&2
		tail -n 3 "$log" >&2
		return 1
	}
}

# Unpack a package below DIR without installing it; the stamp makes it happen once, also when
# two tests want it.
unpack_package() ( # DIR PACKAGE LOGFILE
	dir=$1 pkg=$2 log=$3
	mkdir -p "$dir/debs"
	exec 9>"$dir/.lock" && flock 9 || return
	[ -e "$dir/.unpacked-$pkg" ] && return 0
	if ! apt-cache show "$pkg" >/dev/null 2>&1; then
		as_root apt-get -q update >>"$log" 2>&1 || true
	fi
	(cd "$dir/debs" && apt-get -q download "$pkg") >>"$log" 2>&1 || {
		echo "error: could not download the Debian package $pkg (log: $log)" >&2
		return 1
	}
	dpkg -x "$dir"/debs/"$pkg"_*.deb "$dir" && : >"$dir/.unpacked-$pkg"
)
