#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# on_crash of coredump-destroy and coredump-restart: the core of the life that ended, whole or
# not there, and the domain goes or comes again in any case.
. "$(dirname "$0")/lib.sh"
cores=$NACRE_STATE_DIR/dump/default
log=$RUN/log/nacred.log
up -m 768

core_names() { (cd "$cores" 2>/dev/null && ls -A) | tr '\n' ' '; }
mode_of() { stat -c %a "$1"; }
gone() { ! xl domid "$1" 2>/dev/null; }
# The core is of a guest of 8 MiB, as `xl dump-core' writes it.
core_is_whole() { # FILE
	readelf -hSW "$1" >"$WORK/elf" 2>"$WORK/elf.err" && [ ! -s "$WORK/elf.err" ] &&
		grep -q 'CORE (Core file)' "$WORK/elf" &&
		grep -q ' \.xen_pages ' "$WORK/elf" &&
		[ "$(stat -c %s "$1")" -gt $((6 << 20)) ]
}

check destroy.create xl create -q "$(cfg_tiny one unmapped 'on_crash = "coredump-destroy"')"
until_true 120 gone one && pass destroy.gone || fail destroy.gone "$(xl list)"
prints destroy.core 'one.core ' core_names
check destroy.whole core_is_whole "$cores/one.core"
prints destroy.mode 600 mode_of "$cores/one.core"
prints destroy.mode.dir 700 mode_of "$cores"
says destroy.told "a core is in $cores/one.core" tail -n 20 "$log"

# The next life runs while the core of the one before lies there.
check restart.create xl create -q "$(cfg_tiny two unmapped 'on_crash = "coredump-restart"')"
second() { [ "$(grep -cE 'domain [0-9]+ \(two\) ended' "$log")" -ge 2 ]; }
until_true 240 second && pass restart.again || fail restart.again "$(tail -n 5 "$log")"
check restart.whole core_is_whole "$cores/two.core"
check restart.destroy xl destroy two

# nacred dies while it writes: the next one deals with the domain, and leaves half a core to nobody.
check killed.create xl create -q "$(cfg_tiny big unmapped 'on_crash = "coredump-destroy"' 'memory = 384')"
end=$((SECONDS + 240))
until [ -e "$cores/big.core.new" ] || [ -e "$cores/big.core" ] || [ $SECONDS -gt $end ]; do :; done
[ -e "$cores/big.core.new" ] && pass killed.begins || fail killed.begins "$(core_names)"
kill -9 "$(nacred_pid)"
until_true 240 gone big && pass killed.gone || fail killed.gone "$(xl list)"
prints killed.core 'big.core one.core two.core ' core_names
check killed.whole core_is_whole "$cores/big.core"

# No room: no core, no half of one, and the domain goes all the same.
rm -rf "$cores"
mkdir -p "$NACRE_STATE_DIR/dump"
: >"$cores"
check none.create xl create -q "$(cfg_tiny three unmapped 'on_crash = "coredump-destroy"')"
until_true 120 gone three && pass none.gone || fail none.gone "$(xl list)"
says none.told "three has no core: cannot use the directory $cores: " tail -n 20 "$log"
rm -f "$cores"
mkdir -m 0777 "$cores" && chmod 0777 "$cores"
check others.create xl create -q "$(cfg_tiny four unmapped 'on_crash = "coredump-destroy"')"
until_true 120 gone four && pass others.gone || fail others.gone "$(xl list)"
prints others.none '' core_names
check down nacre down
exit $((bad > 0))
