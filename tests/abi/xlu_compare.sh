#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# xlu_compare.sh PROBE CORPUS OUR_LIBRARIES: our libxlutil and Debian's give the
# same values, return codes and messages for every line of CORPUS.
set -eu
probe=$1 corpus=$2 ours=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

loaded() { LD_LIBRARY_PATH=$1 ldd "$probe" | sed -n 's/.*libxlutil[^>]*=> \([^ ]*\).*/\1/p'; }
case $(loaded "$ours") in
"$ours"/*) ;;
*) echo "the probe does not load our libxlutil: $(loaded "$ours")"; exit 1 ;;
esac
case $(loaded "") in
/lib/* | /usr/lib/*) ;;
*) echo "the probe does not load Debian's libxlutil: $(loaded "")"; exit 1 ;;
esac
"$probe" <"$corpus" >"$work/debian"
LD_LIBRARY_PATH=$ours "$probe" <"$corpus" >"$work/ours"
diff -u "$work/debian" "$work/ours"
lines=$(grep -c '^===' "$work/ours")
[ "$lines" -eq "$(grep -c . "$corpus")" ]
echo "$lines lines, all equal"
