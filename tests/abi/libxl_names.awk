# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Preprocessed headers on standard input (cc -E, with line marks); writes what libxl's
# own headers declare into the files PROTOTYPES, FUNCTIONS (their names) and TYPES.
/^# [0-9]+ "/ {
	own = $3 ~ /\/(_libxl[a-z_]*|libxl[a-z_]*|libxlutil)\.h"$/
	next
}
own { text = text " " $0 }

function declared(decl, name) {
	gsub(/[ \t]+/, " ", decl)
	sub(/^ /, "", decl)
	if (decl ~ /^typedef /) {
		name = decl
		if (name !~ /[{}]/ && name ~ /\(/) {
			sub(/ ?\(.*$/, "", name)
		} else {
			sub(/ ?(\[[^]]*\])? ?;$/, "", name)
		}
		sub(/^.*[ *}]/, "", name)
		print name > TYPES
		return
	}
	if (decl !~ /\(/ || decl ~ /^(struct|enum|union) [^(]*\{/)
		return
	name = decl
	sub(/ ?\(.*$/, "", name)
	sub(/^.*[ *]/, "", name)
	print name > FUNCTIONS
	if (decl !~ /^static /)
		print decl > PROTOTYPES
}

END {
	n = length(text)
	for (i = 1; i <= n; i++) {
		c = substr(text, i, 1)
		decl = decl c
		if (c == "{")
			depth++
		if (c == "}")
			depth--
		if (depth || (c != ";" && !(c == "}" && decl ~ /^ *static /)))
			continue
		if (decl !~ /^ *;$/)
			declared(decl)
		decl = ""
	}
}
