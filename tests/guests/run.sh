#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Ring 2: each tiny guest of guests.txt on the real image, over the bare hypervisor;
# one verdict line a guest and environment, which is the guest's own.
#
#   run.sh BUILD [NAME[.ENVIRONMENT]...]          all, or some
#   run.sh BUILD --bare [NAME[.ENVIRONMENT]...]   on the emulated machine without a
#                                                 hypervisor: is it the emulator?
. "$(dirname "$0")/../stack/lib.sh"
shift
TEST=guest
TABLE=$TOP/tests/guests/guests.txt
bare=
if [ "${1-}" = --bare ]; then
	bare=1
	shift
fi
wanted=("$@")

is_wanted() { # NAME ENVIRONMENT
	local w
	[ ${#wanted[@]} = 0 ] && return
	for w in "${wanted[@]}"; do
		[ "$w" = "$1" ] || [ "$w" = "$1.$2" ] && return
	done
	return 1
}

boot() { # GUEST.ENVIRONMENT [option of guest_boot...]
	local guest=$1
	shift
	nacre exec "$BUILD/test/guest_boot" -q -V -m 16 -k "$BUILD/guests/$guest.elf" "$@" </dev/null
}

verdict() { # NAME STATUS OUTPUT
	case $2 in
	0) pass "$1" ;;
	77) echo "SKIP $TEST.$1: $(grep -a '^SKIP' <<<"$3")" ;;
	*) fail "$1" "status $2: $(tail -n 3 <<<"$3")" ;;
	esac
}

run() { # GUEST.ENVIRONMENT [option...]
	local out rc
	# Rings full of rubbish come through the console, too.
	out=$(boot "$@" 2>&1 | tr -d '\000'; echo "status ${PIPESTATUS[0]}")
	rc=${out##*status }
	verdict "$1" "$rc" "$out"
}

# The machine that nacre up makes (daemons/host/qemu.c), but for the hypervisor.
run_bare() { # GUEST.ENVIRONMENT VCPUS SECONDS
	local out
	out=$(timeout "$3" qemu-system-x86_64 -accel tcg -cpu max -machine pc -smp "$2" -m 64 \
		-nodefaults -display none -no-reboot -debugcon stdio \
		-device isa-debug-exit,iobase=0xf4,iosize=4 \
		-kernel "$BUILD/guests/$1.elf" </dev/null 2>&1)
	case $(grep -aE '^(PASS|FAIL|SKIP|ERROR) ' <<<"$out" | tail -n 1) in
	PASS*) verdict "$1" 0 ;;
	SKIP*) verdict "$1" 77 "$out" ;;
	*) verdict "$1" 1 "$out" ;;
	esac
}

each() { # COMMAND: with each wanted row and environment
	local name envs area vcpus seconds on_bare options env words
	while read -r name envs area vcpus seconds on_bare options <&3; do
		case $name in '' | '#'*) continue ;; esac
		[ "$seconds" = - ] && continue
		for env in ${envs//,/ }; do
			is_wanted "$name" "$env" || continue
			eval "words=(${options-})"
			"$1" "$name.$env" "$vcpus" "$seconds" "$on_bare" "${words[@]}"
		done
	done 3<"$TABLE"
}
hosted() { run "$1" -v "$2" -t "$3" "${@:5}"; }
alone() { [ "$4" != bare ] || run_bare "$1" "$2" "$3"; }

# Two guests on one CPU: what one has in its registers is not the other's.
side_by_side() { # GUEST CMDLINE CMDLINE
	boot "$1.long64" -t 240 -c "$2" >"$WORK/first" 2>&1 &
	local first=$! second
	boot "$1.long64" -t 240 -c "$3" >"$WORK/second" 2>&1
	second=$?
	wait "$first"
	verdict "$1.first" $? "$(cat "$WORK/first")"
	verdict "$1.second" $second "$(cat "$WORK/second")"
}

# While a guest gets nowhere, the other one on its CPU must.
beside_a_loop() { # GUEST
	local out
	boot "$1" -t 60 >"$WORK/loop" 2>&1 &
	local loop=$!
	if ! wait_line "$WORK/loop" '^EXPECT spin' 60; then
		fail "$1.neighbour" "the loop does not begin: $(tail -n 1 "$WORK/loop")"
		return
	fi
	out=$(boot hello.long64 -t 50 2>&1)
	verdict "$1.neighbour" $? "$out"
	kill -0 "$loop" 2>/dev/null || fail "$1.neighbour" "the loop has ended before"
	wait "$loop"
}

if [ "$bare" ]; then
	each alone
	exit $((bad > 0))
fi
up --cpus 1
each hosted
if is_wanted fpu long64; then side_by_side fpu 'seed=1 ms=4000' 'seed=2 ms=4000'; fi
if is_wanted debug long64; then side_by_side debug holder other; fi
if is_wanted advisory-156 long64; then beside_a_loop advisory-156.long64; fi
exit $((bad > 0))
