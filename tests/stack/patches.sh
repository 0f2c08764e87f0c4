#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Live patches through xl and nacred on the real image: kept, signed, applied in their
# order, again after restarts; nacred killed at any time of an action, a full disk, two
# administrators.  NACRE_PATCH_KILLS for more kills than 10.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/livepatch.sh"
kills=${NACRE_PATCH_KILLS:-10}
P=$TOP/tests/stack/livepatch
SIGN=$BUILD/tests/payload_sign
STORE=$NACRE_STATE_DIR/patches/default
KEYS=$NACRE_CONFIG_DIR/keys

mounted=
unmount() {
	nacre down >/dev/null 2>&1
	[ -z "$mounted" ] || umount "$mounted"
	finish
}
trap unmount EXIT
mkdir -p "$NACRE_STATE_DIR/patches" "$KEYS" "$WORK/secret"
chmod 0700 "$NACRE_STATE_DIR" "$KEYS"
mount -t tmpfs -o size=512k,mode=700 tmpfs "$NACRE_STATE_DIR/patches" 2>/dev/null &&
	mounted=$NACRE_STATE_DIR/patches

# CPUs of an emulator on a busy machine may come late.
lp() { xl livepatch "$@"; }
act() { xl livepatch --timeout=1000 "$@"; }
scheduler() { xl info xen_scheduler; }
same() { # NAME WANTED GOT
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "'$3' instead of '$2'"; fi
}
field() { xl livepatch status | sed -n "s/^$1 *: //p"; }
settled() { [ -z "$(field 'under way')" ] && xl livepatch status >/dev/null; }
applied() { field applied; }
make_signed() { # NAME SOURCE [DEPENDS]
	sed 's/XSA-0/XSA-9001/' "$P/$2.c" >"$WORK/$1.c"
	livepatch_make "$WORK/$1.c" "$WORK/$1.elf" "${3-}" &&
		"$SIGN" file "$WORK/secret/alice.key" "$WORK/$1.elf" "$WORK/$1.livepatch"
}

check make.key "$SIGN" key "$WORK/secret/alice"
cp "$WORK/secret/alice.pub" "$KEYS/"
chmod 0600 "$KEYS/alice.pub"
check make.a make_signed a sched_id
check make.b make_signed b stacked "$(build_id "$WORK/a.elf")"
check make.pinned make_signed pinned pinned
up -c 2
free=$(free_memory)

# --- one and one on top -------------------------------------------------------------
says upload 'upload a: done, signature good by alice' lp upload "$WORK/a.livepatch"
says list '^a +checked +- no +good +XSA-9001' xl livepatch list
same unapplied credit2 "$(scheduler)"
says plan 'apply a: possible' xl livepatch plan a
says apply 'apply a: done, CPUs paused for [0-9.]+ us' act apply a
same applied credit "$(scheduler)"
says upload.stacked 'upload b: done' lp upload "$WORK/b.livepatch"
says plan.stacked 'depends on : a' xl livepatch plan b
says dry-run 'possible' xl -N livepatch apply b
same dry-run.changed-nothing a "$(applied)"
says apply.stacked 'apply b: done' act apply b
same applied.stacked rtds "$(scheduler)"
says status 'wanted +: a, b' xl livepatch status
says json '"position": 2' xl livepatch list --json
refuse not-last 1 'b was applied later than a' act revert a
refuse unload.applied 1 'is applied' lp unload a
refuse apply.again 1 'is applied already' act apply a
refuse plan.exit 1 '' xl livepatch plan a
says plan.reason 'because +: a is applied already' xl livepatch plan a
says revert.whole 'revert b: done.*' act --whole revert a
same reverted credit2 "$(scheduler)"
# b has variables that were used: it is loaded anew.
says apply.whole 'apply b: done' act --whole apply b
same applied.whole rtds "$(scheduler)"

# --- what nacred knows after restarts ----------------------------------------------------
kill -9 $(nacred_pid)
until_true 60 settled || fail restart
same restart.nacred 'a, b' "$(applied)"
nacre down >/dev/null 2>&1
up -c 2
until_true 120 settled || fail reapply
same restart.hypervisor 'a, b' "$(applied)"
same restart.really rtds "$(scheduler)"

# --- nacred killed during actions ----------------------------------------------------------
whole() { # the set is before or after, and the policy wants it
	local set
	set=$(applied)
	[ "$set" = a ] || [ "$set" = 'a, b' ] || { echo "applied: $set"; return 1; }
	[ "$(field wanted)" = "$set" ] || { echo "applied: $set, wanted: $(field wanted)"; return 1; }
	! ls "$STORE" | grep -qE '\.(new|broken)$' || { ls "$STORE"; return 1; }
}
for ((i = 0; i < kills; i++)); do
	action=revert
	[ "$(applied)" = a ] && action=apply
	act $action b >/dev/null 2>&1 &
	sleep "0.0$((RANDOM % 100 + 100))"
	kill -9 $(nacred_pid)
	wait $!
	until_true 120 settled || { fail killed "nacred does not come back"; break; }
	out=$(whole) || { fail killed "after $action, kill $i: $out"; break; }
done
[ "$i" = "$kills" ] && pass killed
[ "$(applied)" = a ] || act revert b >/dev/null

# --- two administrators ----------------------------------------------------------------------
for i in 1 2; do act apply b >"$WORK/two.$i" 2>&1 & pids[i]=$!; done
done=0
for i in 1 2; do wait "${pids[i]}" && done=$((done + 1)); done
same two.one-acts 1 "$done"
check two.other-is-told grep -qE 'is under way|is applied already' "$WORK"/two.[12]
same two.applied 'a, b' "$(applied)"
check two.revert act --whole revert a
revision=$(call patch.list | sed 's/.*"revision":"\([0-9a-f]*\)".*/\1/')
check two.seen act --if-revision="$revision" apply a
refuse two.not-seen 1 'has changed' act --if-revision="$revision" revert a
check two.clean act revert a

# --- replace, unload ----------------------------------------------------------------------------
check once act --once apply a
says once.policy 'wanted +: none' xl livepatch policy
refuse replace.dependency 1 'cannot stand alone' act replace b
check revert.once act revert a
check unload.b lp unload b
check unload.a lp unload a
refuse option 2 'upload does not take --timeout' act upload "$WORK/a.livepatch"
refuse gone 1 'no payload' act apply a
same memory "$free" "$(free_memory)"

# --- what is not let in ----------------------------------------------------------------------------
refuse unsigned 1 'not signed' lp upload "$WORK/a.elf" a
size=$(stat -c %s "$WORK/a.livepatch")
for at in 20 $((size / 3)) $((size - 200)) $((size - 100)) $((size - 1)); do
	cp "$WORK/a.livepatch" "$WORK/tampered"
	byte=$(dd if="$WORK/tampered" bs=1 skip="$at" count=1 status=none | od -An -tu1)
	printf "\\x$(printf %02x $((byte ^ 1)))" |
		dd of="$WORK/tampered" bs=1 seek="$at" conv=notrunc status=none
	refuse "tampered.$at" 1 'error' lp upload "$WORK/tampered" a
done
head -c 700 "$WORK/a.elf" >"$WORK/short"
head -c 3000000 /dev/zero >"$WORK/huge"
check policy.allow xl livepatch policy unsigned=allow
says policy 'unsigned payloads : allowed' xl livepatch policy
refuse short 1 'not a payload' lp upload "$WORK/short"
refuse huge 1 'larger than a payload' lp upload "$WORK/huge"
refuse odd.slash 1 'cannot be the name' lp upload "$WORK/a.elf" a/b
refuse odd.space 1 'cannot be the name' lp upload "$WORK/a.elf" 'a b'
refuse odd.dots 1 'cannot be the name' lp upload "$WORK/a.elf" ..
refuse odd.colour 1 'cannot be the name' lp upload "$WORK/a.elf" $'a\e[31m'
check unsigned.allowed lp upload "$WORK/a.elf" plain-1.0_x
refuse duplicate.name 1 'payload .* already' lp upload "$WORK/pinned.elf" plain-1.0_x
refuse duplicate.id 1 'payload .* already' lp upload "$WORK/a.livepatch" a
refuse load.pinned 1 'refuses pinned' act load "$WORK/pinned.livepatch"
refuse load.pinned.gone 1 'no payload' lp unload pinned
objcopy --update-section .livepatch.xen_depends=<(objcopy -O binary -j .livepatch.depends \
	"$WORK/b.elf" /dev/stdout) "$WORK/a.elf" "$WORK/other-build" 2>/dev/null
refuse wrong-build 1 'is for the build' lp upload "$WORK/other-build" other
check policy.refuse xl livepatch policy unsigned=refuse wanted=plain-1.0_x
check clean lp unload plain-1.0_x
says clean.policy 'wanted +: none' xl livepatch policy

# --- a full disk ---------------------------------------------------------------------------------------
if [ -n "$mounted" ]; then
	dd if=/dev/zero of="$mounted/filler" bs=4k status=none 2>/dev/null
	refuse full.upload 1 'full' lp upload "$WORK/a.livepatch"
	same full.nothing-left policy.json "$(ls "$STORE")"
	says full.list '^Name' xl livepatch list
	rm "$mounted/filler"
	check full.upload-later lp upload "$WORK/a.livepatch"
	dd if=/dev/zero of="$mounted/filler" bs=1k status=none 2>/dev/null
	refuse full.apply 1 'full' act apply a
	same full.unapplied credit2 "$(scheduler)"
	rm "$mounted/filler"
	check full.apply-later act apply a
	check full.clean act revert a
else
	echo "SKIP patches.full: no file system of its own can be mounted here"
fi
same end credit2 "$(scheduler)"

# --- what is kept mends what a host lacks ------------------------------------------------------------------
[ -e "$STORE/a.payload" ] || lp upload "$WORK/a.livepatch" >/dev/null
mkdir -p "$NACRE_CONFIG_DIR/advisories.d"
echo '{"format":1,"id":"XSA-9001","products":{"nacre":{"status":"affected"}}}' \
	>"$NACRE_CONFIG_DIR/advisories.d/XSA-9001.json"
nacre down >/dev/null 2>&1
up -c 2
until_true 120 settled || fail advisory
says advisory.stored '^a +stored' xl livepatch list
says advisory.affected '^XSA-9001 +affected .*apply the live patch a' xl patch-status
check advisory.apply act apply a
says advisory.fixed '^XSA-9001 +fixed_by_livepatch .*a$' xl patch-status
exit $((bad > 0))
