#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# compare.sh LIBRARY PROBE OUR_DIRECTORY [INPUT]: PROBE, which is linked with
# LIBRARY, prints the same with Debian's as with the one in OUR_DIRECTORY.
set -eu
library=$1 probe=$2 ours=$3 input=${4:-/dev/null}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

loaded() { LD_LIBRARY_PATH=$1 ldd "$probe" | sed -n "s/.*$library[^>]*=> \([^ ]*\).*/\1/p"; }
case $(loaded "$ours") in
"$ours"/*) ;;
*) echo "the probe does not load our $library: $(loaded "$ours")"; exit 1 ;;
esac
case $(loaded "") in
/lib/* | /usr/lib/*) ;;
*) echo "the probe does not load Debian's $library: $(loaded "")"; exit 1 ;;
esac
# Their leaks are not ours to find.
ASAN_OPTIONS=detect_leaks=0 "$probe" <"$input" >"$work/debian"
LD_LIBRARY_PATH=$ours "$probe" <"$input" >"$work/ours"
diff -u "$work/debian" "$work/ours"
# Not two empty answers, and one to each line that was asked.
lines=$(grep -c '^===' "$work/ours")
[ "$input" = /dev/null ] || [ "$lines" -eq "$(grep -c . "$input")" ]
echo "$lines questions, all answered alike"
