# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Payloads by nacre-livepatch-build for tests: sourced after stack/lib.sh, with
# tests/lib/packages.sh.

# Debian's unmodified xen-livepatch on the hosted hypervisor.
debian_livepatch_unpack() {
	local p
	for p in xen-utils-4.17 libxenmisc4.17 xenstore-utils libxenstore4 libxenhypfs1; do
		unpack_package "$BUILD/debian-xen" $p "$WORK/debian.log" || return 1
	done
}
debian_livepatch() {
	local deb=$BUILD/debian-xen
	LD_LIBRARY_PATH=$deb/usr/lib/x86_64-linux-gnu:$deb/usr/lib/xen-4.17/lib/x86_64-linux-gnu \
		nacre exec "$deb/usr/lib/xen-4.17/bin/xen-livepatch" "$@"
}
# On a busy host an emulated CPU may come too late to the meeting (30 ms are its
# default): nothing has changed then, and one asks again.
insist() { # ACTION NAME
	local out i
	for ((i = 0; i < 100; i++)); do
		out=$(debian_livepatch "$1" "$2" 2>&1) && return 0
		grep -q 'Device or resource busy' <<<"$out" || break
	done
	echo "$out"
	return 1
}

# A copy of what the hypervisor is built from.
copy_sources() { # DIRECTORY
	mkdir -p "$1" && cp -R "$TOP/hypervisor" "$TOP/CMakeLists.txt" "$1"
}
# make_patch NAME SOURCES FUNCTION: $WORK/NAME.patch is what FUNCTION does to a copy of
# SOURCES, in whose directory it runs.
make_patch() {
	local dir=$WORK/edit/$1
	mkdir -p "$dir" && cp -R "$2" "$dir/a" && cp -R "$2" "$dir/b" || return 1
	(cd "$dir/b" && "$3") || return 1
	(cd "$dir" && diff -ruN a b >"$WORK/$1.patch")
	[ -s "$WORK/$1.patch" ]
}
# livepatch_build NAME [OPTION...]: $WORK/NAME.livepatch of $WORK/NAME.patch.
livepatch_build() {
	local name=$1
	shift
	nacre-livepatch-build build -w "$WORK/builder" -p "$WORK/$name.patch" \
		-o "$WORK/$name.livepatch" -k "$WORK/keys/tester.key" -a XSA-0 --cve none \
		--fixes "test $name" "$@"
}
make_keys() {
	mkdir -m 0700 "$WORK/keys" && nacre-livepatch-build keygen "$WORK/keys/tester" >/dev/null
}
