#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The store and the consoles: Debian's own xenstore programs as clients, a Linux
# guest as the other side, and both daemons killed at bad moments.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"

DEB=$BUILD/xenstore-utils
unpack_package "$DEB" xenstore-utils "$WORK/apt.log" || exit 1
PATH=$PATH:$DEB/usr/bin
export XENSTORED_RUNDIR=$RUN

pid_of() { cut -d' ' -f1 "$RUN/$1.pid"; }
# Kill a daemon; until nacre-host has it up again.
kill_daemon() {
	local old
	old=$(pid_of "$1")
	kill -9 "$old"
	until_true 30 bash -c '[ "$(cut -d" " -f1 "$1")" != "$2" ]' _ "$RUN/$1.pid" "$old" &&
		case $1 in
		xenstored) until_true 30 xenstore-exists /tool ;;
		*) until_true 30 grep -qa . "$RUN/$1.pid" ;;
		esac
}
same() { # NAME WANTED GOT
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "$(diff <(echo "$2") <(echo "$3"))"; fi
}

up
# --- Debian's clients -------------------------------------------------------------
check write xenstore-write /test/a one /test/b/c 'two words'
same read 'two words' "$(xenstore-read /test/b/c)"
check chmod xenstore-chmod /test/a n3 r1 b2
same ls "$(printf '/test/a = "one"   (n3,r1,b2)\n/test/b = ""   (n0)\n/test/b/c = "two words"   (n0)')" \
	"$(xenstore-ls -f -p /test)"
same list "$(printf 'a\nb')" "$(xenstore-list /test)"
refuse read.missing 1 "couldn't read path /test/none" xenstore-read /test/none
refuse write.bad-path 1 'could not write path' xenstore-write '/test/a b' x
same exec one "$(nacre exec xenstore-read /test/a)"

exec {watch}< <(exec xenstore-watch -n 4 /test 2>&1)
read -r -t 10 line <&"$watch" && same watch.first /test "$line"
xenstore-write /test/a two
read -r -t 10 line <&"$watch" && same watch.write /test/a "$line"
xenstore-write /test/d 1 /test/e 2 # one transaction
read -r -t 10 line <&"$watch" && same watch.commit.1 /test/d "$line"
read -r -t 10 line <&"$watch" && same watch.commit.2 /test/e "$line"
exec {watch}<&-

before=$(xenstore-ls -f -p /)
kill_daemon xenstored && pass restart || fail restart "$(tail -n 5 "$RUN/log/xenstored.log")"
same restart.tree "$before" "$(xenstore-ls -f -p /)"
check rm xenstore-rm /test
check rm.again xenstore-rm /test
xenstore-exists /test && fail gone || pass gone

# --- a guest that does not notice ---------------------------------------------------
log=$(console_log web)
check create xl create -q "$(cfg_linux web)"
for round in 1 2 3; do # while its kernel is busy with the store and the console
	kill_daemon xenstored || fail "boot.kill.$round"
	kill_daemon xenconsoled || fail "boot.kill.$round"
done
if wait_line "$log" '^hello from Linux' 600; then
	pass hello
else
	fail hello "$(tail -n 5 "$log")"
	exit 1
fi
id=$(xl domid web)
home=/local/domain/$id
# Written by the guest through its ring.
same feature "$home/control/feature-poweroff = \"1\"   (n$id)" \
	"$(xenstore-ls -f -p "$home" | grep "^$home/control/feature-poweroff ")"
same perms "$home/data = \"\"   (n$id)" "$(xenstore-ls -f -p "$home" | grep "^$home/data ")"
[[ $(xenstore-read "$home/console/tty") == /dev/* ]] && pass tty || fail tty

# --- viewers: one stopped, one alive ---------------------------------------------------
exec 4> >(exec xl console web >"$WORK/stopped.log" 2>&1)
stopped=$!
wait_line "$WORK/stopped.log" 'hello from' 60 || fail slow-viewer.replay
kill -STOP "$stopped"
exec 3> >(exec xl console web >"$WORK/view.log" 2>&1)
viewer=$!
printf 'i=0; while [ $i -lt 3000 ]; do echo "line $i of many"; i=$((i + 1)); done\n' >&3
wait_line "$log" 'line 2999 of many' 300 && pass slow-viewer.log || fail slow-viewer.log
wait_line "$WORK/view.log" 'line 2999 of many' 60 && pass slow-viewer.other || fail slow-viewer.other
same log.complete 3000 "$(grep -ac '^line [0-9]* of many' "$log")"
kill -CONT "$stopped"
kill "$stopped" "$viewer" 2>/dev/null
exec 3>&- 4>&-

# --- the end: all of the log, none of the nodes ------------------------------------------
kill_daemon xenstored || fail end.kill
kill_daemon xenconsoled || fail end.kill
check shutdown xl shutdown -w web
until_true 60 bash -c '! xl domid web' && pass gone-from-list || fail gone-from-list
grep -qa 'reboot: System halted\|reboot: Power down' "$log" && pass last-words ||
	fail last-words "$(tail -n 3 "$log")"
until_true 10 bash -c '! xenstore-exists "$1"' _ "$home"
left=$(xenstore-ls -f / | grep -E "^(/local/domain/$id|/libxl/$id|/vm/|/local/domain/0/backend/.*/$id)")
same nothing-left '' "$left"
[ ! -e "$RUN/xenstored/guest-$id" ] && pass no-file-left || fail no-file-left
exit $((bad > 0))
