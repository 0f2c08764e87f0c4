#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Bug-finding checks only; style is .clang-format's business.  bugprone-sizeof-expression is
# out: it takes every array of pointers for a mistake.
set -u
top=$1 build=$2
db=$build/clang
[ -e "$db/compile_commands.json" ] || db=$build
command -v clang-tidy >/dev/null || {
	echo "clang-tidy is not installed"
	exit 1
}
cd "$top" || exit 1
git ls-files --error-unmatch check >/dev/null || exit 1 # no git, no list of files
git ls-files 'hypervisor/core/*.c' 'hypervisor/arch/x86/*.c' 'toolstack/*.c' 'daemons/*.c' |
	xargs -P 2 -n 8 clang-tidy --quiet -p "$db" --warnings-as-errors='*' \
		--checks='-*,bugprone-branch-clone,bugprone-infinite-loop,bugprone-integer-division,bugprone-macro-parentheses,bugprone-misplaced-widening-cast,bugprone-posix-return,bugprone-signal-handler,bugprone-string-literal-with-embedded-nul,bugprone-suspicious-*,-bugprone-suspicious-include,bugprone-too-small-loop-variable,bugprone-undefined-memory-manipulation,cert-err34-c,cert-fio38-c,cert-flp30-c,misc-redundant-expression' \
		2>/dev/null
