# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# For the tests of the Debian package: sourced behind tests/stack/lib.sh by a script that
# has called in_namespace first.

# Mounts are made in a namespace of this script's own and go with it.
in_namespace() { # SCRIPT ARGUMENT...
	[ -z "${NACRE_MOUNTS-}" ] || return 0
	if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
		echo "SKIP $(basename "$1" .sh): only root can mount"
		exit 0
	fi
	exec unshare --mount env NACRE_MOUNTS=1 bash "$@"
}

# $OLD: the package; $NEW: the same with a higher version.
make_debs() {
	(cd "$BUILD" && cpack -G DEB -B "$WORK/deb") >"$WORK/cpack.log" 2>&1 || return 1
	rm -rf "$WORK/deb/_CPack_Packages"
	OLD=$(ls "$WORK"/deb/nacre_*.deb) NEW=$WORK/nacre_new.deb
	dpkg-deb -R "$OLD" "$WORK/unpacked" &&
		sed -i 's/^Version: .*/&+1/' "$WORK/unpacked/DEBIAN/control" &&
		dpkg-deb -b "$WORK/unpacked" "$NEW" >"$WORK/cpack.log"
}

# A Debian with systemd and QEMU and nothing else, made once a build directory.
clean_debian() { # DIRECTORY LOG
	local suite
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	[ -e "$1/.complete" ] && return 0
	rm -rf "$1"
	mmdebstrap --variant=minbase --aptopt='APT::Install-Recommends "0"' \
		--include=systemd,systemd-sysv,dbus,qemu-system-x86,procps,libdw1,libyajl2,libsodium23,libseccomp2,libxencall1,libxenevtchn1,libxenforeignmemory1,libxengnttab1,libxenstore4 \
		"$suite" "$1" /etc/apt/sources.list.d/debian.sources >"$2" 2>&1 && : >"$1/.complete"
}

# $ROOT: the tree LOWER, to be written to at will.
overlay() { # LOWER
	mkdir -p "$WORK/layer"
	mount -t tmpfs none "$WORK/layer" && mkdir "$WORK/layer/"{upper,work,root} &&
		mount -t overlay overlay -o "lowerdir=$1,upperdir=$WORK/layer/upper,workdir=$WORK/layer/work" \
			"$WORK/layer/root" && ROOT=$WORK/layer/root
}

# What is where packages put files, but for what any package leaves traces in.
tree() {
	(cd "$ROOT" && find usr etc var run opt -xdev \( -path run/systemd -o -path run/log -o -path run/dbus \
		-o -path var/tmp -o -path var/log -o -path var/lib/dpkg -o -path var/cache \
		-o -path var/lib/systemd \) -prune -o -print) |
		grep -vE '^(etc/(passwd|group|shadow|gshadow|sub[ug]id)-?|etc/\.pwd\.lock|etc/machine-id|run/(adduser|[a-z.]*(lock|utmp|initctl|motd.*)))$' |
		LC_ALL=C sort
}
# What the package has left, by the list BEFORE.
left_over() { # BEFORE
	diff "$1" <(tree) | grep '^[<>]'
	grep -HE '^nacre(-monitor)?:' "$ROOT"/etc/passwd "$ROOT"/etc/group
}
