#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The table of tests/README.md is that of tests/guests/guests.txt; and what it says
# about ctest's names, long forms and options is still so.
#
#   tests_readme.sh SOURCE BUILD          check
#   tests_readme.sh SOURCE --write        put the table as it should be
set -u
cd "$1" || exit 1
readme=tests/README.md
bad=0

table() {
	awk '
		BEGIN { split("long64 pae32 pse32 flat32", envs) }
		/^#/ || NF < 6 { next }
		{
			if (!($3 in areas)) { areas[$3]; order[++n] = $3 }
			split($2, e, ",")
			for (i in e) cell[$3, e[i]] = cell[$3, e[i]] (cell[$3, e[i]] ? ", " : "") $1
		}
		END {
			printf "| area | long64 | pae32 | pse32 | flat32 |\n| --- | --- | --- | --- | --- |\n"
			asort_by_name()
			for (a = 1; a <= n; a++) {
				printf "| %s |", order[a]
				for (i = 1; i <= 4; i++)
					printf " %s |", (order[a], envs[i]) in cell ? cell[order[a], envs[i]] : "-"
				printf "\n"
			}
		}
		function asort_by_name(  i, j, t) {
			for (i = 1; i <= n; i++)
				for (j = i + 1; j <= n; j++)
					if (order[j] < order[i]) { t = order[i]; order[i] = order[j]; order[j] = t }
		}' tests/guests/guests.txt
}
inside() { sed -n '/^<!-- table -->$/,/^<!-- end -->$/p' "$readme" | sed '1d;$d'; }

if [ "${2-}" = --write ]; then
	table >"${TMPDIR:-/tmp}/table.$$"
	sed -i -e "/^<!-- table -->\$/,/^<!-- end -->\$/{/^<!--/!d}" \
		-e "/^<!-- table -->\$/r ${TMPDIR:-/tmp}/table.$$" "$readme"
	rm -f "${TMPDIR:-/tmp}/table.$$"
	exit 0
fi
diff <(inside) <(table) || {
	echo "tests_readme: $readme does not have guests.txt's table; tests/lint/tests_readme.sh . --write"
	bad=1
}
# Names of ctest in the text, and variables and options of the scripts.
ctest --test-dir "$2" -N | sed -n 's/^ *Test *#[0-9]*: //p' >"$2/ctest-readme.txt"
for name in $(grep -oE '`(unit|guest|stack|fuzz|lint)\.[a-z0-9_]+`' "$readme" | tr -d '`' | sort -u); do
	[[ $name =~ ^fuzz\.(hypercall|leaks)$ ]] || grep -qx "$name" "$2/ctest-readme.txt" || {
		echo "tests_readme: there is no test $name"
		bad=1
	}
done
for variable in $(grep -oE '\bNACRE_[A-Z_]+\b' "$readme" | sort -u); do
	git grep -q "\b$variable\b" -- check tests CMakeLists.txt ':!tests/README.md' ':!tests/lint' || {
		echo "tests_readme: nobody knows $variable"
		bad=1
	}
done
exit $bad
