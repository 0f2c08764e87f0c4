# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Payloads by nacre-livepatch-build for tests: sourced after tests/lib/livepatch.sh.

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
