#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# libxl_gen.sh GENERATOR: mistakes in a description of types are told with their place,
# and end the build.
set -u
gen=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

refuse() { # LINE MESSAGE TEXT
	printf '%s\n' "$3" >"$work/x.idl"
	out=$("$gen" header "$work/x.h" "$work/x.idl" 2>&1)
	rc=$?
	[ $rc -eq 1 ] && [ "$out" = "$work/x.idl:$1: $2" ] ||
		{ echo "FAIL exit $rc, '$out' in place of line $1: $2"; wrong=1; }
}

refuse 2 "no type uint46 before this line" 'struct a {
uint46 x;
}'
refuse 1 "no type b before this line" 'struct a { b x; } struct b { int y; }'
refuse 2 "there is a type a already" 'struct a { int x; }
enum a { w = 1, }'
refuse 1 "there is a type int already" 'struct int { bool x; }'
# The word after the mistake has been read by then: it may stand on another line.
refuse 2 "a has no word z to begin with" 'enum a default z { x = 1, }
struct b { int x; }'
refuse 1 "a has the word x already" 'enum a { x = 1, x = 2, }'
refuse 3 "a has no word y" 'enum a { x = 1, }
struct b {
switch (a k) u { case y; }
}'
refuse 1 "int is no enum" 'struct b { switch (int k) u { case y; } }'
refuse 3 "';' expected before 'int'" 'struct a {
int x
int y;
}'
refuse 2 "'enum' or 'struct' expected before 'union'" '# text
union a { }'
refuse 1 "a word expected before '}'" 'struct a { int }'
refuse 2 "a text without an end" 'struct a {
int x "what;
}'
refuse 3 "a word expected before ''" 'enum a { x = 1, }
struct b { switch (a k) u { case x; }'

"$gen" header "$work/x.h" "$work/none.idl" 2>/dev/null
[ $? -eq 1 ] || { echo "FAIL a missing file"; wrong=1; }
"$gen" nothing "$work/x.h" "$work/x.idl" 2>/dev/null
[ $? -eq 2 ] || { echo "FAIL a wrong word"; wrong=1; }
printf 'struct a { int x; }\n' >"$work/x.idl"
"$gen" header /dev/full "$work/x.idl" 2>/dev/null
[ $? -eq 1 ] || { echo "FAIL a full disk"; wrong=1; }
"$gen" header "$work/x.h" "$work/x.idl" && grep -q 'int x;' "$work/x.h" ||
	{ echo "FAIL a good file"; wrong=1; }
exit $wrong
