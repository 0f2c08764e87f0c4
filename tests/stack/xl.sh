#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# xl on a whole hosted instance: each verb, what it prints and how it exits.
. "$(dirname "$0")/lib.sh"

state() { xl list "$1" 2>/dev/null | awk 'NR == 2 { print $5 }'; }

refuse no-daemon 1 'cannot reach nacred at .*nacred.sock.*nacre up' xl list

up
header=$(printf 'Name                                        ID   Mem VCPUs\tState\tTime(s)')
prints list.header "$header" sh -c 'xl list | head -n 1'
says list.dom0 '^Domain-0 {37}0 +[0-9]+ +1     r-----  +[0-9]+\.[0-9]$' xl list
says info.order '^host                   : ' xl info
prints info.key 4 xl info xen_major
says dmesg '^\(XEN\) Nacre ready' xl dmesg
says vcpu-list '^Domain-0 {29}0     0 +[0-9]+   r-- +[0-9.]+  all / all$' xl vcpu-list

cfg=$(cfg_tiny t1 ticker)
prints dryrun '{' sh -c "xl create -n $cfg | head -n 1"
prints dryrun.nothing Domain-0 sh -c "xl list | awk 'NR > 1 { print \$1 }'"
check create xl create -q "$cfg"
prints domid 1 xl domid t1
prints domname t1 xl domname 1
refuse create.twice 3 'Domain with name "t1" already exists' xl create -q "$cfg"
check pause xl pause t1
# A vCPU that slept when it was paused is blocked as well.
[[ $(state t1) == -[b-]p--- ]] && pass pause.state || fail pause.state "$(state t1)"
check unpause xl unpause 1
check list.long sh -c "xl list -l t1 | tr -d '\n ' | grep -q '^\[{\"domid\":1,\"config\":{\"c_info\":{\"type\":\"pvh\",\"name\":\"t1\"'"
says vm-list "^[0-9a-f-]{36}  1    t1 +$" xl vm-list
says uptime '^t1 {35}1  0:00:[0-9]{2}$' xl uptime t1
says console 'tick' sh -c "(sleep 1; printf '\035') | timeout 20 xl console t1"
check rename xl rename t1 t2
prints rename.name t2 xl domname 1
says shutdown 'Domain 1 has been shut down, reason code 0' timeout 60 xl shutdown -w t2
check gone until_true 20 sh -c '! xl domid t2'

# The foreground form tells each step.
timeout 120 xl create -F "$(cfg_tiny fg hello)" >"$WORK/fg" 2>&1
[ $? = 0 ] && pass foreground.status || fail foreground.status "exit $?"
says foreground.waits '^Waiting for domain fg \(domid [0-9]+\) to die \[pid [0-9]+\]$' cat "$WORK/fg"
says foreground.down '^Domain [0-9]+ has shut down, reason code 0 0x0$' cat "$WORK/fg"
says foreground.action '^Action for shutdown reason code 0 is destroy$' cat "$WORK/fg"
prints foreground.end 'Done. Exiting now' tail -n 1 "$WORK/fg"

# A reboot is a new domain with the old name; the foreground form stays with it.
xl create -F "$(cfg_tiny again ticker)" >"$WORK/again" 2>&1 &
check reboot.first wait_line "$WORK/again" '^Waiting for domain again' 30
first=$(xl domid again)
check reboot.ask timeout 60 xl reboot again
check reboot.told wait_line "$WORK/again" '^Done. Rebooting now$' 60
check reboot.second wait_line "$WORK/again" "domid $((first + 1))\\) to die" 60
prints reboot.domid $((first + 1)) xl domid again
check reboot.shutdown timeout 60 xl shutdown -w again
xl destroy again 2>/dev/null # only if the shutdown failed: nothing else ends the wait
wait %1 && pass reboot.end || fail reboot.end "$(cat "$WORK/again")"

# A nacred that dies is no reason to stop waiting.
xl create -F "$(cfg_tiny steady ticker)" >"$WORK/steady" 2>&1 &
check steady.waits wait_line "$WORK/steady" '^Waiting for domain steady' 30
check steady.kill kill -9 "$(cut -d" " -f1 "$RUN/nacred.pid")"
check steady.nacred until_true 20 xl domid steady
check steady.shutdown timeout 60 xl shutdown -w steady
xl destroy steady 2>/dev/null
wait %% && pass steady.end || fail steady.end "$(cat "$WORK/steady")"
prints steady.last 'Done. Exiting now' tail -n 1 "$WORK/steady"

# The console of a guest that ends at once is complete.
says create.console '^PASS hello' timeout 60 xl create -c "$(cfg_tiny cc hello)"

check preserve.create xl create -q "$(cfg_tiny keep hello 'on_poweroff = "preserve"')"
check preserve until_true 20 sh -c "[ \"\$(xl list keep | awk 'NR == 2 { print \$5 }')\" = ---s-- ]"
check preserve.destroy xl destroy keep

check destroy.create xl create -qp "$(cfg_tiny paused ticker)"
prints create.paused --p--- state paused
check destroy xl destroy paused
refuse destroy.again 1 'paused is an invalid domain identifier \(rc=-6\)' xl destroy paused
refuse destroy.dom0 1 'Not destroying domain 0' xl destroy 0
refuse destroy.dom0-force 1 . xl destroy -f 0

cd "$WORK" || exit 1
printf 'name="x"\nfoo bar\n' >bad.cfg
refuse bad.file 3 '^Failed to read config file: nosuch.cfg: No such file' xl create nosuch.cfg
refuse bad.line 1 '^bad.cfg:2: config parsing error near `bar' xl create bad.cfg
refuse bad.type 1 'type="pv" is not supported' xl create -q "$(cfg_tiny pv hello 'type = "pv"')"
refuse bad.name 1 'blanks' xl create -q "$(cfg_tiny n hello 'name = "a b"')"
refuse bad.kernel 3 'nosuch.elf' xl create -q "$(cfg_tiny k hello 'kernel = "nosuch.elf"')"
refuse bad.memory 6 'too little' xl create -q "$(cfg_tiny m hello 'memory = 1')"
refuse bad.vcpus 6 'vCPUs' xl create -q "$(cfg_tiny v hello 'vcpus = 1000')"
refuse bad.weight 6 'weight out of range' xl create -q "$(cfg_tiny w hello 'cpu_weight = 0')"
refuse bad.verb 1 '^command not implemented$' xl nosuch
refuse bad.option 2 'not supported' xl list -y
refuse bad.domain 1 'nosuch is an invalid domain identifier' xl pause nosuch
refuse bad.number 1 "^Error: Domain '77' does not exist\.$" xl list 77
prints nothing.left Domain-0 sh -c "xl list | awk 'NR > 1 { print \$1 }'"

exit $((bad > 0))
