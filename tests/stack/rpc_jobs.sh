#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Changes through nacred's sockets: jobs with their phases, what is asked for twice, what is
# tried first, events that are come back to, the socket for reading, the audit.
. "$(dirname "$0")/lib.sh"

config() { # NAME GUEST
	printf '{"c_info":{"type":"pvh","name":"%s"},"b_info":{"kernel":"%s","max_memkb":8192}}' \
		"$1" "$BUILD/guests/$2.elf"
}
create() { # NAME GUEST [MEMBERS]
	call domain.create "{\"config\":$(config "$1" "$2")${3:+,$3}}"
}
number() { grep -oE "\"$1\":[0-9]+" | head -n1 | cut -d: -f2; }
word() { grep -oE "\"$1\":\"[^\"]*\"" | head -n1 | cut -d'"' -f4; }
records() { ls "$RUN/nacred/domains" | wc -l; }
audited() { grep -qE "audit: $1" "$RUN/log/nacred.log"; }
read_only() { # METHOD [PARAMS]
	perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Peer => shift) or die "no socket: $!\n";
		alarm 60;
		print $s shift, "\n";
		$s->flush;
		print scalar <$s>' "$RUN/nacred-ro.sock" \
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$1\"${2:+,\"params\":$2}}"
}

up
seq=$(call event.subscribe | number seq)

# Tried first: nothing is made; what cannot be made is told.
says dry '"domid":null,"name":"a".*"dry_run":true' create a ticker '"dry_run":true'
dry() { # KERNEL [MEMBERS OF c_info] [MEMBERS OF b_info]
	call domain.create "{\"dry_run\":true,\"config\":{\"c_info\":{\"type\":\"pvh\",\"name\":\"a\"${2-}},\"b_info\":{\"kernel\":\"$1\",\"max_memkb\":${4:-8192}${3-}}}}"
}
ticker=$BUILD/guests/ticker.elf
says dry.image 'image\.refused.*"field":"config\.b_info\.kernel"' dry /etc/passwd
says dry.no-image '/nowhere: No such file' dry /nowhere
says dry.no-ramdisk '/nowhere: No such file' dry "$ticker" "" ',"ramdisk":"/nowhere"'
says dry.memory 'host\.no_memory.*MiB are free' dry "$ticker" "" "" 99999999
says dry.pool 'cpupool\.not_found' dry "$ticker" ',"pool_name":"none"'
says dry.pins 'config\.affinity' dry "$ticker" "" ',"vcpu_hard_affinity":[[7]]'
says dry.job '"state":"done".*"result":\{"domid":null' eval 'call job.list | head -n 1'
check dry.nothing [ "$(records)" = 0 ]
says dry.bad 'domain\.bad_name' create 'a b' ticker '"dry_run":true'

# A job: answered at once, then seen to its end with what it did and for how long.
job=$(create a ticker '"async":true,"request_id":"first"' | word job)
says job.wait '"state":"done","percent":100.*"result":\{"domid":[0-9]+,"name":"a"' \
	call job.wait "{\"job\":\"$job\",\"timeout\":60000}"
for phase in queue domain 'memory and image' 'vCPUs and scheduler' xenstore; do
	says "job.phase.${phase// /-}" "\"name\":\"$phase\",\"started\":[0-9.]+,\"ended\":[0-9.]+" \
		call job.get "{\"job\":\"$job\"}"
done
says twice "\"job\":\"$job\"" create a ticker '"async":true,"request_id":"first"'
says reused 'request\.id_reused' create b ticker '"async":true,"request_id":"first"'
says exists 'domain\.exists' create a ticker
check audit.create audited "domain.create \"a\" uid=$(id -u) pid=[0-9]+ outcome=started job=$job"
check audit.exists audited "domain.create \"a\" uid=$(id -u) pid=[0-9]+ outcome=domain.exists"

# All that happened since, in order, for who comes back.
check ticks wait_line "$(console_log a)" 'tick 1' 60
came_back() {
	timeout 5 perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "no nacred: $!\n";
		$s->autoflush;
		print $s "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"event.subscribe\",\"params\":{\"since\":$ARGV[1]}}\n";
		while (<$s>) { print; last if /console.ready/ }' "$RUN/nacred.sock" "$1"
}
came_back "$seq" >"$WORK/back"
says back 'job.progress job.progress .*domain.created domain.started .*job.done .*console.ready' \
	bash -c "grep -oE '\"type\":\"[a-z.]+\"' '$WORK/back' | cut -d'\"' -f4 | tr '\n' ' '"
check back.no-gap bash -c "! grep -q event.gap '$WORK/back'"
says back.lost '"type":"event.gap","lost":\{"first":2,' came_back 1

# Only if nobody has changed it meanwhile.
revision=$(call domain.get '{"domain":"a"}' | word revision)
says revision '"result"' call domain.pause "{\"domain\":\"a\",\"if_revision\":\"$revision\"}"
says revision.stale 'revision\.mismatch' \
	call domain.destroy "{\"domain\":\"a\",\"if_revision\":\"$revision\"}"
says revision.kept '"paused":true' call domain.get '{"domain":"a"}'

# The socket for reading.
says ro.read '"name":"a"' read_only domain.list
says ro.refused 'request\.forbidden.*nacred\.sock' read_only domain.destroy '{"domain":"a"}'
check audit.refused audited "domain.destroy \"a\" uid=$(id -u) pid=[0-9]+ outcome=request.forbidden"
says ro.kept '"name":"a"' read_only domain.get '{"domain":"a"}'

# Everything at once.
says snapshot '"host":\{.*"domains":\[.*"name":"a".*"vcpus":\[.*"shares":\[.*"weight":256.*"cpupools":\[' \
	read_only host.snapshot
says metrics 'nacre_domain_memory_bytes\{name=.*"a.*nacre_advisories\{status=' read_only metrics

says destroy '"domid":[0-9]+,"name":"a"' call domain.destroy '{"domain":"a","request_id":"d"}'
says destroy.twice '"domid":[0-9]+,"name":"a"' call domain.destroy '{"domain":"a","request_id":"d"}'
kill -9 "$(nacred_pid)"
answers() { call system.hello | grep -q '"api"'; }
until_true 30 answers || fail restart
says destroy.again '"domid":[0-9]+,"name":"a"' call domain.destroy '{"domain":"a","request_id":"d"}'
says destroy.other 'domain\.not_found' call domain.destroy '{"domain":"a","request_id":"e"}'

# Shut down as a job that ends with the guest; who cancels it waits no longer.
says shutdown.guest '"name":"s"' create s ticker
check shutdown.ticks wait_line "$(console_log s)" 'tick 1' 60
says shutdown.pause '"result"' call domain.pause '{"domain":"s"}'
job=$(call domain.shutdown '{"domain":"s","async":true}' | word job)
says shutdown.waits '"state":"running","percent":0,"phase":"guest"' call job.get "{\"job\":\"$job\"}"
says shutdown.cancel '"result"' call job.cancel "{\"job\":\"$job\"}"
says shutdown.cancelled '"state":"failed".*job\.cancelled' call job.get "{\"job\":\"$job\"}"
job=$(call domain.shutdown '{"domain":"s","async":true,"request_id":"s"}' | word job)
says shutdown.twice "\"job\":\"$job\"" call domain.shutdown '{"domain":"s","async":true,"request_id":"s"}'
says shutdown.unpause '"result"' call domain.unpause '{"domain":"s"}'
says shutdown.ends '"state":"done".*"result":\{"domid":[0-9]+,"name":"s".*"shutdown_reason":0' \
	call job.wait "{\"job\":\"$job\",\"timeout\":60000}"
check audit.destroy audited 'domain.destroy "a" uid=[0-9]+ pid=[0-9]+ outcome=ok'

# What a first domain leaves, the directories above its nodes, is there by now.
nodes=$(nacre exec xenstore-ls -f / | wc -l)
# Cancelled in its middle, a create unwinds.  The large one takes long enough to be met.
big=$(printf '{"c_info":{"type":"pvh","name":"big"},"b_info":{"kernel":"%s","max_memkb":131072}}' \
	"$BUILD/guests/ticker.elf")
cancelled=0
for i in 1 2 3; do
	job=$(call domain.create "{\"config\":$big,\"async\":true}" | word job)
	call job.cancel "{\"job\":\"$job\"}" >"$WORK/cancel"
	end=$(call job.wait "{\"job\":\"$job\",\"timeout\":60000}")
	if grep -q '"state":"failed".*domain\.aborted' <<<"$end"; then
		cancelled=$((cancelled + 1))
	else
		call domain.destroy '{"domain":"big"}' >/dev/null
	fi
done
[ $cancelled -gt 0 ] && pass cancel || fail cancel "$end $(cat "$WORK/cancel")"
says cancel.late 'job\.ended' call job.cancel "{\"job\":\"$job\"}"
clean() { [ "$(records)" = 0 ] && [ "$(xl list | wc -l)" = 2 ]; }
until_true 10 clean && pass cancel.clean || fail cancel.clean "$(xl list; ls "$RUN/nacred/domains")"
[ "$(nacre exec xenstore-ls -f / | wc -l)" = "$nodes" ] && pass cancel.nodes ||
	fail cancel.nodes "$(nacre exec xenstore-ls -f /)"
exit $((bad > 0))
