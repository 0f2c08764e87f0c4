#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# libxl_manual.sh PAGE LIBRARY INCLUDE GENERATED OBJECTS: libxl(3) lists every function
# that our headers declare, but for those of types, where it belongs: what
# libxl_unsupported.c defines is under NOT SUPPORTED, and not under FUNCTIONS.
set -u
page=$1 library=$2 include=$3 generated=$4 objects=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# listed SECTION: names in it, in order of the alphabet.
listed() {
	awk -v section="$1" '
		/^\.Sh / { inside = $0 == ".Sh " section }
		inside && /^\.Fn / { print $2 }' "$page" | sort
}
# told FILE WORDS: it must be empty.
told() {
	[ -s "$1" ] || return 0
	echo "$2: $(tr '\n' ' ' <"$1")"
	failed=1
}

words() { grep -ohE '\blibxl_[a-z0-9][a-z0-9_]*' "$@" | sort -u; }
words "$generated"/_libxl_types*.h >"$work/types"
words "$include"/*.h | comm -23 - "$work/types" | grep -v '_list_free$' >"$work/words"
nm -D --defined-only "$library" | sed -n 's/.* \(libxl_[a-z0-9_]*\)@@.*/\1/p' | sort -u |
	comm -12 - "$work/words" >"$work/declared"
object=$(tr ';' '\n' <<<"$objects" | grep 'libxl_unsupported\.c\.o$')
nm --defined-only "$object" | sed -n 's/.* T \(libxl_[a-z0-9_]*\)$/\1/p' | grep -v '_list_free$' |
	sort -u >"$work/refused"
[ "$(wc -l <"$work/declared")" -gt 250 ] && [ "$(wc -l <"$work/refused")" -gt 70 ] || {
	echo "found only $(wc -l <"$work/declared") functions, $(wc -l <"$work/refused") not supported"
	failed=1
}

listed FUNCTIONS >"$work/done"
listed 'NOT SUPPORTED' >"$work/not"
sort "$work/done" "$work/not" >"$work/all"
uniq -d "$work/all" >"$work/twice"
told "$work/twice" "listed twice"
comm -23 "$work/declared" "$work/all" >"$work/missing"
told "$work/missing" "not in the page"
comm -13 "$work/declared" "$work/all" >"$work/more"
told "$work/more" "only in the page"
comm -23 "$work/refused" "$work/not" >"$work/wrong"
told "$work/wrong" "not supported, but not listed as such"

# The example is a program.
sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' "$page" | sed '/^\./d; /:$/d; s/\\e/\\/g' >"$work/example.c"
cc -std=gnu11 -Wall -Werror -I"$include" -I"$generated" -o "$work/example" "$work/example.c" \
	-L"$(dirname "$library")" -lxenlight -lxentoollog || failed=1
NACRE_RUNDIR=$work/nowhere LD_LIBRARY_PATH=$(dirname "$library") "$work/example"
[ $? -eq 1 ] || { echo "the example does not tell that nobody answers"; failed=1; }
echo "$(wc -l <"$work/done") done, $(wc -l <"$work/not") not supported"
exit $failed
