# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Debian's own Xen programs, unpacked and never installed: sourced, after
# tests/stack/lib.sh and tests/lib/packages.sh.
DEB=$BUILD/debian-xen
PLACE=$WORK/place

# Unpack, and make the directories that Debian's programs have built in.
debian_xen() {
	local p
	for p in xen-utils-4.17 xen-utils-common libxenmisc4.17 xenstore-utils libxenstore4 libxenhypfs1; do
		unpack_package "$DEB" $p "$WORK/debian.log" || return
	done
	mkdir -p "$PLACE"/{lib/xen,run/xen,run/lock,log/xen/console,bus/xen-backend/devices}
}

# The program sees directories of its own where it keeps its state, and a kernel
# without Xen backends; the rest of the machine is as it is.
in_place() {
	unshare --mount --map-root-user sh -c '
		mount --bind "$0/lib" /var/lib && mount --bind "$0/log" /var/log &&
		mount --bind "$0/run" /run && mount --bind "$0/bus" /sys/bus && exec "$@"' "$PLACE" "$@"
}

debian() { # PROGRAM ARGS...
	local p=$1 dir
	# Wrappers in /usr/bin look for an installed Xen, so they come last.
	for dir in lib/xen-4.17/bin sbin bin; do
		[ -f "$DEB/usr/$dir/$1" ] && { p=$DEB/usr/$dir/$1; break; }
	done
	in_place env LD_LIBRARY_PATH="$DEB/usr/lib/x86_64-linux-gnu:$DEB/usr/lib/xen-4.17/lib/x86_64-linux-gnu" \
		timeout "${DEBIAN_TIMEOUT:-300}" nacre exec "$p" "${@:2}"
}

# For what runs in a shell of its own.
export DEB PLACE
export -f in_place debian

# says NAME PATTERN COMMAND...: it succeeds, and a line of what it prints matches.
says() {
	local name=$1 pattern=$2 out
	shift 2
	if ! out=$("$@" 2>&1); then
		fail "$name" "'$*': $out"
	elif grep -qE -- "$pattern" <<<"$out"; then
		pass "$name"
	else
		fail "$name" "no '$pattern' in: $out"
	fi
}
