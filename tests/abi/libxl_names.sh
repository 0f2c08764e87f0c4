#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# libxl_names.sh CC OUR-INCLUDE-DIR...: what one of our libxl headers and libxen-dev's
# declares the other has, too, and as the same: functions and their types, type names,
# macros and their values, for every LIBXL_API_VERSION.  The layout of the types is
# libxl_layout's part.
set -eu
export LC_ALL=C
cc=$1
here=$(dirname "$(readlink -f "$0")")
shift
ours=()
for dir in "$@"; do ours+=(-I "$dir"); done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

say() {
	echo "$*"
	wrong=1
}

# libxl_json.h of libxen-dev takes yajl 2 only when it is told of yajl_version.h.
headers='#define HAVE_YAJL_YAJL_VERSION_H 1
#include <libxl.h>
#include <libxl_event.h>
#include <libxl_json.h>
#include <libxl_utils.h>
#include <libxl_uuid.h>
#include <libxlutil.h>'

flags() { # SET VERSION -> flags
	[ "$1" = theirs ] || printf '%s\n' "${ours[@]}"
	[ "$2" = none ] || echo "-DLIBXL_API_VERSION=$2"
}

declarations() { # SET VERSION: files SET.{prototypes,functions,types}
	mapfile -t f < <(flags "$1" "$2")
	: >"$work/$1.prototypes" && : >"$work/$1.functions" && : >"$work/$1.types"
	echo "$headers" | $cc "${f[@]}" -E -x c - | awk -v PROTOTYPES="$work/$1.prototypes" \
		-v FUNCTIONS="$work/$1.functions" -v TYPES="$work/$1.types" -f "$here/libxl_names.awk"
}

# Names of macros that libxl's headers define, without the guards of the files.
macros() { # SET VERSION: file SET.macros
	mapfile -t f < <(flags "$1" "$2")
	echo "$headers" | $cc "${f[@]}" -E -dD -x c - |
		awk '/^# [0-9]+ "/ { own = $3 ~ /\/(_libxl[a-z_]*|libxl[a-z_]*|libxlutil)\.h"$/ }
			own && /^#define / { sub(/\(.*/, "", $2); print $2 }' |
		grep -v '^_*LIBXL[A-Z_]*_H_*$' | sort -u >"$work/$1.macros"
}

# What HAS declares, checked to be declared by SET in the same way.
check() { # SET HAS VERSION
	{
		echo "$headers"
		sort -u "$work/$2.functions" | sed 's/.*/static const void *const have_& = (const void *)\&&;/'
		sort -u "$work/$2.types" | sed 's/.*/extern & *const type_&;/'
		# Macros for older versions would change the names below.
		sort -u "$work/$2.functions" | sed 's/^/#undef /'
		cat "$work/$2.prototypes"
	} >"$work/check.c"
	mapfile -t f < <(flags "$1" "$3")
	$cc "${f[@]}" -std=gnu11 -fsyntax-only -Wno-unused "$work/check.c" 2>"$work/errors" && return
	grep -E 'error' "$work/errors" | sed 's/^[^ ]* //' | sort -u | head -n 20
	say "$1 headers lack what is above (LIBXL_API_VERSION $3)"
}

# Expansions: the words of those that say what there is, the value of the others.
values() { # SET VERSION -> name value
	mapfile -t f < <(flags "$1" "$2")
	{
		echo '#include <stdio.h>'
		echo "$headers"
		echo '#define WORDS_(x) #x
#define WORDS(x) WORDS_(x)
#define VALUE(x) _Generic((x), char *: printf("%s", (const char *)(long)(x)), \
	default: printf("%lld", (long long)(x)))
int main(void) {'
		grep '^LIBXL_HAVE\|^LIBXL_EXTERNAL' "$work/$1.macros" |
			sed 's/.*/printf("& %s\\n", WORDS(&));/'
		grep -E '^(LIBXL_[A-Z_]*(FMT|FMTLEN|DEFAULT|ENTRY|ANY|ALL|DEBUG|LIVE|WIDTH|LEN|VERSION)|[A-Z]*_DOMID|ERROR_.*)$' "$work/$1.macros" |
			grep -v API_VERSION | sed 's/.*/printf("& "); VALUE(&); printf("\\n");/'
		echo 'return 0; }'
	} >"$work/values.c"
	$cc "${f[@]}" -std=gnu11 -w -o "$work/values" "$work/values.c" && "$work/values"
}

total=0
for version in none 0x040200 0x040300 0x040400 0x040500 0x040700 0x040800 0x041300 0x041400; do
	for set in ours theirs; do
		declarations $set $version
		macros $set $version
		values $set $version >"$work/$set.values" || say "macros of $set headers do not compile"
	done
	check ours theirs $version
	check theirs ours $version
	diff "$work/theirs.macros" "$work/ours.macros" >"$work/diff" ||
		{ cat "$work/diff"; say "other macros with LIBXL_API_VERSION $version"; }
	diff "$work/theirs.values" "$work/ours.values" >"$work/diff" ||
		{ cat "$work/diff"; say "other values with LIBXL_API_VERSION $version"; }
	total=$((total + $(cat "$work"/theirs.{functions,types,macros} | wc -l)))
done
# Both sets refuse a version that they do not know.
for set in ours theirs; do
	mapfile -t f < <(flags $set 0x041700)
	! echo "$headers" | $cc "${f[@]}" -fsyntax-only -x c - 2>/dev/null ||
		say "$set headers take LIBXL_API_VERSION 0x041700"
done
echo "$(wc -l <"$work/theirs.functions") functions, $(wc -l <"$work/theirs.types") types," \
	"$(wc -l <"$work/theirs.macros") macros, $(wc -l <"$work/theirs.values") values; $total in 9 versions"
# Empty lists would agree with anything.
[ "$(wc -l <"$work/theirs.functions")" -gt 850 ] && [ "$(wc -l <"$work/theirs.types")" -gt 110 ] &&
	[ "$(wc -l <"$work/theirs.values")" -gt 150 ] || say "too few names: the script is at fault"
exit $wrong
