#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Every reference from one manual page to another leads somewhere, in the pages and in
# the HTML made of them, and each page can be reached from nacre(7):
# references.sh MAN-DIRECTORY HTML-DIRECTORY [PAGE-MADE-BY-THE-BUILD...]
set -u
man=$1 html=$2
shift 2
# All pages, by their names.
declare -A pages
for page in "$man"/*.[1-8] "$@"; do
	pages[$(basename "$page")]=$page
done
bad=0
fail() {
	echo "FAIL references.$1: $2"
	bad=$((bad + 1))
}
# Other people's pages.
foreign=" $(tr '\n' ' ' <"$man/foreign.txt")"

# "name.section" of each reference of a page: .Xr of mdoc; .BR name (section) and
# \fBname\fR(section) of man.
references() {
	sed -nE 's/^\.Xr ([^ ]+) ([0-9]).*/\1.\2/p
		s/^\.(BR|IR) ([a-zA-Z][^ ]*) "?\(([0-9])\).*/\2.\3/p
		s/.*\\f[BI]([a-zA-Z][A-Za-z0-9_.\\-]*)\\f[RP]\(([0-9])\).*/\1.\2/p' "$1" | sed 's/\\-/-/g' | sort -u
}
total=0
for page in "${pages[@]}"; do
	for reference in $(references "$page"); do
		total=$((total + 1))
		[ -n "${pages[$reference]-}" ] || [[ $foreign == *" $reference "* ]] ||
			fail "$(basename "$page")" "refers to $reference, which there is not"
	done
done
[ $total -ge 100 ] || fail count "only $total references were found"

# What nacre(7) leads to, by any number of steps.
reached=" nacre.7 " queue="nacre.7"
while [ -n "$queue" ]; do
	next=
	for page in $queue; do
		for reference in $(references "${pages[$page]}"); do
			[ -n "${pages[$reference]-}" ] && [[ $reached != *" $reference "* ]] || continue
			reached+="$reference "
			next+=" $reference"
		done
	done
	queue=$next
done
for page in "${pages[@]}"; do
	[[ $reached == *" $(basename "$page") "* ]] || fail "$(basename "$page")" "nothing leads there from nacre(7)"
done

if [ -e "$html/index.html" ]; then
	for page in "${pages[@]}"; do
		file=$html/$(basename "$page").html
		[ -s "$file" ] || fail html "there is no $file"
		grep -q "href=\"$(basename "$page").html\"" "$html/index.html" || fail index "lacks $page"
	done
	for file in "$html"/*.html; do
		for target in $(grep -oE 'href="[^"]*"' "$file" | sed 's/^href="//; s/"$//' | sort -u); do
			case $target in
			https://manpages.debian.org/*)
				name=${target##*/}
				[[ $foreign == *" $name "* ]] || fail html "$(basename "$file") leads to $target"
				;;
			'#'*) grep -qF "id=\"${target#?}\"" "$file" || fail html "$(basename "$file") has no $target" ;;
			*) [ -e "$html/${target%%#*}" ] || fail html "$(basename "$file") leads to $target" ;;
			esac
		done
	done
else
	echo "SKIP references.html: mandoc is not installed"
fi
[ $bad = 0 ] && echo "PASS references"
exit $((bad > 0))
