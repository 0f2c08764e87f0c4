#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The manual pages as HTML, with an index: html.sh OUTPUT-DIRECTORY PAGE...
# Pages refer to each other, and to other people's (foreign.txt) at Debian.
set -eu
out=$1
foreign=$(cat "$(dirname "$(readlink -f "$0")")/foreign.txt")
shift
rm -rf "$out"
mkdir -p "$out"
cd "$out"

name_of() { basename "$1"; } # nacre.1

cat >style.css <<'END'
html { max-width: 100ex; margin: 0 auto; padding: 0 1em; line-height: 1.4; }
body { font-family: sans-serif; color: #222; background: #fff; }
pre, code, .Li { font-family: monospace; }
pre { background: #f5f5f5; padding: 0.6em; overflow-x: auto; line-height: 1.2; }
table.head, table.foot { width: 100%; color: #666; }
td.head-vol { text-align: center; }
td.head-rtitle, td.foot-os { text-align: right; }
a.permalink { border-bottom: thin dotted; color: inherit; text-decoration: none; }
h1 { font-size: 120%; }
h2 { font-size: 105%; }
END

# Pages in man(7) have no macro for a reference, only its looks: <b>xl</b>(1).
links=
for name in $foreign; do
	links+="s|href=\"${name//./\\.}\.html\"|href=\"https://manpages.debian.org/$name\"|g;"
done
for page; do
	name=$(name_of "$page")
	stem=${name%.*} section=${name##*.}
	links+="s|<b>${stem//./\\.}</b>($section)|<a class=\"Xr\" href=\"$name.html\">$stem($section)</a>|g;"
done
for page; do
	name=$(name_of "$page")
	mandoc -T html -I os=Nacre -O 'style=style.css,man=%N.%S.html' "$page" |
		sed "$links" >"$name.html"
done

# What a page says of itself behind its name: .Nd, or the line below .SH NAME.
about() {
	sed -n -e 's/^\.Nd //p' -e '/^\.SH NAME/{n;s/^.*\\- //p;}' "$1" | head -n 1 | sed 's/\\-/-/g; s/&/\&amp;/g; s/</\&lt;/g'
}
titles=([1]="Programs for users" [3]="Libraries" [5]="Files" [7]="Overviews" [8]="Programs for administrators")
{
	printf '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
	printf '<title>Nacre: manual</title>\n<link rel="stylesheet" href="style.css">\n</head>\n<body>\n'
	printf '<h1>Nacre: manual</h1>\n<p>Start with <a href="nacre.7.html">nacre(7)</a>.</p>\n'
	for section in 7 1 8 5 3; do
		printf '<h2>%s</h2>\n<dl>\n' "${titles[$section]}"
		for page; do
			name=$(name_of "$page")
			[ "${name##*.}" = $section ] || continue
			printf '<dt><a href="%s.html">%s(%s)</a></dt>\n<dd>%s</dd>\n' "$name" "${name%.*}" \
				$section "$(about "$page")"
		done
		printf '</dl>\n'
	done
	printf '</body>\n</html>\n'
} >index.html
