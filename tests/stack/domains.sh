#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Guests that start and stop with the host (nacre-domains(8)): in order, what runs
# already is left alone, who does not obey is destroyed after the deadline.
. "$(dirname "$0")/lib.sh"
domains=$BUILD/lib/nacre/nacre-domains
export XENDOMAINS_AUTO=$WORK/auto XENDOMAINS_STOP_MAXWAIT=60
mkdir "$XENDOMAINS_AUTO"
names() { xl vm-list | awk 'NR > 2 { printf "%s%s", sep, $3; sep = " " }'; }
outcome() { sed -n "s/^\(.*\) $1\$/\1/p" "$NACRE_STATE_DIR/domains-default"; }

# Without nacred: a message and no success, and no file that claims anything.
refuse no.daemon 1 'nacred does not say' "$domains" stop
refuse misuse 2 '^Usage:' "$domains" restart
check no.state [ ! -e "$NACRE_STATE_DIR/domains-default" ]

up -c 2 -m 512
check empty.start "$domains" start
check empty.stop "$domains" stop
cp "$(cfg_tiny first ticker)" "$XENDOMAINS_AUTO/20-first"
cp "$(cfg_tiny second ticker)" "$XENDOMAINS_AUTO/10-second"
cp "$(cfg_tiny mute spin)" "$XENDOMAINS_AUTO/30-mute"
cp "$(cfg_tiny deaf ticker)" "$XENDOMAINS_AUTO/40-deaf"
cp "$(cfg_tiny backup ticker)" "$XENDOMAINS_AUTO/10-second~"
check start "$domains" start
prints order "second first mute deaf" names
says again.told '^first runs already' "$domains" start
prints again "second first mute deaf" names

# A broken file does not keep the rest from starting.
xl destroy first
echo 'name = ' >"$XENDOMAINS_AUTO/05-broken"
refuse broken 1 '^<3>nacre-domains: cannot start what is in .*/05-broken' "$domains" start
prints broken.others "second mute deaf first" names
rm "$XENDOMAINS_AUTO/05-broken"

# One cannot be asked, one hears it and does nothing.
wait_line "$(console_log first)" . 120 && wait_line "$(console_log second)" . 120 ||
	fail ticking "$(xl list)"
wait_line "$(console_log deaf)" . 120 && xl pause deaf || fail deaf "$(xl list)"
export XENDOMAINS_STOP_MAXWAIT=5
began=$SECONDS
refuse stop 0 '^<4>nacre-domains: deaf has not shut down in time' "$domains" stop
[ $((SECONDS - began)) -ge 5 ] && pass stop.deadline || fail stop.deadline "$((SECONDS - began)) s"
prints stop.all "" names
prints stop.first shut-down outcome first
prints stop.second shut-down outcome second
prints stop.mute destroyed outcome mute
prints stop.deaf destroyed outcome deaf
says status 'destroyed deaf' "$domains" status
check start.after.stop "$domains" start
prints start.after.stop.all "second first mute deaf" names
exit $((bad > 0))
