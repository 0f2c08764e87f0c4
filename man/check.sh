#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Every program, every verb of xl and every option has its place in a manual
# page, and the pages are well formed: check.sh MAN-DIRECTORY BUILD-DIRECTORY
set -u
man=$1 build=$2
bad=0
fail() {
	echo "FAIL man.$1: $2"
	bad=$((bad + 1))
}

for program in "$build"/bin/*; do
	name=$(basename "$program")
	[ -f "$program" ] && [ -x "$program" ] || continue
	[ -e "$man/$name.1" ] || [ -e "$man/$name.8" ] || fail "$name" "has no manual page"
done

# Options that a program's own help lists.
for option in $("$build/bin/nacre-livepatch-build" --help | grep -oE -- '--[a-z-]+' | sort -u); do
	case $option in
	--help | --version) ;;
	*) sed 's/\\//g' "$man/nacre-livepatch-build.1" | grep -q -- "$option" ||
		fail nacre-livepatch-build "its option $option is not described" ;;
	esac
done

# The part of xl.1 that describes a verb: up to the next verb or section.
part() {
	awk -v verb="$1" '
		/^\.It (Xo$|Cm )/ || /^\.Sh/ { inside = 0 }
		/^\.It Xo$/ { open = 1; next }
		$0 ~ "^\\.It Cm " verb "( |$)" || (open && $0 ~ "^\\.Cm " verb "( |$)") { inside = 1 }
		{ open = 0 }
		inside' "$man/xl.1"
}
# The options in a part of a page: in its synopsis and in its list.
described() {
	grep -E '^\.(It|Op|Oo|Cm)' | grep -oE 'Fl [-A-Za-z][-_a-z0-9A-Z]*' | sed 's/Fl //' | while read -r word; do
		case $word in
		-*) echo "-$word" ;;
		*) grep -o . <<<"$word" | sed 's/^/-/' ;;
		esac
	done | sort -u
}
xl=$build/bin/xl
for verb in $("$xl" help | sed -n 's/^ \([a-z][a-z0-9-]*\).*/\1/p'); do
	if "$xl" help "$verb" | grep -q '^Nacre .* does not support'; then
		grep -qE "^\.(It )?Cm $verb( |$)" "$man/xl.1" || fail "xl.$verb" "is not mentioned in xl.1"
		continue
	fi
	text=$(part "$verb")
	[ -n "$text" ] || { fail "xl.$verb" "is not described in xl.1" && continue; }
	options=$("$build/completions/generate" options xl | sed -n "s/^$verb \(.*\)/\1/p")
	[ -n "$options" ] || fail "xl.$verb" "has no completion"
	for option in $options; do
		case $option in
		-h | --help) ;;
		--*) grep -q -- "Fl $(sed 's/^-//' <<<"$option")\( \|$\)" "$man/xl.1" ||
			fail "xl.$verb" "its option $option is not described" ;;
		*) grep -qE "Fl [A-Za-z]*${option#-}" <<<"$text" ||
			fail "xl.$verb" "its option $option is not described" ;;
		esac
	done
	# And the page tells of no others.
	for option in $(described <<<"$text"); do
		[ "$verb$option" = sched-rtds-c ] || # Xen's help does not tell of this one
			grep -q -- " $option " <<<" $options " || fail "xl.$verb" "has no option $option"
	done
done

if command -v mandoc >/dev/null; then
	out=$(mandoc -T lint -W warning "$man"/*.[1-8] "$build/man/nacred-methods.7") || fail lint "$out"
else
	echo "SKIP man.lint: mandoc is not installed"
fi
[ $bad = 0 ] && echo "PASS man"
exit $((bad > 0))
