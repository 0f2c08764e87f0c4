#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Weights and caps on the real image: guests that count get what they are given, and
# changes act at once, with 1, 2 and 4 CPUs.
#
# The emulator counts instructions (-icount): a busy machine only makes the test longer.
# All windows are of the hypervisor's clock.  Tolerances over 2 s, in points of one CPU: 1 for
# each CPU where weights decide (a window ends within a slice of 10 ms), 0.5 for caps and 1
# for a cap of more than a CPU; more for what guests count (shares.pl).  Over the 200 ms that
# follow a change they are 6 for each CPU, and 4 for caps: the old shares are further away.
. "$(dirname "$0")/lib.sh"
shopt -s extglob
SHIFT=3 # 2^3 ns for an instruction
WINDOW_MS=2000
SHORT_MS=200

mkdir "$WORK/bin"
cat >"$WORK/bin/qemu-system-x86_64" <<WRAPPER
#!/bin/bash
for arg; do
	shift
	[ "\$arg" = tcg,thread=multi ] && arg=tcg,thread=single
	set -- "\$@" "\$arg"
done
exec "$(command -v qemu-system-x86_64)" -icount shift=$SHIFT,sleep=off "\$@"
WRAPPER
chmod +x "$WORK/bin/qemu-system-x86_64"
PATH=$WORK/bin:$PATH

look() { # FILE
	{ call sched.stats; call domain.list; } >"$1"
}
clock() { call sched.stats | sed 's/.*"now_ns":\([0-9]*\).*/\1/'; }
passed() { [ "$(clock)" -ge "$1" ]; }
wait_ms() { # of the hypervisor's time
	until_true 600 passed $(($(clock) + $1 * 1000000)) || fail clock "stands still"
}
# counting NAME VCPUS LINE...: created, paused.
counting() {
	local name=$1 vcpus=$2
	shift 2
	xl create -q -p "$(cfg_tiny "$name" count "vcpus = $vcpus" "cmdline = 'vcpus=$vcpus beat=$((cpus > 2 ? 100 * cpus : 100))'" "$@")" ||
		fail "create" "$name"
	guests="$guests $name"
}
start() {
	for g in $guests; do xl unpause "$g"; done
	for g in $guests; do wait_line "$(console_log "$g")" '^count' 300 || fail start "$g does not count"; done
	wait_ms 100
}
stop() {
	for g in $guests; do xl destroy "$g"; done
	guests=
}
# get MS CASE NAME=PERCENT=TOLERANCE...
get() {
	local ms=$1 case=$2 rows=() out w
	shift 2
	for w; do rows+=("${w%%=*}=$(console_log "${w%%=*}")=${w#*=}"); done
	look "$WORK/before"
	wait_ms "$ms"
	look "$WORK/after"
	wait_ms 60 # so that the guests' lines reach past the end
	if out=$(perl "$TOP/tests/stack/shares.pl" "$cpus" "$WORK/before" "$WORK/after" "${rows[@]}" 2>&1); then
		pass "$cpus.$case"
	else
		fail "$cpus.$case" "$out"
	fi
	echo "# $cpus CPUs, $case: $out"
}
part() { # WEIGHT OF: percent of a CPU, of all CPUs
	perl -e 'printf "%.3f", 100 * $ARGV[0] * $ARGV[1] / $ARGV[2]' "$cpus" "$1" "$2"
}

weights() {
	counting w1 "$cpus" 'cpu_weight = 128'
	counting w2 "$cpus" 'cpu_weight = 256'
	counting w4 "$cpus" 'cpu_weight = 512'
	start
	get $WINDOW_MS weights "w1=$(part 1 7)=$cpus" "w2=$(part 2 7)=$cpus" "w4=$(part 4 7)=$cpus"
	# Two orders; from the moment the second is answered all shares are the new ones.
	xl sched-credit2 -d w4 -w 128
	xl sched-credit2 -d w1 -w 512
	get $SHORT_MS weights.at-once "w1=$(part 4 7)=$((6 * cpus))" "w2=$(part 2 7)=$((6 * cpus))" \
		"w4=$(part 1 7)=$((6 * cpus))"
	get $WINDOW_MS weights.changed "w1=$(part 4 7)=$cpus" "w2=$(part 2 7)=$cpus" "w4=$(part 1 7)=$cpus"
	stop
}

# A weight that would give them more: what they get is the cap. "rest" takes the rest.
caps() {
	local rest=$((100 * cpus)) want=() w
	for w; do
		set -- ${w//=/ } # NAME VCPUS CAP TOLERANCE
		counting "$1" "$2" 'cpu_weight = 16384' "cap = $3"
		want+=("$1=$3=$4")
		rest=$((rest - $3))
	done
	counting rest "$cpus" 'cpu_weight = 256'
	start
	get $WINDOW_MS caps "${want[@]}" "rest=$rest=1.5"
	[ "${want[0]#c5=}" != "${want[0]}" ] || return
	xl sched-credit2 -d c5 -c 25
	want=("${want[@]/%=*([0-9.])/=4}") # the ends of a short window weigh more
	want[0]="c5=25=4"
	get $SHORT_MS caps.at-once "${want[@]}" "rest=$((rest - 20))=$((3 * cpus))"
	stop
}

[ $# -gt 1 ] || set -- "$1" 1 2 4 # another list: for a try by hand
for cpus in "${@:2}"; do
	guests=
	up -c "$cpus" -m 256
	weights
	case $cpus in
	1) caps c5=2=5=0.5 c50=2=50=0.5 ;;
	2) caps c5=2=5=0.5 c150=3=150=1 ;;
	4) caps c5=2=5=0.5 c50=2=50=0.5 c150=3=150=1 ;;
	esac
	nacre down >/dev/null
done
exit $((bad > 0))
