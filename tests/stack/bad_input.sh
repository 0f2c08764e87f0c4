#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Bad input: one clear line that names the thing, the right exit code, and
# nothing half-made left behind.
. "$(dirname "$0")/lib.sh"

cfg=$(cfg_tiny good ticker)
linux=$BUILD/guest/vmlinuz

refuse not-up 1 'cannot reach nacred at .*nacred.sock.*nacre up' xl list
up -m 512
leftovers() { # what a refused create must not leave
	xl list | tail -n +3
	find "$RUN/nacred/domains" "$RUN/console" -type f
	nacre exec xenstore-ls -f / | grep -E '^/local/domain/[1-9]|^/vm/|^/libxl/'
}
before=$(free_memory)

refuse no-cfg 3 '^Failed to read config file: /none.cfg: No such file' xl create /none.cfg
refuse no-kernel 3 '/none: No such file or directory' xl create "$cfg" 'kernel="/none"'
head -c 100000 "$linux" >"$WORK/truncated"
refuse truncated 3 'truncated: .*truncated at offset 100000' xl create "$cfg" "kernel=\"$WORK/truncated\""
cp "$linux" "$WORK/corrupt"
printf '\xff%.0s' {1..64} | dd of="$WORK/corrupt" bs=1 seek=3000000 conv=notrunc status=none
refuse corrupt 3 'corrupt: ' xl create "$cfg" "kernel=\"$WORK/corrupt\""
refuse not-an-image 3 'not an ELF or bzImage' xl create "$cfg" "kernel=\"$cfg\""
refuse not-pvh 3 'XEN_ELFNOTE_PHYS32_ENTRY' xl create "$cfg" 'kernel="/bin/true"'
refuse type-pv 1 'type="pv" is not supported' xl create "$cfg" 'type="pv"'
refuse no-memory 6 'too little' xl create "$cfg" 'memory=1'
refuse small-memory 3 'give at least' xl create "$cfg" "kernel=\"$linux\"" 'memory=32'
refuse much-memory '[35]' 'memory' xl create "$cfg" 'memory=100000'
refuse vcpus 6 '129 vCPUs are more than' xl create "$cfg" 'vcpus=129'
refuse blank-name 1 'domain name must not' xl create "$cfg" 'name="a b"'
refuse empty-name 1 'domain name must not' xl create "$cfg" 'name=""'
printf 'name = "x"\nvcpus = = 1\n' >"$WORK/bad.cfg"
refuse bad-line 1 'bad.cfg:2: config parsing error' xl create "$WORK/bad.cfg"
refuse unknown-key 0 'unknown key .memroy. is ignored.*memory' xl create -n "$cfg" 'memroy=5'
refuse unknown-domain 1 '^nosuch is an invalid domain identifier' xl destroy nosuch
refuse absent-id 1 "^Error: Domain '4000' does not exist" xl list 4000
refuse unknown-verb 1 '^command not implemented' xl frobnicate
refuse unknown-option 2 'not supported' xl list --nope
refuse dom0 1 'Not destroying domain 0' xl destroy 0
refuse second-up 1 'already running' nacre up
left=$(leftovers)
[ -z "$left" ] && pass nothing-left || fail nothing-left "$left"
[ "$(free_memory)" = "$before" ] && pass memory-back || fail memory-back "$before -> $(free_memory)"

check create xl create -q "$cfg"
refuse same-name 3 'Domain with name "good" already exists' xl create "$cfg"
refuse rename-taken 1 'already exists|exists' xl rename good Domain-0
check destroy xl destroy good

# Full disk: the run directory on a file system too small for one more record.
nacre down >/dev/null
if mount -t tmpfs -o size=512k,mode=0700 tmpfs "$NACRE_RUNTIME_DIR" 2>/dev/null; then
	up
	fill() { dd if=/dev/zero of="$RUN/fill" bs=4k status=none 2>/dev/null; }
	fill
	out=$(xl create "$cfg" 2>&1)
	rc=$?
	rm -f "$RUN/fill"
	if [ $rc != 0 ] && grep -qi 'no space left' <<<"$out"; then pass disk-full; else
		fail disk-full "exit $rc: $out"
	fi
	[ -z "$(xl list | tail -n +3)" ] && pass disk-full.nothing-left || fail disk-full.nothing-left
	check disk-full.goes-on xl create -q "$cfg"
	xl destroy good
	nacre down >/dev/null
	umount "$NACRE_RUNTIME_DIR"
else
	echo "SKIP $TEST.disk-full: cannot mount a tmpfs here"
fi
exit $((bad > 0))
