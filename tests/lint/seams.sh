#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Seams that only hold while nobody cuts through them.
set -u
cd "$1" || exit 1
git ls-files --error-unmatch check >/dev/null || exit 1 # no git, no list of files
bad=0
deny() { # WHY PATTERN FILE...
	local why=$1 pattern=$2
	shift 2
	if grep -nE "$pattern" "$@"; then
		echo "seam: $why"
		bad=1
	fi
}
core=$(git ls-files 'hypervisor/core/*.c' 'hypervisor/include/hv/*.h')
deny "core/ has no machine instructions" '\basm\b|__asm__' $core
deny "core/ has no conditional on the architecture" '#\s*if.*(x86|__amd64|HOST)' $core
deny "core/ does not include the architecture's headers" '#include "(\.\./)*arch' $core
for f in $(git ls-files '*.c' '*.h' '*.S' '*.sh' '*.cmake' 'CMakeLists.txt' quickstart check); do
	head -n 3 "$f" | grep -q SPDX-License-Identifier || {
		echo "seam: $f has no SPDX line"
		bad=1
	}
done
# Guest memory is reached through guest_access.h only: nobody else maps a gfn to
# a pointer, but for the files that own the shared pages.
deny "only guest_access.c copies through p2m_get_page" 'memcpy\(.*p2m' $core
deny "unbounded string functions" '\b(strcpy|strcat|sprintf|vsprintf|gets)\(' \
	$(git ls-files '*.c' | grep -v '^tests/')
exit $bad
