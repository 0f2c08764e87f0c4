#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Many domains of 4 MiB at once in a host of 4 GiB: all say hello, all are listed, all
# are destroyed, and memory, descriptors and xenstore nodes are what they were.
# NACRE_CROWD=500 is the long form.
. "$(dirname "$0")/lib.sh"
domains=${NACRE_CROWD:-100}

listed() { xl list | tail -n +3 | wc -l; }
greetings() { grep -la '^hello from one of many' "$RUN"/console/guest-g*.log 2>/dev/null | wc -l; }
all_greet() { [ "$(greetings)" = "$domains" ]; }
none_left() { [ "$(listed)" = 0 ]; }

up -m 4096
cfg=$(cfg_tiny one crowd 'memory = 4')
sed -i '/^memory = 8/d' "$cfg"
# What is made once and kept.
xl create -q "$cfg" name=\"g0\" && xl destroy g0 || fail first
rm -f "$RUN"/console/guest-g0.log
before=$(snapshot)

start=$SECONDS
for ((i = 1; i <= domains; i++)); do
	xl create -q "$cfg" "name=\"g$i\"" || {
		fail create "number $i"
		break
	}
done
created=$((SECONDS - start))
[ "$(listed)" = "$domains" ] && pass listed || fail listed "$(listed) of $domains"
until_true 300 all_greet && pass hello || fail hello "$(greetings) of $domains"
[ "$(xl list | tail -n +3 | awk '$3 == 4 && $4 == 1 && $5 ~ /^-b/' | wc -l)" = "$domains" ] &&
	pass asleep || fail asleep "$(xl list | tail -n +3 | grep -v -- ' -b' | head -n 3)"
full=$(snapshot)

start=$SECONDS
for ((i = 1; i <= domains; i++)); do xl destroy "g$i" || fail destroy "number $i"; done
until_true 120 none_left && pass all-gone || fail all-gone "$(listed) left"
echo "$domains domains: created in $created s, destroyed in $((SECONDS - start)) s"
until_true 60 same_as "$before" && pass nothing-left || fail nothing-left "$before -> $(snapshot)"
echo "before: $before; at the most: $full"
exit $((bad > 0))
