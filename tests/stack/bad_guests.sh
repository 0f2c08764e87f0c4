#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# A guest can stop only itself: each misdeed ends that guest, with a reason in
# xl dmesg, while a second guest keeps running.
. "$(dirname "$0")/lib.sh"

up
xl create -q "$(cfg_tiny witness ticker)" || fail witness-create
wait_line "$(console_log witness)" 'tick' 120 || fail witness "no tick"

ticks() { grep -ac tick "$(console_log witness)"; }

misdeed() { # GUEST STATE-LETTER DMESG-PATTERN
	local guest=$1 state=$2 pattern=$3 before
	xl create -q "$(cfg_tiny "$guest" "$guest" 'on_crash = "preserve"' 'on_reboot = "preserve"')" ||
		fail "$guest.create"
	until_true 120 bash -c '[[ $(xl list '"$guest"' 2>/dev/null) == *---s'"$state"'-* ]]' ||
		fail "$guest.state" "$(xl list)"
	xl dmesg | grep -qE -- "$pattern" && pass "$guest.reason" ||
		fail "$guest.reason" "$(xl dmesg | tail -n 5)"
	xl destroy "$guest" || fail "$guest.destroy"
	before=$(ticks)
	until_true 120 bash -c "[ \$(grep -ac tick $(console_log witness)) -gt $before ]" &&
		pass "$guest.witness" || fail "$guest.witness" "stands still"
}

misdeed triple-fault r 'd[0-9]+v0 Triple fault'
misdeed ud r 'd[0-9]+v0 Triple fault'
misdeed unmapped c 'Domain [0-9]+ crashed: .* unmapped guest-physical address 0x'

# One that spins with interrupts off keeps its CPU share and no more.
xl create -q "$(cfg_tiny spin spin)" || fail spin.create
before=$(ticks)
until_true 120 bash -c "[ \$(grep -ac tick $(console_log witness)) -gt $((before + 2)) ]" &&
	pass spin.witness || fail spin.witness
check spin.destroy xl destroy spin

# One that scribbles over its rings loses its rings.
xl create -q "$(cfg_tiny wild-ring wild-ring)" || fail wild-ring.create
before=$(ticks)
until_true 120 bash -c "[ \$(grep -ac tick $(console_log witness)) -gt $((before + 2)) ]" &&
	pass wild-ring.witness || fail wild-ring.witness
until_true 120 bash -c '! xl domid wild-ring' && pass wild-ring.gone || fail wild-ring.gone
check wild-ring.store nacre exec xenstore-ls /
exit $((bad > 0))
