#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# From a source patch to a running hypervisor that behaves otherwise, and back: payloads
# that nacre-livepatch-build makes of real changes, applied by Debian's xen-livepatch.
# What cannot be patched live is refused with its reason.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/livepatch.sh"
. "$TOP/tests/lib/livepatch_build.sh"
debian_livepatch_unpack || { fail debian.packages; exit 1; }
make_keys || { fail keys; exit 1; }
copy_sources "$WORK/tree" || { fail sources; exit 1; }
scheduler() { xl info xen_scheduler; }
same() { # NAME WANTED GOT
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "'$3' instead of '$2'"; fi
}
build() { livepatch_build "$@" -s "$WORK/tree"; }
id_function=hypervisor/core/sysctl_sched.c

# A function fixed; and lines that move in a file whose functions know their numbers.
fixed() {
	sed -i 's/sched_id = sched_default->id;/sched_id = XEN_SCHEDULER_CREDIT;/' $id_function
	sed -i '3i /* One more line. */' hypervisor/core/heap.c
}
# Static variables added, in the file and in the function.
counted() {
	sed -i -e 's/^int sysctl_sched_id.*/static uint32_t answered = 7;\n&/' \
		-e 's/^\top->u.sched_id.sched_id = .*/&\n\tstatic uint32_t asked;\n\tprintk("sched_id: asked %u times, answered %u\\n", ++asked, answered++);/' \
		-e 's/^#include "sysctl.h"/&\n#include <hv\/printk.h>/' $id_function
}
# On top of it, with its variable.
counted_twice() {
	counted
	cp $id_function before
	(cd ../a && counted)
	sed -i 's/\(static uint32_t answered\)/\1/; s/answered++);/answered += 100);/' $id_function
	rm before
}
# Debugging messages by default: the variable has its value already, a hook sets it.
migrated() {
	sed -i 's/^static int threshold = LEVEL_INFO;/static int threshold = LEVEL_DEBUG;/' hypervisor/core/printk.c
	cat >>hypervisor/core/printk.c <<-'C'

		#include <hv/livepatch_hooks.h>
		static int old_threshold;
		static void threshold_migrate(void)
		{
			old_threshold = threshold;
			if (threshold < LEVEL_DEBUG)
				threshold = LEVEL_DEBUG;
		}
		static void threshold_restore(void)
		{
			threshold = old_threshold;
		}
		LIVEPATCH_LOAD(threshold_migrate);
		LIVEPATCH_UNLOAD(threshold_restore);
		LIVEPATCH_HANDLES(threshold);
	C
	sed -i -e 's/^\top->u.sched_id.sched_id = .*/&\n\tprintk("<3>sched_id: a detail\\n");/' \
		-e 's/^#include "sysctl.h"/&\n#include <hv\/printk.h>/' $id_function
}

for p in fixed counted counted_twice migrated; do
	check "patch.$p" make_patch $p "$WORK/tree" $p
done
check build.fixed build fixed
check build.counted build counted
check build.counted_twice build counted_twice -d "$WORK/counted.livepatch"
check build.migrated build migrated
check lines.do-not-matter test "$(nacre-livepatch-build show --json "$WORK/fixed.livepatch" |
	jq -r '.functions[].name')" = sysctl_sched_id
check verify nacre-livepatch-build verify -K "$WORK/keys" "$WORK/fixed.livepatch"
cp "$WORK/fixed.livepatch" "$WORK/tampered"
printf x | dd of="$WORK/tampered" bs=1 seek=70 conv=notrunc status=none
refuse verify.tampered 1 'bad: the signature by key tester is wrong' \
	nacre-livepatch-build verify -K "$WORK/keys" "$WORK/tampered"
again() {
	SOURCE_DATE_EPOCH=0 build fixed -o "$WORK/$1" --builder me
}
check reproducible.one again one
check reproducible.two again two
check reproducible cmp "$WORK/one" "$WORK/two"

# --- on a running hypervisor ---------------------------------------------------------------
up -c 2
same before credit2 "$(scheduler)"
check fixed.upload debian_livepatch upload fixed "$WORK/fixed.livepatch"
check fixed.metadata grep -qE 'advisory=XSA-0;cve=none;fixes=test fixed;builder=.*;date=' <(debian_livepatch list)
check fixed.apply insist apply fixed
same fixed.applied credit "$(scheduler)"
check fixed.revert insist revert fixed
same fixed.reverted credit2 "$(scheduler)"
check fixed.unload debian_livepatch unload fixed

check counted.upload debian_livepatch upload counted "$WORK/counted.livepatch"
check counted.apply insist apply counted
scheduler >/dev/null
scheduler >/dev/null
check counted.counts grep -q 'sched_id: asked 2 times, answered 8' <(xl dmesg)
# Whoever asked last: `xl info' does so more than once.
read -r asked answered < <(xl dmesg | sed -n 's/.*sched_id: asked \([0-9]*\) times, answered \([0-9]*\)$/\1 \2/p' | tail -n 1)
check counted_twice.upload debian_livepatch upload counted_twice "$WORK/counted_twice.livepatch"
check counted_twice.apply insist apply counted_twice
scheduler >/dev/null
check counted_twice.same-variables \
	grep -q "sched_id: asked $((asked + 1)) times, answered $((answered + 101))" <(xl dmesg)
check counted_twice.revert insist revert counted_twice
check counted.revert insist revert counted
before=$(xl dmesg | grep -c 'sched_id: asked')
same counted.reverted credit2 "$(scheduler)"
same counted.silent "$before" "$(xl dmesg | grep -c 'sched_id: asked')"
check counted_twice.unload debian_livepatch unload counted_twice
check counted.unload debian_livepatch unload counted

check migrated.upload debian_livepatch upload migrated "$WORK/migrated.livepatch"
check migrated.apply insist apply migrated
scheduler >/dev/null
check migrated.takes-effect grep -q 'sched_id: a detail' <(xl dmesg)
check migrated.revert insist revert migrated
check down nacre down

# --- what cannot be patched live ------------------------------------------------------------
refuse_patch() { # NAME PATTERN
	make_patch "$1" "$WORK/tree" "$1" || { fail "refuse.$1" "no patch"; return; }
	refuse "refuse.$1" 1 "$2" build "$1" -n
}
layout() { sed -i '/^struct vcpu {/a \	uint64_t one_more;' hypervisor/include/hv/vcpu.h; }
initial() { sed -i 's/^static int threshold = LEVEL_INFO;/static int threshold = LEVEL_DEBUG;/' hypervisor/core/printk.c; }
grown() { sed -i 's/^static uint32_t nr_payloads,/static uint64_t nr_payloads;\nstatic uint32_t/' hypervisor/core/livepatch.c; }
assembly() { sed -i '0,/^\tret$/s//\tnop\n\tret/' hypervisor/arch/x86/entry.S; }
pinned() { sed -i 's/^void arch_sync_core(void)$/&/; /^void arch_sync_core(void)/,/^}/s/cpuid_count(0, 0,/cpuid_count(0, 1,/' hypervisor/arch/x86/livepatch.c; }
start() { sed -i '/^static int policy_init/,/^}/s/cpu_policy_detect();/&\n\tcpu_policy_detect();/' hypervisor/core/cpuid_policy.c; }
nothing() { sed -i '3i /* A remark. */' hypervisor/core/heap.c; }
refuse_patch layout 'the layout of struct vcpu changes: .* one_more'
refuse_patch initial 'the initial value of threshold changes.*LIVEPATCH_HANDLES\(threshold\)'
refuse_patch grown 'the variable nr_payloads changes its size from 4 to 8 bytes'
refuse_patch assembly 'arch/x86/entry.S.o: assembly changes'
refuse_patch pinned 'the function arch_sync_core runs while patches are applied'
refuse_patch start 'the function policy_init runs only while the hypervisor starts'
refuse_patch nothing 'the patch changes no code that runs'
printf -- '--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-x\n+y\n' >"$WORK/elsewhere.patch"
refuse refuse.elsewhere 1 "changes nothing of the hypervisor" build elsewhere -n
printf -- '--- a/hypervisor/../../x\n+++ b/hypervisor/../../x\n@@ -0,0 +1 @@\n+y\n' >"$WORK/outside.patch"
refuse refuse.outside 1 'not below the tree' build outside -n
sed 's/sched_default/other/' "$WORK/fixed.patch" >"$WORK/stale.patch"
refuse refuse.stale 1 'the patch does not apply to the tree' build stale -n
refuse refuse.no-key 2 'sign with which key' nacre-livepatch-build build -p x -a x --cve x --fixes x
refuse refuse.no-metadata 2 'says what it is for' nacre-livepatch-build build -p x -k y
refuse refuse.unknown-build 1 'No such file or directory' build fixed -n -b abcd
chmod 0644 "$WORK/keys/tester.key"
refuse refuse.open-key 1 'mode 0644: others can read it' build fixed
chmod 0600 "$WORK/keys/tester.key"
sed -i '3i /* changed */' "$WORK/tree/hypervisor/core/heap.c"
refuse refuse.tree 1 'source hypervisor/core/heap.c is another one' build fixed -n
exit $((bad > 0))
