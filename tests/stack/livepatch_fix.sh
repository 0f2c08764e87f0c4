#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What live patches are for: a hypervisor that has a hole (this tree without one of its
# checks, built here only), a payload that nacre-livepatch-build makes of the fix, and
# the advisory's own guest before and after: FAIL, PASS with the payload, FAIL without
# it again.  xl patch-status tells the truth at each point; another guest goes on all the
# time and notices nothing.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/livepatch.sh"
. "$TOP/tests/lib/livepatch_build.sh"
fix=$TOP/tests/stack/livepatch/xsa-108.patch
debian_livepatch_unpack || { fail debian.packages; exit 1; }
make_keys || { fail keys; exit 1; }

# --- the hypervisor with a hole --------------------------------------------------------------
copy_sources "$WORK/hole" &&
	patch -s -R -p1 -F0 -d "$WORK/hole" -i "$fix" || { fail hole "the fix is not in the tree"; exit 1; }
cmake -S "$WORK/hole" -B "$WORK/hole/build" -G Ninja -DNACRE_TOOLS=OFF >"$WORK/cmake.log" 2>&1 &&
	cmake --build "$WORK/hole/build" >>"$WORK/cmake.log" 2>&1 ||
	{ fail hole "$(tail -n 5 "$WORK/cmake.log")"; exit 1; }
cp "$fix" "$WORK/fix.patch"
check build livepatch_build fix -s "$WORK/hole" -r "$WORK/hole/build/share/nacre/builds" \
	-a XSA-108 --cve CVE-2014-7188 --fixes 'the tests' --name xsa-108
check verify nacre-livepatch-build verify -K "$WORK/keys" "$WORK/fix.livepatch"
replaced=$(nacre-livepatch-build show --json "$WORK/fix.livepatch" | jq -r '.functions[].name' | xargs)
[ "$replaced" = vlapic_rdmsr ] && pass replaces || fail replaces "$replaced"
refuse other-build 1 'does not build the image that runs' \
	livepatch_build fix -s "$WORK/hole" -n -r "$BUILD/share/nacre/builds"

# What this build contains, for xl patch-status: all but the fix.
mkdir -p "$NACRE_CONFIG_DIR/manifests.d"
hole=$(basename "$WORK"/hole/build/share/nacre/builds/*.json .json)
jq --arg id "$hole" '.build_id = $id | .fixes -= ["XSA-108"]' "$BUILD/lib/nacre/manifests/hypervisor.json" \
	>"$NACRE_CONFIG_DIR/manifests.d/hole.json"
says() { # NAME EXIT PATTERN: xl patch-status of the advisory
	local out rc
	out=$(xl patch-status --advisory XSA-108 2>&1)
	rc=$?
	if [ $rc = "$2" ] && grep -qE "^XSA-108 +$3" <<<"$out"; then pass "status.$1"; else
		fail "status.$1" "exit $rc, not $2: $out"
	fi
}

# --- two guests on it ---------------------------------------------------------------------------
up -c 2 --image="$WORK/hole/build/lib/nacre/nacre.elf"
xl create -q "$(cfg_tiny witness ticker)" || fail witness "does not start"
xl create -q "$(cfg_tiny healthy healthy 'extra = "seconds=25"' 'on_poweroff = "preserve"')" ||
	fail healthy "does not start"
witness=$(console_log witness)
wait_line "$witness" '^tick 3' 120 || fail witness "does not tick"
ticks() { grep -ac '^tick' "$witness"; }
# What the advisory's guest says: a new domain each time.
verdict() {
	local name=adv$((++runs)) log
	log=$(console_log "$name")
	xl create -q "$(cfg_tiny "$name" advisory-108 'on_poweroff = "preserve"' 'on_crash = "preserve"')" || return
	wait_line "$log" '^(PASS|FAIL|ERROR)' 120
	xl destroy "$name"
	grep -aoE '^(PASS|FAIL|ERROR)' "$log" | head -n 1
}
runs=0
same() { # NAME WANTED GOT
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "'$3' instead of '$2'"; fi
}
verdict >"$WORK/verdict"
same before FAIL "$(cat "$WORK/verdict")"
check before.why grep -aq 'x2APIC: MSR 0x8[0-9a-f]* can be read' "$(console_log adv1)"
says before 1 'affected .* reboot: the installed hypervisor has the fix$'
check upload debian_livepatch upload xsa-108 "$WORK/fix.livepatch"
verdict >"$WORK/verdict"
same uploaded-only FAIL "$(cat "$WORK/verdict")"
says uploaded 1 'affected .* apply the live patch xsa-108$'
check apply insist apply xsa-108
says applied 0 'fixed_by_livepatch .* xsa-108$'
verdict >"$WORK/verdict"
same applied PASS "$(cat "$WORK/verdict")"
check revert insist revert xsa-108
says reverted 1 'affected .* apply the live patch xsa-108$'
verdict >"$WORK/verdict"
same reverted FAIL "$(cat "$WORK/verdict")"
check again insist apply xsa-108
verdict >"$WORK/verdict"
same applied-again PASS "$(cat "$WORK/verdict")"

# --- nobody else noticed -----------------------------------------------------------------------
n=$(ticks)
wait_line "$witness" "^tick $((n + 2))\$" 60 && pass witness.goes-on || fail witness.goes-on "$(tail -n 2 "$witness")"
grep -a '^tick' "$witness" | awk '$2 != NR - 1 { exit 1 }' && pass witness.no-gap ||
	fail witness.no-gap "$(tail -n 3 "$witness")"
wait_line "$(console_log healthy)" '^(PASS|FAIL) healthy' 300
grep -aq '^PASS healthy' "$(console_log healthy)" && pass healthy || fail healthy "$(tail -n 3 "$(console_log healthy)")"
xl dmesg | grep 'livepatch: xsa-108 finished' | sed 's/^/# /'
exit $((bad > 0))
