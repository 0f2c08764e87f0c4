#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The Debian package, in a copy of this machine's own system where systemd does not run:
# installed, used by a user, upgraded while a guest runs, removed, purged.
# stack.package_boot does the same with systemd.
. "$(dirname "$0")/../lib/package.sh"
in_namespace "$0" "$@"
. "$(dirname "$0")/lib.sh"

make_debs || {
	fail cpack "$(tail -n 5 "$WORK/cpack.log")"
	exit 1
}
pass cpack
field() { dpkg-deb -f "$OLD" "$1"; }
says depends 'libc6 .*libsystemd0 .*libxencall1' field Depends
prints depends.own "" eval "dpkg-deb -f '$OLD' Depends | grep -o 'libxenmisc[^,]*'"
says recommends qemu-system-x86 field Recommends
prints owner "root/root" eval "dpkg-deb -c '$OLD' | awk '{ print \$2 }' | sort -u"
prints outside.usr "" eval "dpkg-deb -c '$OLD' | awk '{ print \$6 }' | grep -vE '^\./(usr/.*)?$'"
prints writable "" eval "dpkg-deb -c '$OLD' | grep -E '^-.......w'"
dpkg-deb -e "$OLD" "$WORK/control"
for script in postinst prerm postrm; do
	check "syntax.$script" sh -n "$WORK/control/$script"
	refuse "misuse.$script" 1 'unknown argument|^$' sh "$WORK/control/$script" nonsense
done

overlay / || { fail overlay "cannot be mounted"; exit 1; }
mount -t proc proc "$ROOT/proc"
mount --bind /dev "$ROOT/dev"
mount -t tmpfs none "$ROOT/run"
mount -t tmpfs none "$ROOT/tmp"
inside() { chroot "$ROOT" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
# Other toolstacks of this machine: the package conflicts with them.
for other in $(dpkg-query -W -f '${Package}\n' 'xen-utils*' 2>/dev/null); do
	inside dpkg --force-depends --purge "$other" >/dev/null 2>&1
done
inside dpkg --force-depends --purge nacre >/dev/null 2>&1
rm -rf "$ROOT/etc/nacre" "$ROOT/var/lib/nacre"
cp "$OLD" "$ROOT/srv/old.deb"
cp "$NEW" "$ROOT/srv/new.deb"
cp "$BUILD/guests/ticker.elf" "$ROOT/srv/"
tree >"$WORK/before"
deb() { inside dpkg "$@" 2>&1; }

check install deb -i /srv/old.deb
prints status "install ok installed" inside dpkg-query -W -f '${Status}' nacre
says user ':/var/lib/nacre:/usr/sbin/nologin$' grep '^nacre:' "$ROOT/etc/passwd"
prints verify "" inside dpkg --verify nacre

# A user, who need not be root, starts an instance.
cat >"$ROOT/srv/web.cfg" <<END
name = "web"
type = "pvh"
kernel = "/srv/ticker.elf"
memory = 8
END
user() {
	chroot --userspec=nobody:nogroup "$ROOT" env -i PATH=/usr/bin:/bin HOME=/tmp \
		NACRE_RUNTIME_DIR=/tmp/nacre-nobody "$@"
}
user mkdir -m 0700 /tmp/nacre-nobody
check up user nacre up -m 256
check create user xl create -q /srv/web.cfg
says list '^web +1 ' user xl list
pids() { user sh -c 'cd /tmp/nacre-nobody/default && cut -d" " -f1 nacre-host.pid qemu.pid xenstored.pid nacred.pid'; }
before=$(pids)
check upgrade deb -i /srv/new.deb
says upgrade.version '\+1$' inside dpkg-query -W -f '${Version}' nacre
prints upgrade.untouched "$before" pids
says upgrade.guest '^web +1 ' user xl list
check down user nacre down
check down.left [ -z "$(ls -A "$ROOT/tmp/nacre-nobody")" ]

check remove deb -r nacre
check remove.programs [ ! -e "$ROOT/usr/bin/nacred" ]
check remove.config [ -d "$ROOT/etc/nacre" ]
check purge deb -P nacre
prints purge.nothing "" left_over "$WORK/before"
umount -R "$ROOT/proc" "$ROOT/dev" "$ROOT/run" "$ROOT/tmp"
umount "$ROOT" "$WORK/layer"
exit $((bad > 0))
