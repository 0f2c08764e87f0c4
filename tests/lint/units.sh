#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The systemd units: systemd itself finds nothing wrong, what each leaves open is at most
# 2.0 of its scale of 10, and programs and pages that they name exist.
set -u
source=$1 build=$2
units=$build/daemons/units/system
bad=0
fail() {
	echo "FAIL units.$1: $2"
	bad=$((bad + 1))
}
command -v systemd-analyze >/dev/null || {
	echo "SKIP units: systemd-analyze is not installed"
	exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# As instances of templates, with the programs of the build directory.
for unit in "$units"/*; do
	name=$(basename "$unit")
	sed "s|/PREFIX/|$build/|g" "$unit" >"$work/${name/@./@x.}"
	[[ $(head -n 1 "$unit") == "# SPDX-"* ]] || fail "$name" "has no licence header"
	grep -q '@[A-Z_]*@' "$unit" && fail "$name" "holds a variable of CMake"
	for page in $(sed -n 's/^Documentation=//p' "$unit" | tr ' ' '\n' | sed -n 's/^man:\(.*\)(\([0-9]\))$/\1.\2/p'); do
		[ -e "$source/man/$page" ] || fail "$name" "names the page $page, which does not exist"
	done
done
[ "$(ls "$work" | wc -l)" -ge 13 ] || fail all "only $(ls "$work" | wc -l) units were made"

out=$(systemd-analyze verify --man=no --recursive-errors=no "$work"/* 2>&1 |
	grep -E "^($work/)?(nacre|xen)")
[ -z "$out" ] || fail verify "$out"
for unit in "$work"/*.service; do
	out=$(systemd-analyze security --offline=true --threshold=20 --no-pager "$unit" 2>&1) ||
		fail security "$(basename "$unit"): $(tail -n 1 <<<"$out")"
	echo "$(basename "$unit") $(sed -n 's/.*level for [^ ]* \(.*\)/\1/p' <<<"$out")"
done
for kind in sysusers tmpfiles; do
	grep -qvE '^(#|[a-z] )' "$source/daemons/units/nacre.$kind" && fail $kind "has a strange line"
done
out=$(systemd-sysusers --dry-run "$source/daemons/units/nacre.sysusers" 2>&1) || fail sysusers "$out"
# The catalog is one for journalctl, and tells of the same entries that nacred writes.
mkdir -p "$work/root/usr/lib/systemd/catalog"
cp "$source/daemons/units/nacre.catalog" "$work/root/usr/lib/systemd/catalog/"
out=$(journalctl --update-catalog --root="$work/root" 2>&1) || fail catalog "$out"
diff <(sed -n 's/^#define LOG_ID_.*"\(.*\)"$/\1/p' "$source/daemons/nacred/log.h" | sort) \
	<(sed -n 's/^-- //p' "$source/daemons/units/nacre.catalog" | sort) || fail catalog "has other ids"
[ $bad = 0 ] && echo "PASS units"
exit $((bad > 0))
