#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Our nacred, xl and xen-livepatch in the domain 0 of Debian's real Xen 4.17, beside
# Debian's xenstored and xenconsoled.  Downloads 100 MB, so: with NACRE_LONG=1 only.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/real_xen.sh"
if [ "${NACRE_LONG:-0}" = 0 ]; then
	echo "SKIP $TEST: a long form (NACRE_LONG=1)"
	exit 0
fi
DIR=$BUILD/real-xen

stage=$WORK/stage
check prepare real_xen_prepare "$DIR" "$WORK/packages.log"
check install env DESTDIR="$stage" cmake --install "$BUILD" --prefix /usr/local
mkdir -p "$stage/guest"
cp "$BUILD"/guest/{vmlinuz,initrd.gz} "$stage/guest/"
check initramfs real_xen_initramfs "$DIR" "$stage" "$TOP/tests/stack/real_xen/dom0.sh"
check run real_xen_run "$DIR" 1200
cat "$DIR/script.log"
bad=$((bad + $(grep -c '^FAIL' "$DIR/script.log")))
[ $bad = 0 ] || tail -n 20 "$DIR/console.log"
exit $((bad > 0))
