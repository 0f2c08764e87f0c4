#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Pages that guests share with the daemons (XSA-197): their types are named in two
# pairs of files only, and there an index is touched through an atomic access alone,
# so that no compiler can fetch it a second time after it was checked.
set -u
cd "$1" || exit 1
git ls-files --error-unmatch check >/dev/null || exit 1 # no git, no list of files
bad=0
complain() {
	echo "rings: $1"
	bad=1
}
for type in xenstore_domain_interface xencons_interface; do
	for f in $(git ls-files 'daemons/*.[ch]' 'toolstack/*.[ch]' | xargs grep -l "struct $type"); do
		case $f in
		daemons/xenstored/ring.[ch] | daemons/xenconsoled/console_ring.[ch]) ;;
		*) complain "$f names struct $type: only the files of the ring may" ;;
		esac
	done
done
fields='(req_prod|req_cons|rsp_prod|rsp_cons|out_prod|out_cons|in_prod|in_cons|connection|error|server_features)'
check() { # FILE POINTER
	local uses
	# What is left when every permitted form is taken out.
	uses=$(sed -E "s/(read_once|publish|__atomic_(load|store)_n)\(&$2->$fields//g" "$1" |
		grep -nE "$2->$fields\b")
	[ -z "$uses" ] || complain "$1 touches an index without read_once() or publish(): $uses"
	grep -qE "(read_once|publish|__atomic_(load|store)_n)\(&$2->$fields" "$1" ||
		complain "$1 has no ring called '$2' any more: this check looks at nothing"
}
check daemons/xenstored/ring.c r
check daemons/xenstored/ring.c 'page_of\(c\)'
check daemons/xenconsoled/console_ring.c '(r->)?page'
exit $bad
