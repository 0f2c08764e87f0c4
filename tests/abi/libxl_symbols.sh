#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# libxl_symbols.sh OUR_DIRECTORY LIBVIRT_LIST XL: our libxenlight and libxlutil export what
# Debian's headers declare and nothing else of that kind, under Debian's version node;
# all that Debian's XL and libvirt's driver import is there, and XL loads with them.
set -u
ours=$1 libvirt=$2 xl=$3
version=VERS_4.17.0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "$*"; failed=1; }
few() { echo "$(wc -l <<<"$1"): $(head -n 40 <<<"$1" | tr '\n' ' ')"; }

# exports LIBRARY: the names it defines under that version.
exports() {
	nm -D --defined-only "$1" | sed -n "s/.* \([a-z][a-z0-9_]*\)@@$version\$/\1/p" | sort -u
}
# missing WHAT FILE: names in FILE that we do not export.
missing() {
	local list
	list=$(comm -23 "$2" "$work/ours")
	[ -z "$list" ] || fail "$1, not exported: $(few "$list")"
}

exports "$ours/libxenlight.so.4.17" >"$work/xenlight"
exports "$ours/libxlutil.so.4.17" >"$work/xlutil"
sort -u "$work/xenlight" "$work/xlutil" >"$work/ours"

lib=$(gcc -print-file-name=libxenlight.so.4.17)
include=$(echo '#include <xen/xen.h>' | gcc -E -x c - 2>/dev/null | sed -n 's/^# 1 "\(.*\)\/xen\/xen.h".*/\1/p' | head -1)
cat "$include"/libxl*.h "$include"/_libxl*.h | grep -oE '\b(libxl|xlu)_[a-z0-9][a-z0-9_]*' | sort -u >"$work/words"
{ exports "$lib"; exports "${lib/xenlight/xlutil}"; } | sort -u | comm -12 - "$work/words" >"$work/declared"
[ "$(wc -l <"$work/declared")" -gt 800 ] || fail "found only $(wc -l <"$work/declared") names in Debian's"
missing "declared by Debian's headers" "$work/declared"
extra=$(grep -v "^libxl__" "$work/ours" | comm -13 "$work/declared" -)
[ -z "$extra" ] || fail "exported, but not by Debian's: $(few "$extra")"

nm -D --undefined-only "$xl" | sed -n "s/.* \(\(libxl\|xlu\)_[a-z0-9_]*\)@$version\$/\1/p" | sort -u >"$work/xl"
[ "$(wc -l <"$work/xl")" -eq 323 ] || fail "Debian's xl imports $(wc -l <"$work/xl") names, not 323"
missing "imported by xl" "$work/xl"
grep -v '^#' "$libvirt" | sort -u >"$work/libvirt"
missing "imported by libvirt's driver" "$work/libvirt"

LD_LIBRARY_PATH=$ours ldd -r "$xl" >"$work/ldd" 2>&1
grep -q "$ours/libxenlight.so.4.17" "$work/ldd" || fail "xl does not load our libxenlight"
grep -q "$ours/libxlutil.so.4.17" "$work/ldd" || fail "xl does not load our libxlutil"
if grep -E 'undefined symbol|no version information|not found' "$work/ldd" | head; [ "${PIPESTATUS[0]}" = 0 ]; then
	fail "xl does not load with our libraries"
fi
echo "$(wc -l <"$work/ours") exported, $(sort -u "$work/xl" "$work/libvirt" | wc -l) imported by others"
exit $failed
