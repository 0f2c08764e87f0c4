#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What outlives the death of a daemon: consoles that are being looked at go on, by
# `xl console` and by the pseudo terminal, without a byte twice; sockets refuse nobody.
. "$(dirname "$0")/lib.sh"
up -c 2 -m 512
check create xl create -q "$(cfg_tiny web ticker)"
check create.other xl create -q "$(cfg_tiny other ticker)"
pid_of() { cut -d' ' -f1 "$RUN/$1.pid"; }
new_pid() { local p && p=$(pid_of "$1") && [ "$p" != "$2" ] && [ "$p" -gt 0 ]; }
kill_one() { # DAEMON SIGNAL
	local was
	was=$(pid_of "$1")
	kill "-$2" "$was"
	until_true 30 new_pid "$1" "$was" || fail "$1.$2" "it is not started again"
}

# Input that does not come and does not end.
mkfifo "$WORK/quiet"
exec 8<>"$WORK/quiet"
xl console web >"$WORK/console" 2>&1 <&8 &
viewer=$!
tty=$(nacre exec xenstore-read /local/domain/1/console/tty)
exec 7<"$tty"
cat <&7 >"$WORK/tty" &
reader=$!
wait_line "$WORK/console" . 60 && wait_line "$WORK/tty" . 60 || fail before "$(xl list)"
# Since the last look more lines came, and the viewer is there to see them.
lines() { wc -l <"$1"; }
more() { [ "$(lines "$1")" -gt "$2" ]; }
for signal in KILL TERM; do
	for view in console tty; do
		seen=$(lines "$WORK/$view")
		kill_one xenconsoled $signal
		until_true 30 more "$WORK/$view" $((seen + 4)) && pass "$view.$signal" ||
			fail "$view.$signal" "$seen lines before, $(lines "$WORK/$view") behind"
	done
	kill -0 $viewer 2>/dev/null && pass "viewer.$signal" || fail "viewer.$signal" "$(tail -n 2 "$WORK/console")"
	prints "tty.$signal.name" "$tty" nacre exec xenstore-read /local/domain/1/console/tty
done
# The ticks of the guest are numbered: nothing is repeated.
prints nothing.twice "" eval "grep -aoE 'tick [0-9]+' '$WORK/console' | sort | uniq -d"

# A guest that ends while xenconsoled is away: its viewer is told by the end of its stream.
kill -STOP "$(pid_of nacre-host)" 2>/dev/null
kill -KILL "$(pid_of xenconsoled)"
kill -CONT "$(pid_of nacre-host)"
check destroy xl destroy web
timeout 60 tail --pid=$viewer -f /dev/null && pass viewer.ends || fail viewer.ends "it waits"
kill $reader 2>/dev/null
exec 7<&-

# Nobody is refused while nacred is being started again: its sockets stay.
for socket in nacred.sock nacred-ro.sock; do
	inode=$(stat -c %i "$RUN/$socket")
	kill_one nacred KILL
	check "$socket.at.once" xl list
	prints "$socket.same" "$inode" stat -c %i "$RUN/$socket"
done
# Told to stop it takes them away, and what is started then makes new ones.
kill_one nacred TERM
check nacred.new until_true 30 xl list
inode=$(stat -c %i "$RUN/xenconsoled.sock")
kill_one xenconsoled KILL
prints xenconsoled.socket "$inode" stat -c %i "$RUN/xenconsoled.sock"
xl console other >"$WORK/other" 2>&1 <&8 &
wait_line "$WORK/other" . 60 && pass console.again || fail console.again "$(tail -n 2 "$WORK/other")"
kill $! 2>/dev/null
descriptors_of() { ls "/proc/$(pid_of nacre-host)/fd" | wc -l; }
until_true 20 bash -c "[ \$(ls /proc/$(pid_of nacre-host)/fd | wc -l) -lt 64 ]" && pass host.descriptors ||
	fail host.descriptors "$(descriptors_of)"
exit $((bad > 0))
