#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# SIGHUP: nacred reads its settings and the advisory records again, without an end of
# anything; a file that makes no sense is told and changes nothing.
. "$(dirname "$0")/lib.sh"
up -c 2 -m 256
log=$RUN/log/nacred.log
conf=$NACRE_CONFIG_DIR/nacred.conf
mkdir -p "$NACRE_CONFIG_DIR"
pid=$(nacred_pid)
reload() { # PATTERN: what comes of it, in a line that was not there before
	local before
	before=$(wc -l <"$log")
	kill -HUP "$pid"
	until_true 20 bash -c 'tail -n +$2 "$1" | grep -qE -- "$3"' _ "$log" $((before + 1)) "$1"
}
told() { # NAME PATTERN
	if reload "$2"; then pass "$1"; else fail "$1" "$(tail -n 3 "$log")"; fi
}
made() { grep -c "($1) is made" "$log"; }

told without '^<5>settings and advisory records are read again$'
check made.create xl create -q "$(cfg_tiny one ticker)"
prints made.told 1 made one
echo 'log_level = "warning"' >"$conf"
# Of the last line itself nothing is to be seen at this level.
kill -HUP "$pid"
check quiet.answers xl list
check quiet.create xl create -q "$(cfg_tiny two ticker)"
prints quiet.two 0 made two
echo 'log_level = "loud"' >"$conf"
told bad.value '^<3>read again: the settings could not be used'
says bad.line 'nacred.conf: log_level is error, warning' tail -n 2 "$log"
echo 'log_levle = "info"' >"$conf"
told bad.key '^<3>.*nacred.conf:1: there is no setting "log_levle"'
check bad.create xl create -q "$(cfg_tiny three ticker)"
prints bad.unchanged 0 made three
rm "$conf"
told back '^<5>settings and advisory records are read again$'

# A record that is there is known, one that is none is told.
mkdir -p "$NACRE_CONFIG_DIR/advisories.d"
echo '{' >"$NACRE_CONFIG_DIR/advisories.d/broken.json"
told records '^<4>1 advisory files cannot be used'
prints same.process "$pid" nacred_pid
prints guests "one two three" eval "xl vm-list | awk 'NR > 2 { printf \"%s%s\", sep, \$3; sep = \" \" }'"
exit $((bad > 0))
