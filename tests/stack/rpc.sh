#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# nacred's socket with a real hypervisor behind it: life of a domain, bad and slow
# requests, actions at a domain's end, and nacred killed at many instants.
. "$(dirname "$0")/lib.sh"

config() { # NAME GUEST [MEMBERS]
	printf '{"c_info":{"type":"pvh","name":"%s"},"b_info":{"kernel":"%s","max_memkb":8192}%s}' \
		"$1" "$2" "${3:+,$3}"
}
guest() { echo "$BUILD/guests/$1.elf"; }
create() { # NAME GUEST [MEMBERS] [PAUSED]
	call domain.create "{\"config\":$(config "$1" "$2" "${3-}"),\"paused\":${4:-false}}"
}
domains() { xl list | tail -n +3 | awk '{print $1}'; }
records() { ls "$RUN/nacred/domains" | wc -l; }
none_left() { [ -z "$(domains)" ] && [ "$(records)" = 0 ]; }
answers() { call system.hello | grep -q '"api"'; }
kill_nacred() {
	kill -9 $(nacred_pid)
	until_true 30 answers || fail restart "nacred does not come back"
}

up
# What it has resident with nobody to serve; a sanitizer's memory is not its own.
resident=$(awk '/^VmRSS/ { print $2 }' "/proc/$(nacred_pid)/status")
grep -q libasan "/proc/$(nacred_pid)/maps" || [ "$resident" -le 3072 ] && pass resident ||
	fail resident "$resident KiB"

says hello '"api":"1\.0".*"version":"4\.17' call system.hello
says discover '"openrpc":"1\.2\.6".*"name":"domain\.create"' call rpc.discover
says list '"domid":0,"name":"Domain-0"' call domain.list
says info '"virt_caps":"hvm hap.*"xen_major":4,"xen_minor":17' call host.info
says dmesg 'Nacre ready' call host.dmesg

# Each bit with its reason; what is hidden although the processor has it, too.
says policy-hidden '"name":"svm","word":3,"bit":2,"processor":true,"state":"hidden","reason":"there is no' \
	call host.cpu_policy
says policy-offered '"name":"sse4-2",[^}]*"state":"offered".*"number":"0xc0000080","name":"EFER","access":"rw","state":"offered"' \
	call host.cpu_policy
says policy-missing '"processor":false,"state":"hidden","reason":"the processor does not have it"' \
	call host.cpu_policy
says policy-text '^pku +hidden +its state is not switched' nacre cpuid
check policy-less xl create -q -p "$(cfg_tiny less count 'cpuid = "host,avx=0"')"
says policy-less-avx '^avx +hidden +taken away when the domain was built' nacre cpuid --domain less
says policy-less-avx2 '^avx2 +hidden +needs avx' nacre cpuid --domain less
check policy-less-destroy xl destroy less
refuse policy-no-leaf 3 'guests have no CPUID leaf 0x4fffffff here; .nacre cpuid. shows' \
	xl create -q "$(cfg_tiny less count 'cpuid = ["0x4fffffff:ecx=xxx0xxxxxxxxxxxxxxxxxxxxxxxxxxxx"]')"
says policy-nobody 'no domain|not found' nacre cpuid --domain nobody

# A life.
says create '"result":\{"domid":[0-9]+,"name":"a","uuid":"[0-9a-f-]+","generation":1' \
	create a "$(guest ticker)" "" true
says paused '"paused":true' call domain.get '{"domain":"a"}'
says twice 'Domain with name .*a.* already exists' create a "$(guest ticker)"
says unpause '"result"' call domain.unpause '{"domain":"a"}'
check ticks wait_line "$RUN/console/guest-a.log" 'tick 1' 60
says wait-timeout '"reached":false' call domain.wait '{"domain":"a","for":"shutdown","timeout_ms":50}'
# Clients that wait and go: their waits go with them (more than nacred holds at once).
perl -MIO::Socket::UNIX -e '
	my $call = q({"jsonrpc":"2.0","id":1,"method":"domain.wait","params":{"domain":"a","for":"shutdown"}});
	for (1 .. 10) {
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
		print $s "$call\n" for 1 .. 120;
		print $s qq({"jsonrpc":"2.0","id":2,"method":"system.hello"}\n);
		$s->flush;
		<$s>;
	}' "$RUN/nacred.sock"
says waits-forgotten '"reached":false' call domain.wait '{"domain":"a","for":"shutdown","timeout_ms":5}'
says rename '"name":"b"' call domain.rename '{"domain":"a","new_name":"b"}'
says shutdown '"result"' call domain.shutdown '{"domain":"b"}'
says waited '"reached":true' call domain.wait '{"domain":"b","for":"destroyed","timeout_ms":60000}'
until_true 10 none_left && pass gone || fail gone "$(xl list; ls "$RUN/nacred/domains")"
says waited-late '"reached":true' call domain.wait '{"domain":"b","for":"destroyed"}'
says unknown '"code":-32021.*"code":"domain.not_found"' call domain.get '{"domain":"b"}'
says dom0 'domain\.is_dom0' call domain.destroy '{"domain":0}'

# Bad requests: the right error, and the next one is served.
says parse '"code":-32700' rpc 'nonsense'
says duplicate 'duplicate key' rpc '{"jsonrpc":"2.0","id":1,"id":2,"method":"system.hello"}'
says deep 'nested deeper' rpc "$(printf '[%.0s' {1..500})"
says batch '^\[.*"id":1.*"id":2.*\]$' rpc '[{"jsonrpc":"2.0","id":1,"method":"domain.list"},{"jsonrpc":"2.0","id":2,"method":"domain.list"}]'
says method '"code":-32601' call domain.fly
says params '"code":-32602.*"field":"domain"' call domain.get '{"domain":true}'
head -c 1200000 /dev/zero | tr '\0' ' ' >"$WORK/long"
says too-long 'request.too_long' perl -MIO::Socket::UNIX -e '
	$SIG{PIPE} = "IGNORE";
	my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]);
	open F, $ARGV[1]; my $t = join "", <F>;
	print $s $t; $s->flush; print scalar <$s>' "$RUN/nacred.sock" "$WORK/long"
# Clients that begin a request and do nothing more, and one that never reads.
perl -MIO::Socket::UNIX -e '
	my @s = map { my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]); $s->autoflush;
		      print $s "{\"json"; $s } 1 .. 40;
	my $deaf = IO::Socket::UNIX->new(Peer => $ARGV[0]);
	$deaf->blocking(0);
	syswrite $deaf, qq({"jsonrpc":"2.0","id":1,"method":"rpc.discover"}\n) for 1 .. 5000;
	sleep 20' "$RUN/nacred.sock" &
slow=$!
says slow-others '"domid":0' timeout 5 bash -c "$(declare -f rpc call); RUN='$RUN' call domain.list"
kill $slow 2>/dev/null
wait $slow 2>/dev/null

# The nodes of a domain and their permissions, as real xl leaves them.
nodes_of() { # DOMID UUID
	nacre exec xenstore-ls -f -p / | sed -nE "s/$2/UUID/g; s#(domain|libxl|console)/$1(/| =)#\\1/N\\2#g
		s#console/$1\$#console/N#; s/\\(n$1/(nN/; s/r$1\\)/rN)/
		s/^(\\/.*) = \".*\"   (\\(.*\\))\$/\\1 \\2/p" | grep -E '/N|/UUID' | LC_ALL=C sort
}
create n "$(guest ticker)" "" true >/dev/null
cat >"$WORK/layout" <<'END'
/libxl/N (n0)
/libxl/N/device (n0)
/libxl/N/device/console (n0)
/libxl/N/device/console/0 (n0)
/libxl/N/device/console/0/backend (n0)
/libxl/N/device/console/0/frontend (n0)
/libxl/N/device/console/0/frontend-id (n0)
/libxl/N/device/console/0/online (n0)
/libxl/N/device/console/0/protocol (n0)
/libxl/N/device/console/0/state (n0)
/libxl/N/dm-version (n0)
/libxl/N/type (n0)
/local/domain/0/backend/console/N (n0)
/local/domain/0/backend/console/N/0 (n0,rN)
/local/domain/0/backend/console/N/0/frontend (n0,rN)
/local/domain/0/backend/console/N/0/frontend-id (n0,rN)
/local/domain/0/backend/console/N/0/online (n0,rN)
/local/domain/0/backend/console/N/0/protocol (n0,rN)
/local/domain/0/backend/console/N/0/state (n0,rN)
/local/domain/N (n0,rN)
/local/domain/N/attr (nN)
/local/domain/N/console (n0,rN)
/local/domain/N/console/backend (n0,rN)
/local/domain/N/console/backend-id (nN,r0)
/local/domain/N/console/limit (n0,rN)
/local/domain/N/console/output (n0,rN)
/local/domain/N/console/port (n0,rN)
/local/domain/N/console/ring-ref (n0,rN)
/local/domain/N/console/tty (n0,rN)
/local/domain/N/console/type (n0,rN)
/local/domain/N/control (n0,rN)
/local/domain/N/control/feature-poweroff (nN)
/local/domain/N/control/feature-reboot (nN)
/local/domain/N/control/feature-suspend (nN)
/local/domain/N/control/platform-feature-multiprocessor-suspend (n0,rN)
/local/domain/N/control/platform-feature-xs_reset_watches (n0,rN)
/local/domain/N/control/shutdown (nN)
/local/domain/N/control/sysrq (nN)
/local/domain/N/cpu (n0,rN)
/local/domain/N/cpu/0 (n0,rN)
/local/domain/N/cpu/0/availability (n0,rN)
/local/domain/N/data (nN)
/local/domain/N/device (n0,rN)
/local/domain/N/device/suspend (n0,rN)
/local/domain/N/device/suspend/event-channel (nN)
/local/domain/N/domid (n0,rN)
/local/domain/N/drivers (nN)
/local/domain/N/error (nN)
/local/domain/N/feature (nN)
/local/domain/N/memory (n0,rN)
/local/domain/N/memory/static-max (n0,rN)
/local/domain/N/memory/target (n0,rN)
/local/domain/N/memory/videoram (n0,rN)
/local/domain/N/name (n0,rN)
/local/domain/N/store (n0,rN)
/local/domain/N/store/port (n0,rN)
/local/domain/N/store/ring-ref (n0,rN)
/local/domain/N/vm (n0,rN)
/vm/UUID (n0,rN)
/vm/UUID/name (n0,rN)
/vm/UUID/start_time (n0,rN)
/vm/UUID/uuid (n0,rN)
END
id=$(xl domid n)
uuid=$(call domain.get '{"domain":"n"}' | grep -oE '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' | head -n1)
until_true 10 test -n "$(nacre exec xenstore-read "/local/domain/$id/console/tty")"
difference=$(LC_ALL=C sort "$WORK/layout" | diff - <(nodes_of "$id" "$uuid"))
[ -z "$difference" ] && pass nodes || fail nodes "$difference"
call domain.destroy '{"domain":"n"}' >/dev/null

# What cannot be made leaves nothing.
echo garbage >"$WORK/garbage"
before=$(nacre exec xenstore-ls -f / | wc -l)
says bad-kernel '"error"' create c "$WORK/garbage"
says no-kernel 'No such file' create c /nonexistent
says bad-type 'config\.type' call domain.create '{"config":{"c_info":{"type":"pv","name":"c"}}}'
says bad-name 'domain\.bad_name' create 'c d' "$(guest ticker)"
says too-little 'config\.memory_too_small' call domain.create \
	'{"config":{"c_info":{"type":"pvh","name":"c"},"b_info":{"kernel":"/k","max_memkb":64}}}'
says too-much 'host\.no_memory' call domain.create \
	"{\"config\":{\"c_info\":{\"type\":\"pvh\",\"name\":\"c\"},\"b_info\":{\"kernel\":\"$(guest ticker)\",\"max_memkb\":67108864}}}"
until_true 10 none_left && pass nothing-left || fail nothing-left "$(xl list; ls "$RUN/nacred/domains")"
after=$(nacre exec xenstore-ls -f / | wc -l)
[ "$before" = "$after" ] && pass no-nodes-left || fail no-nodes-left "$before $after"

# The state directory cannot be written (a file stands in its place): no domain.
mv "$RUN/nacred/domains" "$RUN/nacred/aside" && touch "$RUN/nacred/domains"
says no-state 'daemon\.state' create c "$(guest ticker)"
rm "$RUN/nacred/domains" && mv "$RUN/nacred/aside" "$RUN/nacred/domains"
none_left && pass no-state-left || fail no-state-left "$(xl list)"

# Ends and their actions.
create p "$(guest ticker)" '"on_poweroff":"preserve"' >/dev/null
check p-ticks wait_line "$RUN/console/guest-p.log" 'tick 1' 60
call domain.shutdown '{"domain":"p"}' >/dev/null
says preserved '"reached":true.*"shutdown_reason":0' call domain.wait '{"domain":"p","for":"shutdown","timeout_ms":60000}'
says still-there '"shutdown":true' call domain.get '{"domain":"p"}'
call domain.destroy '{"domain":"p"}' >/dev/null
create r "$(guest ticker)" '"on_reboot":"restart"' >/dev/null
check r-ticks wait_line "$RUN/console/guest-r.log" 'tick 1' 60
call domain.reboot '{"domain":"r"}' >/dev/null
second() { call domain.get '{"domain":"r"}' | grep -q '"generation":2'; }
until_true 30 second && pass rebooted || fail rebooted "$(call domain.get '{"domain":"r"}')"
call domain.destroy '{"domain":"r"}' >/dev/null
create x "$(guest ticker)" '"on_poweroff":"rename-restart"' >/dev/null
check x-ticks wait_line "$RUN/console/guest-x.log" 'tick 1' 60
call domain.shutdown '{"domain":"x"}' >/dev/null
renamed() { [ "$(domains | grep -cE '^x(-[0-9]{8}T[0-9]{4}Z)?$')" = 2 ]; }
until_true 30 renamed && pass rename-restart || fail rename-restart "$(xl list)"
for d in $(domains); do xl destroy "$d"; done
until_true 10 none_left || fail left "$(xl list)"

# nacred killed while a guest runs: the guest does not notice, nothing is lost.
create k "$(guest ticker)" >/dev/null
check k-ticks wait_line "$RUN/console/guest-k.log" 'tick 1' 60
uuid=$(call domain.get '{"domain":"k"}' | grep -oE '"uuid":"[^"]*"' | head -n1)
kill_nacred
says same-domain "\"name\":\"k\",$uuid,\"generation\":1.*\"has_config\":true.*ticker" call domain.get '{"domain":"k"}'
last=$(grep -ac tick "$RUN/console/guest-k.log")
more() { [ "$(grep -ac tick "$RUN/console/guest-k.log")" -gt "$last" ]; }
until_true 30 more && pass guest-goes-on || fail guest-goes-on
# ... and while it shuts down: its end is acted on by the next nacred.
call domain.shutdown '{"domain":"k"}' >/dev/null
kill_nacred
until_true 30 none_left && pass end-not-missed || fail end-not-missed "$(xl list)"

# nacred killed at many instants of a create: the domain is whole or not there.
now() { date +%s%N; }
later() { perl -e 'select undef, undef, undef, $ARGV[0] / 1e9' "$1"; }
kills=${NACRE_KILLS:-8}
begin=$(now)
create t "$(guest ticker)" >/dev/null
span=$(($(now) - begin))
call domain.destroy '{"domain":"t"}' >/dev/null
absent_soon() {
	call domain.get "{\"domain\":\"$1\"}" | grep -q domain.not_found
}
whole=0 absent=0
for ((i = 0; i < kills; i++)); do
	victim=$(nacred_pid)
	create "s$i" "$(guest ticker)" >/dev/null 2>&1 &
	creator=$!
	later $((span * i * 5 / kills / 4))
	kill -9 $victim
	wait $creator
	until_true 30 answers || fail restart "nacred does not come back"
	if call domain.get "{\"domain\":\"s$i\"}" | grep -q '"has_config":true'; then
		whole=$((whole + 1))
		call domain.destroy "{\"domain\":\"s$i\"}" | grep -q result || fail "destroy-s$i"
	elif until_true 10 absent_soon "s$i"; then
		absent=$((absent + 1))
	else
		fail "half-made-s$i" "$(call domain.get "{\"domain\":\"s$i\"}")"
	fi
done
echo "killed during create: $whole whole, $absent absent"
until_true 10 none_left && pass kills || fail kills "$(xl list; ls "$RUN/nacred/domains")"
after=$(nacre exec xenstore-ls -f / | wc -l)
[ "$before" = "$after" ] && pass kills-no-nodes || fail kills-no-nodes "$before $after"

# ... and of a restart: the domain comes back in any case.
create z "$(guest ticker)" '"on_reboot":"restart"' >/dev/null
at_least() { # GENERATION
	local g
	g=$(call domain.get '{"domain":"z"}' | grep -oE '"generation":[0-9]+' | head -n1)
	[ "${g#*:}" -ge "$1" ] && [ "$(grep -ac 'tick 0' "$RUN/console/guest-z.log")" -ge "$1" ]
}
until_true 30 at_least 1
for ((i = 0; i < kills / 2; i++)); do
	victim=$(nacred_pid)
	call domain.reboot '{"domain":"z"}' >/dev/null
	later $((span * i * 3 / kills + 100000000 * (i % 4)))
	kill -9 $victim
	until_true 30 answers || fail restart "nacred does not come back"
	until_true 60 at_least $((i + 2)) || {
		fail "restart-lost" "number $i: $(xl list; tail -n 5 "$RUN/log/nacred.log")"
		break
	}
done
call domain.destroy '{"domain":"z"}' >/dev/null
until_true 10 none_left && pass restart-kills || fail restart-kills "$(xl list)"

# xenstored goes and comes back: reads go on, then everything does.
for p in $(pgrep -x xenstored); do
	tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null | grep -qx "NACRE_RUNDIR=$RUN" && kill -9 "$p"
done
says reads-go-on '"domid":0' call domain.list
makes() { create y "$(guest ticker)" | grep -q '"result"'; }
until_true 30 makes && pass xenstored-back || fail xenstored-back "$(tail -n 5 "$RUN/log/nacred.log")"
xl destroy y
exit $((bad > 0))
