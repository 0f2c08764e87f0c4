#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# xl top and xentop with the real nacred: beside Debian's unmodified xentop, field by field, and
# on a terminal.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/debian_xen.sh"

screen() { "$BUILD/tests/terminal_run" "$@"; }

up -c 2 -m 768
check create.paused xl create -p "$(cfg_tiny paused count 'vcpus = 2' 'cap = 50' 'cpu_weight = 512')"
check create.long xl create -p "$(cfg_tiny a-name-of-more-than-ten count)"
check create.busy xl create "$(cfg_tiny busy count)"

# Lines of two files are the same but for what passes between the two runs: seconds of processor
# time may grow, and their share is not compared.
same_table() { # THEIRS OURS
	perl -e '
		my @f = map { open my $h, "<", $_ or die; [<$h>] } @ARGV;
		die "lines: " . @{$f[0]} . " and " . @{$f[1]} . "\n" if @{$f[0]} != @{$f[1]};
		for my $i (0 .. $#{$f[0]}) {
			my @line = map { $_->[$i] } @f;
			my @seconds;
			for (@line) {
				next if / NAME  STATE /;
				push @seconds, $1 if s/^( *\S+ [dsbcpr-]{6}) (.{10}) .{6} /$1 /;
				s/ +\d+s/ #s/g; # of vCPUs
			}
			die "line $i: $line[0]$line[1]" if $line[0] ne $line[1];
			die "CPU(sec): @seconds" if @seconds && $seconds[1] < $seconds[0];
		}' "$1" "$2"
}
# same NAME OPTIONS...: both print the same fields at the same places.
same() {
	local name=$1
	shift
	if ! debian xentop -b -i 1 "$@" >"$WORK/theirs" 2>"$WORK/theirs.err"; then
		fail "$name" "Debian's xentop: $(cat "$WORK/theirs.err")"
	elif ! xl top -b -i 1 "$@" >"$WORK/ours" 2>&1; then
		fail "$name" "xl top: $(cat "$WORK/ours")"
	else
		check "$name" same_table "$WORK/theirs" "$WORK/ours"
	fi
}

if ! debian_xen; then
	fail packages "$(tail -n 1 "$WORK/debian.log")"
elif ! in_place true 2>/dev/null; then
	echo "SKIP $TEST.debian: no mount namespace for the programs' own directories"
else
	same debian.batch
	same debian.full -f
	same debian.repeat -r
	same debian.vcpus -v
	same debian.all -f -r -v -n -x
fi

# A guest that never sleeps has used something between two samples, one that is paused nothing.
xl top -b -i 2 -d 2 >"$WORK/two"
says share.busy 'busy .* [1-9][0-9]*\.[0-9]' awk '/NAME/ { n++ } n == 2' "$WORK/two"
says share.paused ' paused ----p- +0 +0\.0 ' awk '/NAME/ { n++ } n == 2' "$WORK/two"

check screen.domains screen 24 80 wait:Quit 'wait:4 domains: ' 'wait:paused ----p-' 'wait:CPUs: 2 @' \
	keys:q end:0 -- "$BUILD/bin/xl" top -d 1
check screen.vcpus screen 24 80 wait:Quit keys:v 'wait:   0: ' wait:Quit 'size:10x60' 'wait:NAME  STATE' \
	'size:30x180' 'wait:a-name-of-more-than-ten' keys:q end:0 -- "$BUILD/bin/xl" top -d 1
check screen.scheduler screen 24 80 wait:Quit keys:c wait:WEIGHT 'wait:paused ----p-    512     50' \
	keys:q end:0 -- "$BUILD/bin/xentop" -d 1
check screen.iterations screen 24 80 end:0 -- "$BUILD/bin/xentop" -d 0.2 -i 2

# Domains come and go, and so does nacred, while somebody watches.
(
	xl destroy busy
	until_true 60 sh -c '! xl domid busy'
) &
check screen.gone screen 24 80 'wait:paused' 'gone:busy' keys:q end:0 -- "$BUILD/bin/xl" top -d 0.3
wait
refuse misuse 2 "option .q' not supported" xl top -q
check down nacre down
refuse nobody 1 'xentop: cannot reach nacred' xl top -b
exit $((bad > 0))
