#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What nacred costs: calls a second with both ends on one CPU, their spread, idle clients,
# memory, its start, and making domains:
#
#   nacred.sh BUILD            all but the last
#   nacred.sh BUILD --create   the last, with 1 to 1000 domains
#
# Run directories lie in memory, as /run does.
# Figures of a machine that others use too: printed, never judged.  Where it is allowed
# both ends run before all other programs (SCHED_FIFO), and beside each spread stands that of
# a process that only sends back what it gets: what the machine itself interrupts is in both.
[ ! -d /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "$0")/../stack/lib.sh"
unset NACRED_CHECK_RESULTS
CALLS=$BUILD/tests/nacred_calls
S=$RUN/nacred.sock
row() { printf '%-44s %s\n' "$@"; }
# Nanoseconds of processor time of nacred itself; with the processes it has waited for, in
# clock ticks.
spent() { awk '{ print $1 }' "/proc/${1:-$(nacred_pid)}/schedstat"; }
ticks() { awk '{ print $14 + $15 + $16 + $17 }' "/proc/$(nacred_pid)/stat"; }
wakeups() { awk '/^voluntary_ctxt/ { print $2 }' "/proc/$(nacred_pid)/status"; }
resident() {
	awk '/^(Rss|Pss|Private_Dirty|Anonymous):/ { printf "%s %s KiB ", $1, $2 }' \
		"/proc/$(nacred_pid)/smaps_rollup"
}
calls() { [ "$1" = domain.list ] && echo 3300 || echo 66000; }

create() { # FROM TO: over one connection
	perl -MIO::Socket::UNIX -e '
		my ($socket, $kernel, $from, $to) = @ARGV;
		my $s = IO::Socket::UNIX->new(Peer => $socket) or die "no nacred: $!\n";
		alarm 600;
		for my $i ($from .. $to) {
			print $s qq({"jsonrpc":"2.0","id":1,"method":"domain.create","params":{"paused":true,),
				qq("config":{"c_info":{"type":"pvh","name":"g$i"},),
				qq("b_info":{"kernel":"$kernel","max_memkb":3072}}}}\n);
			$s->flush;
			my $l = <$s>;
			die $l // "no answer" unless $l =~ /"result"/;
		}' "$S" "$BUILD/guests/ticker.elf" "$1" "$2"
}
creates() {
	local from=1 upto before own
	up -m 8192
	for upto in 1 50 100 200 300 400 500 600 700 800 900 1000; do
		before=$(ticks) own=$(spent)
		create $from $upto || { fail create "$from to $upto"; return; }
		row "create, processor time each, $from to $upto" \
			"$(awk -v t=$(($(ticks) - before)) -v o=$(($(spent) - own)) -v n=$((upto - from + 1)) \
				'BEGIN { printf "%.1f ms, of it nacred itself %.2f ms", t * 10 / n, o / n / 1e6 }')"
		from=$((upto + 1))
	done
	row "resident memory with $upto domains" "$(resident)"
}

if [ "${2-}" = --create ]; then
	creates
	exit $((bad > 0))
fi
up -m 1024
pid=$(nacred_pid)
taskset -pc 0 "$pid" >/dev/null || { echo "SKIP $TEST: no taskset"; exit 0; }
row 'resident memory, no domain' "$(resident)"
first=
if chrt -a -f -p 10 "$pid" 2>/dev/null; then first="chrt -f 10"; fi
for depth in 1 32; do
	rm -f "$WORK/echo"
	row "echo, $depth at once, both ends on CPU 0" \
		"$(exec $first taskset -c 0 "$CALLS" "$WORK/echo" echo 66000 $depth)"
	for method in job.list system.hello domain.list; do
		before=$(spent)
		row "$method, $depth at once, both ends on CPU 0" \
			"$(exec $first taskset -c 0 "$CALLS" "$S" $method $(calls $method) $depth)"
		row "  processor time of nacred, us/call" "$(awk -v t=$(($(spent) - before)) \
			-v n=$(calls $method) 'BEGIN { printf "%.2f", t / n / 1000 }')"
	done
done
[ -z "$first" ] || chrt -a -o -p 0 "$pid"
row 'resident memory after these calls' "$(resident)"
"$CALLS" "$S" idle 1000 6 >"$WORK/idle" &
wait_line "$WORK/idle" 1000 10 || fail idle
sleep 1
before=$(wakeups)
sleep 4
row 'wake-ups in 4 s with 1000 idle clients' "$(($(wakeups) - before))"
row 'resident memory with them' "$(resident)"
wait %1 2>/dev/null

# Its start: killed, and started again by nacre-host; the median of 11, beside that of a
# program that only sleeps.
rests() { # it serves, and has done nothing since the last look
	local before=$last
	last=$(spent) && [ "$(ls -l "/proc/$(nacred_pid)/fd" | grep -c socket)" -ge 7 ] &&
		[ "$before" = "$last" ]
}
sleeps() { [ "$(cat "/proc/$1/comm")" = sleep ] && grep -q '^State:.S' "/proc/$1/status"; }
median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)], "(least " a[1] ")" }'; }
for i in 1 2 3 4 5 6 7 8 9 10 11; do
	kill -9 "$(nacred_pid)"
	last=
	until_true 30 rests || fail restart
	echo "$(($(spent) / 1000))"
done >"$WORK/starts"
row 'processor time of a start, us' "$(median <"$WORK/starts")"
for i in 1 2 3 4 5 6 7 8 9 10 11; do
	sleep 60 &
	until_true 30 sleeps $!
	echo "$(($(spent $!) / 1000))"
	kill $!
	wait $! 2>/dev/null
done >"$WORK/starts"
row 'the same of sleep(1)' "$(median <"$WORK/starts")"
exit $((bad > 0))
