#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Tools that nobody here wrote: Debian's unmodified xl over its own libxenlight and
# libxenguest drives our hypervisor, xenstored and xenconsoled; nacred shows what it
# does and leaves it alone.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/debian_xen.sh"

dxl() { debian xl "$@"; }
dstate() { dxl list "$1" | awk 'NR == 2 { print $5 }'; }
is_state() { # NAME PATTERN DOMAIN
	local s
	s=$(dstate "$3")
	[[ $s =~ ^$2$ ]] && pass "$1" || fail "$1" "state '$s'"
}
vcpu_field() { dxl vcpu-list "$1" | awk -v n="$2" -v f="$3" 'NR > 1 && $3 == n { for (i = f; i <= NF; i++) printf "%s%s", $i, i < NF ? " " : "\n" }'; }
# What is in the store and what is free, to compare before and after.
traces() { debian xenstore-ls -f | grep -vE '^/(local/domain/0|tool)(/|$| )'; xl info free_memory; }
no_traces() { [ "$(traces)" = "$before" ]; }
gone() { until_true 120 sh -c "! xl domid $1"; }

debian_xen || { fail packages "$(tail -n 1 "$WORK/debian.log")"; exit 1; }
in_place true 2>/dev/null || { echo "SKIP $TEST: no mount namespace for the programs' own directories"; exit 0; }
up -c 2 -m 768
events >"$WORK/events" &
events_pid=$!
check events wait_line "$WORK/events" '"id":1' 30
before=$(traces)

# --- a tiny guest --------------------------------------------------------------------
cfg=$(cfg_tiny tiny ticker)
check create dxl create "$cfg"
id=$(dxl domid tiny)
says list "^tiny +$id +8 +1 +[r-][b-]---- +[0-9.]+$" dxl list
says list.long "\"domid\": $id,.*\"type\": \"pvh\".*\"name\": \"tiny\".*\"kernel\": \".*ticker.elf\"" \
	bash -c "debian xl list -l tiny | tr -d '\n' | tr -s ' '"
says vcpu-list "^tiny +$id +0 +[01-] +[r-][b-][p-] +[0-9.]+ +all / all$" dxl vcpu-list
check domname [ "$(dxl domname "$id")" = tiny ]
# nacred shows it as one that others made.
says nacred.list "^tiny +$id +8 +1 " xl list
says nacred.event "\"domain\.created\".*\"name\":\"tiny\"" \
	sh -c "timeout 60 tail -n +1 -F '$WORK/events' 2>/dev/null | grep -m1 domain.created"

check pause dxl pause tiny
is_state paused '-[b-]p---' tiny
[[ $(state_of tiny) == -[b-]p--- ]] && pass nacred.paused || fail nacred.paused "$(xl list)"
check unpause dxl unpause tiny
is_state unpaused '[r-][b-]----' tiny
[[ $(state_of tiny) == [r-][b-]---- ]] && pass nacred.unpaused || fail nacred.unpaused "$(xl list)"
check nacred.event.paused wait_line "$WORK/events" 'domain\.paused.*"name":"tiny"' 60
check nacred.event.unpaused wait_line "$WORK/events" 'domain\.unpaused.*"name":"tiny"' 60

check vcpu-pin dxl vcpu-pin tiny 0 1 0-1
check pinned [ "$(vcpu_field tiny 0 7)" = '1 / all' ]
check vcpu-pin.soft dxl vcpu-pin tiny 0 - 0
check pinned.soft [ "$(vcpu_field tiny 0 7)" = '1 / 0' ]
check pinned.by.us [ "$(xl vcpu-list tiny | awk 'NR == 2 { print $7, $8, $9 }')" = '1 / 0' ]
refuse vcpu-pin.nowhere 1 'cpumap|affinity|[Uu]nable' dxl vcpu-pin tiny 0 7
says sched "^tiny +$id +256 +0$" dxl sched-credit2 -d tiny
check sched.set dxl sched-credit2 -d tiny -w 512 -c 50
says sched.was.set "^tiny +$id +512 +50$" dxl sched-credit2
check sched.ratelimit dxl sched-credit2 -s -r 2000
says sched.ratelimit.was.set '^Cpupool Pool-0: ratelimit=2000us$' dxl sched-credit2 -s
refuse sched.bad 1 '[Ww]eight' dxl sched-credit2 -d tiny -w 70000
check mem-max dxl mem-max tiny 16
check mem-set dxl mem-set tiny 6
check mem-set.target [ "$(debian xenstore-read "/local/domain/$id/memory/target")" = 6144 ]
check rename dxl rename tiny little
check nacred.event.renamed wait_line "$WORK/events" 'domain\.renamed.*"name":"little"' 60
check renamed [ "$(dxl domid little)" = "$id" ]
until_true 60 sh -c "[ \"\$(xl domid little)\" = $id ]" && pass nacred.renamed ||
	fail nacred.renamed "$(xl list)"
says uptime "^little +$id +0:0[0-9]:[0-9]{2}$" dxl uptime
says claims "^little +$id +8 +1 .* 0$" dxl claims

# --- what programs read -------------------------------------------------------------------
says xentop '^ +little +--b---|^ +little +-----r' debian xentop -b -i 2 -d 1
says lsevtchn 'Interdomain \(Connected\) - Remote Domain 0' debian lsevtchn "$id"
says diag '^domid=[0-9]+: nr_frames=1, max_nr_frames=64$' debian xen-diag gnttab_query_size "$id"
says hvmctx 'Header: magic 0x54381286, version 1' debian xen-hvmctx "$id"
says cpuid.host '^Known ' debian xen-cpuid -d
says cpuid.policies '^HVM Default policy: [0-9]+ leaves' debian xen-cpuid -p
says cpuid.domain "^Domain $id policy: [0-9]+ leaves" debian xen-cpuid -p "$id"
says topology '^CPU1' debian xenpm get-cpu-topology
says livepatch 'Nothing to list' debian xen-livepatch list
says info '^numa_info' dxl info -n
says cpupool '^Pool-0 +2 +credit2 +y +2$' dxl cpupool-list
check debug-keys dxl debug-keys q
says dmesg "\(XEN\) General information for domain $id" dxl dmesg -c
check dmesg.cleared [ -z "$(dxl dmesg)" ]
# What is not offered is refused with a reason, not with a crash.
refuse xentrace 1 'not implemented' debian xentrace "$WORK/trace"
refuse xenperf 1 'not supported|not implemented' debian xenperf
refuse xenhypfs 2 'Could not open libxenhypfs' debian xenhypfs ls /
refuse hptool 1 'failed' debian xen-hptool cpu-offline 1
says cpufreq 'failed to get cpufreq' debian xenpm get-cpufreq-para

# --- xenstore by Debian's clients --------------------------------------------------------------
path=/local/domain/$id/data/test
check store.write debian xenstore-write "$path" 'some words'
check store.read [ "$(debian xenstore-read "$path")" = 'some words' ]
check store.exists debian xenstore-exists "$path"
says store.list '^test$' debian xenstore-list "/local/domain/$id/data"
check store.chmod debian xenstore-chmod "$path" b0
says store.permissions ' +\(b0\)' debian xenstore-ls -p "/local/domain/$id/data"
debian xenstore-watch -n 2 "$path" >"$WORK/watch" 2>&1 &
watch=$!
check store.watch.first wait_line "$WORK/watch" "^$path$" 60
check store.write.again debian xenstore-write "$path" other
wait $watch && pass store.watch || fail store.watch "$(cat "$WORK/watch")"
check store.rm debian xenstore-rm "$path"
refuse store.gone 1 '' debian xenstore-exists "$path"

# --- creating what cannot be ------------------------------------------------------------------
refuse create.twice '[1-9][0-9]*' 'Domain with name "little" already exists' \
	dxl create "$(cfg_tiny little ticker)"
bad_kernel=$(cfg_tiny bad ticker "kernel = \"$TOP/README.md\"")
refuse create.not.a.kernel '[1-9][0-9]*' 'Invalid kernel' dxl create "$bad_kernel"
refuse create.no.kernel '[1-9][0-9]*' 'No such file' dxl create "$(cfg_tiny bad ticker 'kernel = "/no/such"')"
refuse create.too.large '[1-9][0-9]*' 'free|memory' dxl create "$(cfg_tiny bad ticker 'memory = 4096')"
says create.nothing.left "^little +$id" sh -c 'xl list | tail -n +3'

# --- NMI, dump, end -----------------------------------------------------------------------------
check trigger dxl trigger little nmi
# The guest takes it for a fault and stops; Debian's monitor then destroys it.
gone little && pass monitor.destroys || fail monitor.destroys "$(xl list; tail -n 3 "$PLACE"/log/xen/xl-*.log)"
check nacred.event.destroyed wait_line "$WORK/events" 'domain\.destroyed.*"name":"little"' 60
until_true 60 no_traces && pass nothing.left || fail nothing.left "$(diff <(echo "$before") <(traces))"

check again dxl create "$cfg"
check destroy dxl destroy tiny
refuse destroyed '[1-9][0-9]*' 'does not exist|invalid domain|not exist' dxl list tiny
until_true 60 no_traces && pass destroy.nothing.left || fail destroy.nothing.left "$(diff <(echo "$before") <(traces))"

if [ -n "${NACRE_LONG-}" ]; then
	# Debian's libxenctrl asks for each of a million frames up to the special pages.
	check dump.create dxl create "$cfg"
	DEBIAN_TIMEOUT=1500 check dump-core dxl dump-core tiny "$WORK/core"
	says dump.notes '\.note\.Xen' readelf -SW "$WORK/core"
	is_state dump.goes.on '[r-][b-]----' tiny
	check dump.destroy dxl destroy tiny
fi

# --- Linux -------------------------------------------------------------------------------------
linux_up() { wait_line "$(console_log lin)" '^hello from Linux' 900; }
check linux.create dxl create "$(cfg_linux lin 'vcpus = 2')"
first=$(dxl domid lin)
linux_up && pass linux.hello || { fail linux.hello "$(tail -n 5 "$(console_log lin)")"; exit 1; }
check linux.sysrq dxl sysrq lin h
check linux.sysrq.taken until_true 120 bash -c "[ -z \"\$(debian xenstore-read /local/domain/$first/control/sysrq)\" ]"
# What "xl console" runs, which it looks for where the package would be installed.
coproc CONSOLE { debian xenconsole --interactive "$first" 2>&1; }
printf 'echo answer $((6 * 7))\r' >&"${CONSOLE[1]}"
timeout 300 grep -qam1 'answer 42' <&"${CONSOLE[0]}" && pass linux.console || fail linux.console
online() { [ "$(xl list lin | awk 'NR == 2 { print $4 }')" = "$1" ]; }
check linux.vcpu-set dxl vcpu-set lin 1
until_true 120 online 1 && pass linux.vcpu.off || fail linux.vcpu.off "$(xl list)"
check linux.vcpu-set.back dxl vcpu-set lin 2
# Linux only marks it as present then; the rest is the work of its user space.
printf 'echo 1 >/sys/devices/system/cpu/cpu1/online\r' >&"${CONSOLE[1]}"
until_true 120 online 2 && pass linux.vcpu.on || fail linux.vcpu.on "$(xl list)"
[ -z "${CONSOLE_PID-}" ] || kill "$CONSOLE_PID"
[ -z "${CONSOLE_PID-}" ] || wait "$CONSOLE_PID" 2>/dev/null
check linux.mem-set dxl mem-set lin 112
less() { [ "$(xl list lin | awk 'NR == 2 { print $3 }')" -le 113 ]; }
until_true 120 less && pass linux.balloon || fail linux.balloon "$(xl list)"
# To its full size again: a guest that starts below it needs populate on demand.
check linux.mem-set.back dxl mem-set lin 128
: >"$(console_log lin)"
check linux.reboot dxl reboot lin
again() { [ "$(dxl domid lin)" -gt "$first" ]; }
until_true 300 again && pass linux.new.id || fail linux.new.id "$(xl list; tail -n 3 "$PLACE"/log/xen/xl-lin.log)"
linux_up && pass linux.rebooted || fail linux.rebooted "$(tail -n 5 "$(console_log lin)")"
check linux.shutdown dxl shutdown -w lin
gone lin && pass linux.gone || fail linux.gone "$(xl list)"
until_true 60 no_traces && pass linux.nothing.left || fail linux.nothing.left "$(diff <(echo "$before") <(traces))"
check nacred.alive xl info
kill $events_pid
exit $((bad > 0))
