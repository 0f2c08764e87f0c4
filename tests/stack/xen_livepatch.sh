#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Our xen-livepatch beside Debian's, each through the same session: every word on
# stdout and stderr and every exit status is the same one.  But not where Xen's tool
# calls a failure a success.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/livepatch.sh"
. "$TOP/tests/lib/livepatch_build.sh"
P=$TOP/tests/stack/livepatch
debian_livepatch_unpack || { fail debian.packages; exit 1; }
cd "$WORK" || exit 1
check make.a livepatch_make "$P/sched_id.c" "$WORK/a.livepatch"
check make.b livepatch_make "$P/stacked.c" "$WORK/b.livepatch" "$(build_id "$WORK/a.livepatch")"
cp a.livepatch a.b.livepatch
cp a.livepatch noext
mkdir d sub
cp a.livepatch sub/p.livepatch
ours() { nacre exec "$BUILD/bin/xen-livepatch" "$@"; }

# An emulated CPU may come late to the meeting, whichever tool asks: once more then.
t() {
	local i rc
	for ((i = 0; i < 50; i++)); do
		"$tool" "$@" >out 2>err </dev/null
		rc=$?
		[ $rc = 2 ] && [ "$*" != "$busy" ] || break
	done
	echo "=== $* -> $rc"
	sed 's/^/1> /' out
	sed 's/^/2> /' err
}
session() {
	local tool=$1 busy='revert a' long
	long=$(printf 'x%.0s' {1..127})
	t; t help; t help extra; t --help; t bogus
	t list; t list extra
	t upload; t upload a; t upload a b c; t upload a nofile; t upload d /dev/null; t upload d d
	for action in apply revert unload replace; do
		t $action; t $action nope; t $action nope --bogus; t $action nope --nodeps
		t $action "$long"; t $action "${long}x"; t $action "${long}xx"
	done
	t load; t load nofile; t load .; t load d; t load /dev/null
	t upload a a.livepatch; t upload a a.livepatch; t upload c a.livepatch; t load noext
	t upload '' a.livepatch; t upload 'two words' a.livepatch
	t upload "$long" a.livepatch; t upload "${long}x" a.livepatch; t upload "${long}xx" a.livepatch
	t list; t revert a; t apply a --bogus; t apply a; t apply a; t list; t unload a
	t replace a; t upload b b.livepatch; t apply b; t revert a; t list
	t revert b; t revert a; t revert a extra; t apply b; t list; t unload b
	t load b.livepatch; t list
	# The beginning of a word is enough.
	t l; t u; t re a; t un nope; t up a a.livepatch; t un a; t list
	t load a.livepatch; t load a.livepatch; t load a.livepatch --nodeps; t unload a
	t apply a --nodeps extra; t revert a; t apply a --nodeps; t revert a --nodeps; t revert a; t unload a
	t load a.b.livepatch; t list; t revert a.b; t unload a.b
	t load ./noext; t revert noext; t unload noext
	t load sub/p.livepatch --bogus; t list; t load sub/p.livepatch --nodeps
	t replace p; t revert p; t replace p; t list; t revert p; t unload p; t list
}
up -c 1
session debian_livepatch >debian.txt
session ours >ours.txt
[ "$(grep -c '^===' debian.txt)" -gt 100 ] && grep -q 'Replacing all live patches with p... completed' debian.txt &&
	pass session || fail session "$(tail -n 5 debian.txt)"
out=$(diff debian.txt ours.txt) && pass same-words || fail same-words "$out"

# A signed payload: the hypervisor gets what was signed; Debian's tool gives it all.
check keys make_keys
check sign nacre-livepatch-build sign -k keys/tester.key -o signed a.livepatch
check signed.ours ours upload signed signed
check signed.unload ours unload signed
check signed.debian debian_livepatch upload signed signed
check signed.debian-unload debian_livepatch unload signed
check down nacre down
refuse unreachable 1 'failed to get the handler' \
	env LD_LIBRARY_PATH="$BUILD/lib/nacre" "$BUILD/bin/xen-livepatch" list
exit $((bad > 0))
