#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# cmake --install puts all of it somewhere, and it works from there, wherever that is:
# installed, moved, and used while source and build directory cannot be seen.
. "$(dirname "$0")/lib.sh"
check install cmake --install "$BUILD" --prefix "$WORK/first/usr"
mv "$WORK/first" "$WORK/moved"
usr=$WORK/moved/usr

# --- complete -----------------------------------------------------------------------------
for program in "$BUILD"/bin/*; do
	name=$(basename "$program")
	[ -f "$program" ] && [ -x "$program" ] || continue
	[ -x "$usr/bin/$name" ] && pass "program.$name" || fail "program.$name" "is not installed"
done
for page in "$TOP"/man/*.[1-8]; do
	[ -f "$usr/share/man/man${page##*.}/$(basename "$page")" ] || fail page "no $page"
done
for path in lib/nacre/nacre.elf lib/nacre/hosted/libxencall.so.1 lib/nacre/guests/hello.long64.elf \
	lib/nacre/manifests/hypervisor.json lib/nacre/nacre-domains share/nacre/advisories.json \
	share/nacre/advisories.d/XSA-194.json lib/sysusers.d/nacre.conf lib/tmpfiles.d/nacre.conf \
	share/bash-completion/completions/xl share/zsh/site-functions/_xl \
	share/fish/vendor_completions.d/xl.fish share/doc/nacre/html/nacre.7.html share/doc/nacre/copyright \
	lib/systemd/system/nacred@.service; do
	check "has.$path" [ -f "$usr/$path" ]
done
check has.recipe ls "$usr"/share/nacre/builds/*.json
check units.prefix grep -q "^ExecStart=$WORK/first/usr/bin/xenstored" \
	"$usr/lib/systemd/system/xenstored.service"
# Units name the prefix; nothing names the place it was built in.
prints no.build.path "" grep -rlaF -e "$TOP/" -e "$BUILD/" "$usr"

# --- works without the rest ---------------------------------------------------------------
hide='mount -t tmpfs none "$1" && mount -t tmpfs none "$2" && shift 2 && exec "$@"'
alone() {
	PATH=$usr/bin:/usr/bin:/bin:/usr/sbin:/sbin $unshare sh -c "$hide" _ "$BUILD" "$TOP" "$@"
}
unshare="unshare --mount"
[ "$(id -u)" = 0 ] || unshare="unshare --map-root-user --mount"
if ! alone true 2>/dev/null; then
	echo "SKIP $TEST.hidden: no mount namespace can be made here"
	alone() { PATH=$usr/bin:/usr/bin:/bin "$@"; }
else
	refuse hidden 2 'No such file' alone ls "$BUILD/bin"
fi
export NACRE_INSTANCE=installed
RUN=$NACRE_RUNTIME_DIR/installed
check up alone nacre up -m 256
says own.image "$usr/lib/nacre/nacre.elf" tr '\0' '\n' <"/proc/$(cut -d' ' -f1 "$RUN/qemu.pid")/cmdline"
cat >"$WORK/web.cfg" <<END
name = "web"
type = "pvh"
kernel = "$usr/lib/nacre/guests/hello.long64.elf"
memory = 8
on_poweroff = "preserve"
END
check create alone xl create -q "$WORK/web.cfg"
wait_line "$(console_log web)" hello 60 && pass console || fail console "$(alone xl list)"
says list '^web +1 ' alone xl list
says records 'XSA-194' alone xl patch-status --advisory=XSA-194
says exec '^web$' alone nacre exec xenstore-read /local/domain/1/name
check destroy alone xl destroy web
check domains alone "$usr/lib/nacre/nacre-domains" stop
check down alone nacre down
check nothing.left [ ! -e "$RUN" ]
exit $((bad > 0))
