#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The tiny guests in a second emulator: as boot modules of one ISO in Bochs' "ryzen",
# where SVM has next-RIP save, flush by ASID and 32768 ASIDs.  There is no toolstack:
# the hypervisor builds them itself (option module_guests).
#
#   guests_bochs.sh BUILD [NAME[.ENVIRONMENT]...]   some; else a handful, or all with
#                                                   NACRE_LONG=1
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/bochs.sh"
shift
trap '[ -z "${bochs-}" ] || kill "$bochs" 2>/dev/null; rm -rf "$WORK"' EXIT
HANDFUL="hello modes apic evtchn unmapped"

missing=$(bochs_missing)
[ -z "$missing" ] || { echo "SKIP $TEST: $missing"; exit 0; }

# The module's line for a row of guests.txt, from guest_boot's options.
module_line() { # NAME VCPUS SECONDS [option of guest_boot...]
	local line="name=$1 vcpus=$2 timeout=$3" cmdline=
	shift 3
	while [ $# -gt 1 ]; do
		case $1 in
		-m) line+=" memory=${2}M" ;;
		-c) cmdline=$2 ;;
		*) return 1 ;;
		esac
		shift 2
	done
	echo "$line${cmdline:+ -- $cmdline}"
}

reason_of() { # NAME ENVIRONMENT
	awk -v name="$1" -v full="$1.$2" '$1 == name || $1 == full { sub(/^[^ ]+ +/, ""); print }' "$TOP/tests/stack/guests_bochs.txt"
}

wanted=("$@")
[ $# -gt 0 ] || [ -n "${NACRE_LONG-}" ] || wanted=($HANDFUL)
is_wanted() { # NAME ENVIRONMENT
	local w
	[ ${#wanted[@]} = 0 ] && return
	for w in "${wanted[@]}"; do
		[ "$w" = "$1" ] || [ "$w" = "$1.$2" ] && return
	done
	return 1
}

# What is to run: a file NAME.ENVIRONMENT -> line of the module.
mkdir -p "$WORK/iso/boot"
queue=()
declare -A line
seconds_in_all=0
while read -r name envs area vcpus seconds bare options <&3; do
	case $name in '' | '#'*) continue ;; esac
	[ "$seconds" = - ] && continue
	for env in ${envs//,/ }; do
		is_wanted "$name" "$env" || continue
		reason=$(reason_of "$name" "$env")
		[ -z "$reason" ] || { echo "SKIP $TEST.$name.$env: $reason"; continue; }
		eval "words=(${options-})"
		line[$name.$env]=$(module_line "$name.$env" "$vcpus" "$seconds" "${words[@]}") ||
			{ echo "SKIP $TEST.$name.$env: its options need guest_boot"; continue; }
		strip -o "$WORK/iso/boot/$name.$env" "$BUILD/guests/$name.$env.elf" ||
			{ echo "ERROR $TEST.$name.$env: not built"; exit 1; }
		queue+=("$name.$env")
		seconds_in_all=$((seconds_in_all + seconds))
	done
done 3<"$TOP/tests/guests/guests.txt"
[ ${#queue[@]} -gt 0 ] || { echo "ERROR $TEST: no such guest"; exit 1; }

verdict() { # NAME VERDICT-AND-REST
	case $2 in
	PASS*) pass "$1" ;;
	SKIP*) echo "SKIP $TEST.$1: $(said "$1" SKIP)" ;;
	*) fail "$1" "${2}: $(said "$1" '[A-Z]+')" ;;
	esac
}
# The guest's own words, which stand in front of the hypervisor's line on it.
said() { # NAME WORD
	grep -aE "^\(XEN\) \(d[0-9]+\) $2 |^\(XEN\) Guest $1: " "$WORK/log" | grep -aB1 "Guest $1: " | head -n 1
}

# One boot runs all, unless a guest takes the emulator or the hypervisor with it:
# that guest fails, and the next boot goes on behind it.
while [ ${#queue[@]} -gt 0 ]; do
	why=$({
		echo 'multiboot2 /boot/nacre.elf noreboot module_guests'
		for g in "${queue[@]}"; do echo "module2 /boot/$g ${line[$g]}"; done
	} | bochs_iso "$WORK/boot.iso" "$WORK/iso") || { echo "ERROR $TEST: $why"; exit 1; }
	bochs_start "$WORK/boot.iso" "$WORK/log"
	# Bochs needs a few seconds of ours for one of its own on a busy machine.
	wait_line "$WORK/log" '^\(XEN\) Module guests: ' $((300 + 4 * seconds_in_all)) &
	waiter=$!
	while kill -0 $waiter 2>/dev/null && kill -0 "$bochs" 2>/dev/null; do sleep 0.5; done
	kill "$bochs" $waiter 2>/dev/null
	wait "$bochs" $waiter 2>/dev/null
	while [ ${#queue[@]} -gt 0 ]; do
		g=${queue[0]}
		v=$(sed -n "s/^(XEN) Guest $g: //p" "$WORK/log" | tr -d '\r')
		[ -n "$v" ] || break
		verdict "$g" "$v"
		queue=("${queue[@]:1}")
	done
	[ ${#queue[@]} = 0 ] && break
	fail "${queue[0]}" "no verdict; $(grep -a PANIC "$WORK/log.bochs" | tail -n 1) $(tail -n 2 "$WORK/log" | tr '\n' ' ')"
	queue=("${queue[@]:1}")
done
check features grep -aq 'SVM: .*next-RIP, flush by ASID' "$WORK/log"
exit $((bad > 0))
