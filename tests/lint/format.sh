#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# .clang-format is the only opinion on layout (version 14, Debian 12's).
set -u
cd "$1" || exit 1
git ls-files --error-unmatch check >/dev/null || exit 1 # no git, no list of files
command -v clang-format >/dev/null || {
	echo "clang-format is not installed"
	exit 1
}
git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror 2>&1 | grep -E 'error:' | head -n 20
[ "${PIPESTATUS[1]}" = 0 ]
