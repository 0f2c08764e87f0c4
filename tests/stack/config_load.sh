#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# config.save and config.load: a fresh instance becomes what another one was, once; a load
# that fails or is killed goes on when it is made again.
. "$(dirname "$0")/lib.sh"

guest() { echo "$BUILD/guests/$1.elf"; }
create() { # NAME KERNEL [POOL]
	call domain.create "{\"config\":{\"c_info\":{\"type\":\"pvh\",\"name\":\"$1\"${3:+,\"pool_name\":\"$3\"}},\"b_info\":{\"kernel\":\"$2\",\"max_memkb\":8192,\"max_vcpus\":2}},\"paused\":${4:-false}}"
}
save() { call config.save | jq -S -c .result.config; }
load() { # FILE [MEMBERS]
	local doc
	doc=$(cat "$1")
	call config.load "{\"config\":$doc${2:+,$2}}"
}
answers() { call system.hello | grep -q '"api"'; }
domains() { xl list | awk 'NR > 2 { printf "%s%s", sep, $1; sep = " " }'; }

up
check pool.shrink xl cpupool-cpu-remove Pool-0 1
says pool.make '"result"' call cpupool.create '{"name":"fast","cpus":[1]}'
says pool.rate '"result"' call sched.params.set '{"pool":"fast","ratelimit_us":2000}'
says make.a '"result"' create a "$(guest ticker)" fast
says make.b '"result"' create b "$(guest ticker)" "" true
says weight '"result"' call sched.credit2.set '{"domain":"a","weight":300,"cap":50}'
says pin '"result"' call vcpu.affinity.set '{"domain":"b","vcpu":1,"hard":[0]}'
says policy '"result"' call patch.policy.set '{"allow_unsigned":true}'
save >"$WORK/saved.json"
says saved '"affinity":\[\{"hard":\[0\],"id":1,"soft":"all"\}\].*"cap":0' cat "$WORK/saved.json"
prints left-out '[]' eval 'call config.save | jq -c .result.left_out'
says same '"steps":\[\],"dry_run":false' load "$WORK/saved.json"
says kept.make '"result"' call domain.create "{\"keep_ended\":true,\"config\":{\"c_info\":{\"type\":\"pvh\",\"name\":\"c\"},\"b_info\":{\"kernel\":\"$(guest ticker)\",\"max_memkb\":8192}}}"
check kept.ticks wait_line "$RUN/console/guest-c.log" 'tick 1' 60
check kept.shutdown xl shutdown -w c
prints kept.left-out '["it has shut down"]' eval 'call config.save | jq -c "[.result.left_out[].why]"'
prints kept.not-saved "$(cat "$WORK/saved.json")" save
check kept.destroy xl destroy c
says ro 'request.forbidden' perl -MIO::Socket::UNIX -e '
	my $s = IO::Socket::UNIX->new(Peer => shift) or die;
	print $s qq({"jsonrpc":"2.0","id":1,"method":"config.save"}\n);
	print scalar <$s>;' "$RUN/nacred-ro.sock"

# What has changed since is set back, and nothing else is touched.
domid=$(xl domid a)
says drift.weight '"result"' call sched.credit2.set '{"domain":"a","weight":77}'
says drift.rate '"result"' call sched.params.set '{"pool":"fast","ratelimit_us":500}'
says drift.dry '"steps":\[\{"method":"sched.params.set","subject":"fast"\},\{"method":"sched.credit2.set","subject":"a"\}\],"dry_run":true' \
	load "$WORK/saved.json" '"dry_run":true'
says drift.kept '"weight":77' call sched.credit2.get '{"domain":"a"}'
says drift.load '"dry_run":false' load "$WORK/saved.json"
prints drift.mended "$(cat "$WORK/saved.json")" save
prints drift.same-domain "$domid" xl domid a

# A fresh instance.
check down nacre down
sed "s#$(guest ticker)#$WORK/kernel.elf#" "$WORK/saved.json" >"$WORK/missing.json"
up
says fresh.policy '"result"' call patch.policy.set '{"allow_unsigned":false,"wanted":[]}'
says fresh.dry '"cpupool.cpu_remove".*"cpupool.create".*"sched.params.set".*"patch.policy.set".*"domain.create","subject":"a".*"domain.create","subject":"b".*"vcpu.affinity.set"' \
	load "$WORK/saved.json" '"dry_run":true'
prints fresh.untouched "" domains
# Cut anywhere it is no document, and nothing is done.
text=$(cat "$WORK/saved.json") whole=0
for ((at = 1; at < ${#text}; at += 37)); do
	call config.load "{\"config\":${text:0:at}}" | grep -q '"request.parse"' || whole=$at
done
prints fresh.cut 0 echo "$whole"
# The kernel is not there: the step says so, those before it stay.
says fails 'step [0-9]+ of [0-9]+, domain.create a: .*"hint":"the steps before are done' load "$WORK/missing.json"
prints fails.no-domain "" domains
says fails.pool '"name":"fast","sched":"credit2","cpus":\[1\]' call cpupool.list
cp "$(guest ticker)" "$WORK/kernel.elf"
says goes-on '"steps":\[\{"method":"domain.create","subject":"a"\}' load "$WORK/missing.json"
prints goes-on.all "$(cat "$WORK/missing.json")" save
prints goes-on.domains "a b" domains
check goes-on.runs wait_line "$RUN/console/guest-a.log" 'tick 1' 60
prints goes-on.paused '--p---' state_of b
says again '"steps":\[\]' load "$WORK/missing.json"

# nacred killed at many moments of a load: what is there is whole, and a load ends it.
xl destroy a && xl destroy b || fail destroy
good=0
for delay in 0.01 0.03 0.06 0.1 0.15 0.2 0.3 0.4 0.6 0.8; do
	(load "$WORK/missing.json" >/dev/null 2>&1) &
	sleep $delay
	kill -9 "$(nacred_pid)"
	wait $!
	until_true 30 answers || fail killed.restart
	until_true 30 load "$WORK/missing.json"
	[ "$(save)" = "$(cat "$WORK/missing.json")" ] && good=$((good + 1))
	xl destroy a && xl destroy b
done
prints killed 10 echo "$good"

# A second one is refused, a cancelled one ends between two steps.
perl -MIO::Socket::UNIX -e '
	my ($socket, $file) = @ARGV;
	my $s = IO::Socket::UNIX->new(Peer => $socket) or die;
	my $doc = do { local (@ARGV, $/) = $file; <> };
	chomp $doc;
	print $s qq({"jsonrpc":"2.0","id":$_,"method":"config.load","params":{"config":$doc,"async":true}}\n)
		for 1, 2;
	$s->flush;
	my ($job) = (my $l = <$s>) =~ /"job":"([^"]+)"/;
	print scalar <$s>;
	print $s qq({"jsonrpc":"2.0","id":3,"method":"job.cancel","params":{"job":"$job"}}\n);
	print $s qq({"jsonrpc":"2.0","id":4,"method":"job.wait","params":{"job":"$job"}}\n);
	$s->flush;
	print scalar <$s>, scalar <$s>;' "$RUN/nacred.sock" "$WORK/missing.json" >"$WORK/two"
says busy '"id":2,"error".*daemon.busy' cat "$WORK/two"
says cancel '"id":3,"result"' cat "$WORK/two"
says cancelled '"id":4,"result".*"state":"failed".*job.cancelled' cat "$WORK/two"
says cancelled.goes-on '"steps":\[\{' load "$WORK/missing.json"
prints cancelled.all "$(cat "$WORK/missing.json")" save
exit $((bad > 0))
