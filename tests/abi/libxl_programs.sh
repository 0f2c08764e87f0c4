#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# libxl_programs.sh BUILT-WITH-OURS BUILT-WITH-THEIRS OUR-LIBRARY-DIR: the program of
# either build says the same with either library.
set -eu
want=$(LD_LIBRARY_PATH='' "$2")
wrong=0
[ "$(wc -l <<<"$want")" -gt 20 ] || { echo "says too little: $want"; wrong=1; }
compare() { # WHAT LIBRARY-PATH PROGRAM
	local got
	got=$(LD_LIBRARY_PATH=$2 "$3") && [ "$got" = "$want" ] ||
		{ echo "$1 says something else:"; diff <(echo "$want") <(echo "$got") || true; wrong=1; }
}
compare "built with ours, Debian's library" '' "$1"
compare "built with ours, our library" "$3" "$1"
compare "built with libxen-dev, our library" "$3" "$2"
# It would prove nothing if our library were not the one that was loaded.
LD_LIBRARY_PATH=$3 ldd "$2" | grep -q "libxenlight.so.4.17 => $3/" || { echo "not our library"; wrong=1; }
exit $wrong
