#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What libxl tells is what xl prints: programs built against Debian's headers, over our
# libxenlight, beside xl on the same instance.
. "$(dirname "$0")/lib.sh"
OURS=$BUILD/lib/nacre/libxl

build() { cc -std=gnu11 -Wall -Werror -o "$WORK/$1" "$TOP/tests/stack/libxl/$1.c" -lxenlight -lxentoollog; }
query() { LD_LIBRARY_PATH=$OURS timeout 300 "$WORK/query" "$1"; }
# same NAME A B: two texts are equal, and not empty.
same() {
	if [ -n "$2" ] && [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "$(diff <(echo "$2") <(echo "$3"))"; fi
}
# lines of xl info that query prints too
info() { xl info ${1:+-n} | grep -E "^($(cut -d: -f1 "$WORK/asked" | tr -d ' ' | paste -sd'|')) "; }

check build.query build query
check build.change build change
up -c 4 -m 512
check create xl create -q "$(cfg_tiny one spin 'vcpus = 2' 'cpus = "1-2"')"
check create.paused xl create -qp "$(cfg_tiny two spin 'cpu_weight = 300')"

for part in version physinfo; do
	query $part >"$WORK/asked" || fail "$part" "exit $?"
	same $part "$(cat "$WORK/asked")" "$(info)"
done
same topology.cpus "$(query topology | grep ^cpu | awk '{ print $2 ":", $4, $6, $8 }')" \
	"$(xl info -n | sed -n '/^cpu:/,/^device/p' | awk '$1 ~ /^[0-9]+:$/ { print $1, $2, $3, $4 }')"
same topology.nodes "$(query topology | grep ^node | awk '{ print $2 ":", $3, $4, $5 }')" \
	"$(xl info -n | sed -n '/^numa_info/,$p' | awk '$1 ~ /^[0-9]+:$/ { print $1, $2, $3, $4 }')"
same list "$(query list)" "$(xl list | awk 'NR > 1 { print $1, $2, $3, $4 }')"
same vcpus "$(query vcpus | sed 's/ 1,2,/ 1-2/')" "$(xl vcpu-list | awk 'NR > 1 { print $1, $2, $3, $7, $8, $9 }')"
same pools "$(query pools | grep -v ^free)" "$(xl cpupool-list | awk 'NR > 1 { print $1, $2, $3, $4, $5 }')"
same pools.free "$(query pools | grep ^free)" 'free 0'
query sched >"$WORK/sched" 2>"$WORK/sched.log"
same sched "$(tail -n +2 "$WORK/sched")" "$(xl sched-credit2 | awk 'NR > 2 { print $1, $2, $3, $4 }')"
same sched.pool "$(head -n 1 "$WORK/sched")" "$(xl sched-credit2 -s | grep -o 'ratelimit=.*')"
says sched.log 'getting Credit scheduler parameters' cat "$WORK/sched.log"
prints names 'names well' query names

# Debian's unmodified xl, over our libraries, prints what ours does (times aside).
dxl() { LD_LIBRARY_PATH=$OURS timeout 300 /usr/lib/xen-4.17/bin/xl "$@"; }
steady() { sed 's/[0-9]*\.[0-9] */ /g'; }
while read -r verb; do
	# shellcheck disable=SC2086
	same "xl.${verb// /.}" "$(dxl $verb 2>&1 | steady)" "$(xl $verb 2>&1 | steady)"
done <<'VERBS'
list
list -v
list -l
list -c
list -n
list nobody
vm-list
vcpu-list
cpupool-list
cpupool-list -c
sched-credit2
sched-credit2 -s
sched-credit2 -d one
info
info -n
claims
domid one
domname 1
destroy nobody
VERBS

id=$(xl domid one)
LD_LIBRARY_PATH=$OURS timeout 600 "$WORK/change" "$id" >"$WORK/config" 2>"$WORK/change.log" &&
	pass change || fail change "$(cat "$WORK/change.log")"
says change.refusals 'libxl_device_pci_add: Domain [0-9]+:PCI device 0:0:0.0 is not assignable' cat "$WORK/change.log"
same config "$(jq -S . "$WORK/config")" "$(xl list -l one | jq -S '.[0].config')"
same userdata.kept "$(call domain.userdata.get "{\"domain\":$id,\"key\":\"stays\"}" | jq -r .result.data)" 0001feff78
check destroy xl destroy one
says userdata.goes 'domain.not_found' call domain.userdata.get "{\"domain\":$id,\"key\":\"stays\"}"
exit $bad
