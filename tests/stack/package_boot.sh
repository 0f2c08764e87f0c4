#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The Debian package in a clean Debian that systemd has booted, in a container: confined
# services with a guest, their restarts, an upgrade that no guest notices, removal.
. "$(dirname "$0")/../lib/package.sh"
[ -n "${NACRE_LONG-}" ] || {
	echo "SKIP package_boot: a long test (./check --long, NACRE_LONG=1)"
	exit 0
}
in_namespace "$0" "$@"
. "$(dirname "$0")/lib.sh"
for program in mmdebstrap systemd-nspawn nsenter; do
	command -v $program >/dev/null || {
		echo "SKIP package_boot: $program is not installed"
		exit 0
	}
done

make_debs || {
	fail cpack "$(tail -n 5 "$WORK/cpack.log")"
	exit 1
}
clean_debian "$BUILD/debian-root" "$WORK/debian.log" || {
	fail debian "$(tail -n 3 "$WORK/debian.log")"
	exit 1
}
overlay "$BUILD/debian-root" || { fail overlay "cannot be mounted"; exit 1; }
cp "$OLD" "$ROOT/srv/old.deb"
cp "$NEW" "$ROOT/srv/new.deb"
cp "$BUILD/guests/ticker.elf" "$ROOT/srv/"

# --- boot ---------------------------------------------------------------------------------
systemd-nspawn --quiet --keep-unit --register=no --private-network --console=pipe \
	-D "$ROOT" -b -- --unit=multi-user.target </dev/null >"$WORK/console.log" 2>&1 &
container=$!
leader=
stop_container() {
	[ -z "$leader" ] || kill -s RTMIN+3 "$leader" 2>/dev/null # halt
	timeout 60 tail --pid=$container -f /dev/null || kill -9 $container
	wait $container 2>/dev/null
	umount "$ROOT" "$WORK/layer"
}
trap 'stop_container; finish' EXIT
inside() { nsenter -t "$leader" -a env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
has_leader() { leader=$(pgrep -P $container | head -n 1) && [ -n "$leader" ] && inside test -S /run/systemd/private; }
until_true 60 has_leader || { fail boot "$(tail -n 5 "$WORK/console.log")"; exit 1; }
says boot '^(running|degraded)$' inside timeout 120 systemctl is-system-running --wait
tree >"$WORK/before"

# --- install, and an instance that starts with the machine ----------------------------------
check install inside dpkg -i /srv/old.deb
says user '^uid=.*\(nacre\).*\(kvm\)' inside id nacre
echo 'NACRE_HOST_OPTIONS=--memory=256' >"$ROOT/etc/nacre/instances/default.env"
mkdir "$ROOT/etc/nacre/auto/default"
printf 'name = "web"\ntype = "pvh"\nkernel = "/srv/ticker.elf"\nmemory = 8\n' \
	>"$ROOT/etc/nacre/auto/default/10-web"
stat_of() { inside stat -c '%a %U %G' "/run/nacre/default/$1"; }
check enable inside systemctl enable --now nacre@default.target
for unit in nacre-host xenstored xenconsoled nacred nacre-domains; do
	prints "active.$unit" active inside systemctl is-active "$unit@default.service"
done
prints active.socket active inside systemctl is-active nacred@default.socket
prints active.ro active inside systemctl is-active nacred-ro@default.socket
prints socket.owner "660 nacre nacre" stat_of nacred.sock
prints socket.ro.owner "660 nacre nacre-monitor" stat_of nacred-ro.sock
prints failed "" inside systemctl --failed --plain --no-legend list-units 'nacre*' 'xen*'
says guest '^web +1 ' inside xl list
prints metal.skipped inactive inside systemctl is-active nacred.service
# Not 0, which kill takes for something else.
pid() { inside systemctl show -P MainPID "$1@default.service" | grep -vx 0; }
[ -n "$(pid nacre-host)" ] && [ -n "$(pid nacred)" ] || {
	inside journalctl --no-pager -n 60
	exit 1
}
all_pids() { for u in nacre-host xenstored xenconsoled; do pid $u; done; }
for unit in nacre-host xenstored xenconsoled nacred; do
	says "confined.$unit" '^NoNewPrivs:[[:space:]]*1$' inside cat "/proc/$(pid $unit)/status"
	says "capabilities.$unit" '^CapBnd:[[:space:]]*0+$' inside cat "/proc/$(pid $unit)/status"
	says "watchdog.$unit" '^[1-9]' inside systemctl show -P WatchdogUSec "$unit@default.service"
done

# --- journal and reload ------------------------------------------------------------------------
entries() { inside journalctl --no-pager -o cat "$@"; }
says journal.made 'domain 1 \(web\) is made' entries MESSAGE_ID=f40273bf5b5745eab4f324ece51a0e95 NACRE_DOMAIN=web
says journal.catalog 'Guest web is made' inside journalctl --no-pager -x NACRE_DOMAIN=web
check reload inside systemctl reload nacred@default.service
says journal.reload 'are read again' entries MESSAGE_ID=f9dfecb0fee94fc08b028e45d7d71cb8 NACRE_OUTCOME=ok
# A console that is looked at goes on: the service manager keeps it.
mkfifo "$WORK/quiet"
exec 8<>"$WORK/quiet"
inside xl console web <&8 >"$WORK/view" 2>&1 &
wait_line "$WORK/view" . 60 || fail console "$(cat "$WORK/view")"

# --- any part is started again ---------------------------------------------------------------
new_pid() { local p && p=$(pid "$1") && [ "$p" != "$2" ]; }
for unit in nacred xenconsoled xenstored; do
	was=$(pid $unit)
	inside kill -9 "$was"
	until_true 30 new_pid $unit "$was" && pass "restart.$unit" || fail "restart.$unit"
	until_true 30 inside xl list && says "restart.$unit.guest" '^web +1 ' inside xl list
done

seen=$(wc -l <"$WORK/view")
more() { [ "$(wc -l <"$WORK/view")" -gt $((seen + 4)) ]; }
until_true 60 more && pass console.kept || fail console.kept "$(tail -n 2 "$WORK/view")"

# --- upgrade -----------------------------------------------------------------------------------
others=$(all_pids) was=$(pid nacred)
check upgrade inside dpkg -i /srv/new.deb
prints upgrade.others "$others" all_pids
new_pid nacred "$was" && pass upgrade.nacred || fail upgrade.nacred "it was not started again"
says upgrade.guest '^web +1 ' inside xl list

# --- stop in order, start again; a hypervisor that dies -------------------------------------------
check stop inside systemctl stop nacre@default.target
# The target is stopped first, and systemctl waits for no more than it.
until_true 60 inside sh -c '! pgrep -u nacre' && pass stop.all || fail stop.all "$(inside pgrep -au nacre)"
says stop.remembered '^shut-down web$' cat "$ROOT/var/lib/nacre/hosted/domains-default"
check start inside systemctl start nacre@default.target
says start.guest '^web +1 ' inside xl list
inside kill -9 "$(pid nacre-host)"
until_true 60 inside sh -c 'xl list | grep -q "^web "' && pass host.again || fail host.again \
	"$(inside systemctl list-units --all --no-pager 'nacre*' 'xen*')"

# --- remove, purge -----------------------------------------------------------------------------------
check remove inside dpkg -r nacre
prints remove.processes "" inside pgrep -u nacre
prints remove.links "" find "$ROOT/etc/systemd" -name 'nacre*'
check remove.config [ -f "$ROOT/etc/nacre/instances/default.env" ]
check purge inside dpkg -P nacre
prints purge.nothing "" left_over "$WORK/before"
exit $((bad > 0))
