#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The main job: Debian's unmodified kernel, its console, its life.
. "$(dirname "$0")/lib.sh"

up
cfg=$(cfg_linux web 'vcpus = 2' 'memory = 256')
check create xl create -q "$cfg"
log=$(console_log web)
if wait_line "$log" '^hello from Linux .*: 2 vCPUs' 600; then
	pass hello
else
	fail hello "$(tail -n 5 "$log")"
	exit 1
fi

line=$(xl list web | sed -n 2p)
[[ $line =~ ^web\ +1\ +25[5-9]\ +2\ +[r-][b-]----\ +[0-9]+\.[0-9]$ ]] && pass list || fail list "$line"
[ "$(xl vcpu-list web | wc -l)" = 3 ] && pass vcpu-list || fail vcpu-list "$(xl vcpu-list web)"
[ "$(xl domname "$(xl domid web)")" = web ] && pass domid || fail domid

# A command through the console, and its answer.
coproc CONSOLE { exec xl console web 2>&1; }
printf 'echo answer $((6 * 7))\n' >&"${CONSOLE[1]}"
if timeout 120 grep -qam1 'answer 42' <&"${CONSOLE[0]}"; then pass console; else fail console; fi
kill "$CONSOLE_PID" 2>/dev/null
wait 2>/dev/null

check pause xl pause web
[[ $(state_of web) == -[b-]p--- ]] && pass paused || fail paused "$(state_of web)"
check unpause xl unpause web
check rename xl rename web www
[ "$(xl domname 1)" = www ] && pass renamed || fail renamed

# Reboot: the same name and uuid, another id.
uuid=$(xl vm-list | awk '$3 == "www" { print $1 }')
check reboot xl reboot -w www
until_true 120 xl domid www && wait_line "$(console_log www)" '^hello from Linux' 600 &&
	pass rebooted || fail rebooted "$(tail -n 5 "$(console_log www)")"
[ "$(xl vm-list | awk '$3 == "www" { print $1 }')" = "$uuid" ] && pass same-uuid || fail same-uuid
[ "$(xl domid www)" != 1 ] && pass new-id || fail new-id

check shutdown xl shutdown -w www
until_true 60 bash -c '! xl domid www' && pass gone || fail gone "$(xl list)"
grep -qa 'hello from Linux' "$(console_log www)" && pass log-stays || fail log-stays
exit $((bad > 0))
