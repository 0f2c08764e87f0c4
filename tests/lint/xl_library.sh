#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# xl is written against the libxl-compatible library, so that each command proves that.  What it
# asks nacred itself libxl 4.17 never had; each such method stands here, and none that is not
# called any more.
set -u
cd "$1" || exit 1
bad=0
# METHOD: why libxl has none for it.
calls='
advisory.evidence: advisories
advisory.export: advisories
advisory.import: advisories
advisory.metrics: advisories
advisory.status: advisories
cpupool.numa_split: all pools at once, or none
domain.supervise: a libxl program acts on on_poweroff itself
domain.update_config: what the next life is built from
event.subscribe: that a domain begins
patch.%s: live patches, by the word of the command line
patch.list: live patches
patch.plan: live patches
patch.policy.get: live patches
patch.policy.set: live patches
patch.status: live patches
patch.upload: live patches
sched.credit2.get: --drift compares all domains
sched.credit2.set: --dry-run, and what --drift sets right
sched.params.set: --dry-run
sched.simulate: a forecast
sched.stats: where the time went
'
# What --json prints as nacred answers it, by json_listing().
listings='
cpupool.list
domain.get
domain.list
domain.vcpus
host.info
sched.credit2.get
sched.params.get
'
methods=$(grep -hoE '\.name = "[a-z]+\.[a-z0-9_.]+"' daemons/nacred/methods/*.c | cut -d'"' -f2 | sort -u)
[ "$(wc -l <<<"$methods")" -gt 60 ] || { echo "xl_library: nacred's methods are not found"; exit 1; }
# One line a file, so that it does not matter where a call is broken; errors' names are no calls.
text=$(for f in toolstack/xl/*.[ch]; do tr -s ' \t\n' ' ' <"$f"; echo; done | sed -E 's/strcmp\(error[^"]*"[^"]*"//g')
listed=$(grep -oE 'json_listing(_get)?\( ?"[^"]+"' <<<"$text" | cut -d'"' -f2 | sort -u)
called=$(sed -E 's/json_listing(_get)?\( ?"[^"]+"//g' <<<"$text" | grep -oE '"[a-z]+\.(%s|[a-z0-9_.]+)"' |
	tr -d '"' | sort -u | comm -12 - <(sort -u <<<"$methods"$'\n'"$(sed 's/[.].*/.%s/' <<<"$methods")"))
compare() { # WHAT FOUND ALLOWED
	local line
	while read -r line; do
		echo "xl_library: $1: $line"
		bad=1
	done < <(diff <(sort -u <<<"$2") <(sed -E 's/:.*//; /^$/d' <<<"$3" | sort -u) |
		sed -nE 's/^< (.*)/\1 is called: use libxl, or say why it cannot/p; s/^> (.*)/\1 is not called any more/p')
}
compare "methods that xl calls" "$called" "$calls"
compare "methods that --json shows" "$listed" "$listings"
exit $bad
