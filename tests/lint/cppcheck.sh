#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
set -u
top=$1 build=$2
command -v cppcheck >/dev/null || {
	echo "cppcheck is not installed"
	exit 1
}
mkdir -p "$build/cppcheck"
# Host programs and hypervisor alike; Xen's headers themselves are not ours.
cppcheck --quiet --error-exitcode=1 --enable=warning,portability --inline-suppr -j2 \
	--std=c11 --cppcheck-build-dir="$build/cppcheck" \
	--suppress=missingIncludeSystem --suppress='*:/usr/include/*' \
	--suppressions-list="$top/tests/lint/cppcheck.txt" \
	-D__XEN_TOOLS__=1 -D__x86_64__=1 -D__GNUC__=12 -D__XEN_INTERFACE_VERSION__=0x00041100 \
	-I"$top/hypervisor/include" -I"$top/hypervisor/arch/x86" \
	"$top/hypervisor/core" "$top/hypervisor/arch/x86" "$top/toolstack" "$top/daemons"
