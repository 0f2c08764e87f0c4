#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What xl patch-status says at each point of a host's life: live patches loaded,
# applied and taken back, an upgrade without a reboot, tests that fail, advisories
# imported, local and undisclosed; and how it exits.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/lib/packages.sh"
. "$TOP/tests/lib/livepatch.sh"
LOCAL=$NACRE_CONFIG_DIR/advisories.d
mkdir -p "$LOCAL"

debian_livepatch_unpack || { fail debian.packages; exit 1; }
insist_xl() { # ACTION NAME
	local out i
	for ((i = 0; i < 20; i++)); do
		out=$(xl livepatch -t 1000 "$@" 2>&1) && return 0
	done
	echo "$out"
	return 1
}
# A copy of the programs, which can be upgraded while they run.
mkdir -p "$WORK/inst/share"
cp -a "$BUILD/bin" "$BUILD/lib" "$WORK/inst/"
cp -aL "$BUILD/share/nacre" "$WORK/inst/share/nacre"
export PATH=$WORK/inst/bin:$PATH
LIB=$WORK/inst/lib/nacre

rpc() { # METHOD [PARAMS]
	perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Peer => shift) or die "no nacred: $!\n";
		alarm 60;
		print $s shift, "\n";
		print scalar <$s>;
	' "$RUN/nacred.sock" "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$1\"${2:+,\"params\":$2}}"
}
# says NAME EXIT PATTERN COMMAND...: it exits so, and a line matches.
says() {
	local name=$1 status=$2 pattern=$3 out rc
	shift 3
	out=$("$@" 2>&1)
	rc=$?
	if [ $rc != "$status" ]; then
		fail "$name" "exit $rc instead of $status: $(tail -n 3 <<<"$out")"
	elif ! grep -qE -- "$pattern" <<<"$out"; then
		fail "$name" "no '$pattern' in: $(tail -n 20 <<<"$out")"
	else
		pass "$name"
	fi
}
record() { # ID MEMBERS: a local one that affects Nacre
	printf '{"format":1,"id":"%s",%s"products":{"nacre":{"status":"affected"}}}' "$1" "${2-}" \
		>"$LOCAL/$1.json"
}
restart_nacred() {
	local pid
	pid=$(cut -d' ' -f1 "$RUN/nacred.pid")
	kill -9 "$pid"
	until_true 30 sh -c "! [ -e /proc/$pid ] && xl list"
}
payload() { # NAME WORDS-OF-METADATA
	sed "s/advisory=XSA-0.*builder/$2\\\\0builder/" "$TOP/tests/stack/livepatch/sched_id.c" \
		>"$WORK/$1.c"
	livepatch_make "$WORK/$1.c" "$WORK/$1.livepatch"
}

says no-daemon 3 'cannot reach nacred' xl patch-status
says misuse 3 'not supported' xl patch-status --wrong
up -c 2
says fresh 0 '^XSA-108 +fixed_in_build ' xl patch-status
says fresh.not-affected 0 '^XSA-197 +not_affected .* component_not_present$' xl patch-status
says fresh.json 0 '"exit": 0' xl patch-status --json
says one 0 '^XSA-191 +fixed_in_build' xl patch-status --advisory CVE-2016-9386
says one.others '0' '^0 not affected, 1 fixed in the build, 0 fixed' xl patch-status --advisory 191
says unknown-id 3 '^XSA-99999 +unknown .* no record' xl patch-status --advisory 99999
says bad-id 3 'is no advisory.s id' xl patch-status --advisory 'a b'
says not-found 0 'advisory.not_found' rpc advisory.get '{"id":"XSA-99999"}'

# --- a fault, and a live patch for it ------------------------------------------------
check make payload hot 'advisory=XSA-9001'
record XSA-9001 '"title":"A fault of this test",'
says affected 2 '^XSA-9001 +affected +- +no fix is on this host$' xl patch-status
says affected.only 2 '^XSA-9001 ' xl patch-status --affected
[ "$(xl patch-status --affected | grep -c ^XSA)" = 1 ] && pass affected.alone || fail affected.alone
check upload debian_livepatch upload hot "$WORK/hot.livepatch"
says loaded 1 '^XSA-9001 +affected +- +apply the live patch hot$' xl patch-status
check apply insist apply hot
says applied 0 '^XSA-9001 +fixed_by_livepatch +- +hot$' xl patch-status
check applied.daemon restart_nacred
says applied.again 0 '^XSA-9001 +fixed_by_livepatch' xl patch-status

# --- results of tests ----------------------------------------------------------------
result() { rpc advisory.evidence "{\"id\":\"$1\",\"test\":\"guest.all advisory-108\",\"verdict\":\"$2\"}"; }
says evidence.store 0 '"result"' result XSA-108 FAIL
says evidence.fails 2 '^XSA-108 +affected +FAIL 1/1 20' xl patch-status
check evidence.daemon restart_nacred
says evidence.kept 2 '^XSA-108 +affected +FAIL' xl patch-status
# Without the live patch it is another host, of which nothing was tried.
check revert insist revert hot
says evidence.other 1 '^XSA-108 +fixed_in_build +- ' xl patch-status
check apply.again insist apply hot
says evidence.again 2 '^XSA-108 +affected' xl patch-status
says evidence.passes 0 '"result"' result XSA-108 PASS
says evidence.passed 0 '^XSA-108 +fixed_in_build +PASS 1/1 20' xl patch-status
says evidence.unknown-test 0 'advisory.not_found' result XSA-191 PASS
check revert.last insist revert hot
check unload debian_livepatch unload hot
says unloaded 2 '^XSA-9001 +affected +- +no fix' xl patch-status

# --- a live patch that is kept here and not loaded -------------------------------------
check stored.policy xl livepatch policy unsigned=allow
check stored.upload xl livepatch upload "$WORK/hot.livepatch" kept
check stored.unload debian_livepatch unload kept
says stored 1 '^XSA-9001 +affected +- +apply the live patch kept$' xl patch-status
says stored.listed 1 '^live patch : kept \(stored\)$' xl patch-status
# One that may not be applied is no fix.
check refused.policy xl livepatch policy unsigned=refuse
says refused 2 '^XSA-9001 +affected +- +no fix' xl patch-status
check stored.allow xl livepatch policy unsigned=allow
check stored.forget xl livepatch unload kept
says stored.gone 2 '^XSA-9001 +affected +- +no fix' xl patch-status

# --- an upgrade without a reboot -----------------------------------------------------
old=$(build_id "$LIB/nacre.elf")
new=ffff${old:4}
at=$(LC_ALL=C grep -obUaP "\\x${old:0:2}\\x${old:2:2}\\x${old:4:2}\\x${old:6:2}\\x${old:8:2}" "$LIB/nacre.elf" | cut -d: -f1)
cp "$LIB/nacre.elf" "$LIB/nacre.new"
printf '\xff\xff' | dd of="$LIB/nacre.new" bs=1 seek="$at" conv=notrunc status=none
mv "$LIB/nacre.new" "$LIB/nacre.elf"
sed -i "s/$old/$new/; s/\"XSA-29\"/\"XSA-29\", \"XSA-9001\"/" "$LIB/manifests/hypervisor.json"
says upgrade 1 '^XSA-9001 +affected +- +reboot: the installed hypervisor has the fix$' xl patch-status
says upgrade.old 1 "^hypervisor : build ${old:0:12}, installed is ${new:0:12}\$" xl patch-status
check upgrade.daemon restart_nacred
says upgrade.kept 1 '^XSA-108 +fixed_in_build' xl patch-status
says upgrade.metrics 0 '^nacre_component_outdated.component="hypervisor". 1$' xl patch-status --metrics
# Nobody kept what the old build contains: then nothing is said of it.
kept=$RUN/nacred/manifests/hypervisor-$old.json
mv "$kept" "$WORK/kept.json"
says no-manifest 3 '^XSA-108 +unknown .* no manifest of the running hypervisor' xl patch-status
says no-manifest.absent 3 '^XSA-197 +not_affected' xl patch-status
mv "$WORK/kept.json" "$kept"
rm "$LOCAL/XSA-9001.json"
says upgrade.done 0 '0 affected' xl patch-status

# --- advisories of others ------------------------------------------------------------
cat >"$WORK/xsa.json" <<'END'
[{"xsas":[{"xsa":191,"title":"not our words"},{"xsa":7001,"title":"New","public_time":"2026-11-01"}]}]
END
says import.index 0 '^2 advisories from .*xsa.json \(xsa.json\)' xl patch-status --import "$WORK/xsa.json"
says import.unknown 3 '^XSA-7001 +unknown ' xl patch-status
check import.daemon restart_nacred
says import.kept 3 '^XSA-7001 +unknown ' xl patch-status
says import.ours-stay 0 'Null segments' rpc advisory.get '{"id":"XSA-191"}'
printf '{"id":"X-1","affected":[{"package":{"name":"nacre"},"ecosystem_specific":{"requires":["moon"]}}]}' \
	>"$WORK/bad.json"
says import.bad 3 'cannot import the file: X-1: requires: "moon" is no known feature' \
	xl patch-status --import "$WORK/bad.json"
head -c 40 "$WORK/xsa.json" >"$WORK/cut.json"
says import.cut 3 'cannot import the file: .* at byte' xl patch-status --import "$WORK/cut.json"
says import.device 3 'not a regular file' xl patch-status --import /dev/zero
says import.missing 3 'No such file' xl patch-status --import "$WORK/none.json"
printf '{"id":"NACRE-1","aliases":["XSA-7001"],"affected":[{"package":{"name":"nacre"},"ecosystem_specific":{"requires":["guest:pv"]}}]}' \
	>"$WORK/osv.json"
says import.osv 0 '^1 advisories' xl patch-status --import "$WORK/osv.json"
says import.judged 0 '^XSA-7001 +not_affected' xl patch-status
printf '{' >"$LOCAL/broken.json"
says broken.told 0 'broken.json' rpc advisory.list
grep -q broken "$RUN/log/nacred.log" && fail broken.log "names the file" || pass broken.log
rm "$LOCAL/broken.json"

# --- for scanners --------------------------------------------------------------------
says export 0 '' xl patch-status --export "$WORK/vex.json"
says export.form 0 '"category": "csaf_vex"' cat "$WORK/vex.json"
says export.back 0 '^[0-9]+ advisories from .* \(csaf\)' xl patch-status --import "$WORK/vex.json"
says export.same 0 '0 affected' xl patch-status
says export.full 3 'cannot write' xl patch-status --export /dev/full/x
says full-disk 3 'cannot write the output' sh -c 'xl patch-status >/dev/full'

# --- undisclosed ---------------------------------------------------------------------
SECRET='9003|Hushed|2033|embargo'
counts() { xl patch-status --metrics | grep '^nacre_advisories'; }
before=$(counts)
check secret.make payload hushed-9003 'advisory=XSA-9003'
record XSA-9003 '"title":"Hushed fault","disclosure":"2033-01-01","neutral_name":"maintenance-7",'
[ "$before" = "$(counts)" ] && pass secret.counts || fail secret.counts "$(counts)"
says secret.admin 2 '^XSA-9003 +affected .*undisclosed until 2033-01-01' xl patch-status
check secret.upload xl livepatch upload "$WORK/hushed-9003.livepatch" hushed-9003
check secret.apply insist_xl apply hushed-9003
says secret.applied 0 '^XSA-9003 +fixed_by_livepatch +- +hushed-9003' xl patch-status
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 0711 "$WORK" "$NACRE_RUNTIME_DIR" "$RUN"
	chmod 0666 "$RUN/nacred.sock"
	other() { setpriv --reuid=65534 --regid=65534 --clear-groups "$BUILD/bin/xl" "$@"; }
	silent() { # NAME FILE
		if [ ! -s "$2" ]; then fail "$1" "nothing was printed"; elif grep -nE "$SECRET" "$2"; then
			fail "$1" "it tells"
		else pass "$1"; fi
	}
	other patch-status >"$WORK/out"
	[ $? = 0 ] && pass secret.exit || fail secret.exit "$(tail -n 2 "$WORK/out")"
	silent secret.table "$WORK/out"
	says secret.neutral 0 'live patch : maintenance-7 \(applied\)' cat "$WORK/out"
	other patch-status --json >"$WORK/out"
	silent secret.json "$WORK/out"
	other patch-status --metrics >"$WORK/out"
	silent secret.metrics "$WORK/out"
	other patch-status --export - >"$WORK/out"
	silent secret.export "$WORK/out"
	other dmesg >"$WORK/out"
	silent secret.dmesg "$WORK/out"
	for what in list status "list --json"; do
		# shellcheck disable=SC2086
		other livepatch $what >"$WORK/out"
		silent "secret.livepatch.${what// /}" "$WORK/out"
	done
	other patch-status --advisory 9003 >"$WORK/out" 2>&1
	[ $? = 3 ] && pass secret.asked || fail secret.asked "exit"
	says secret.asked-words 0 '^XSA-9003 +unknown .* no record of it' cat "$WORK/out"
	says secret.no-import 3 'user 65534 may not call advisory.import' \
		other patch-status --import "$WORK/osv.json"
else
	echo "SKIP patch_status.secret: needs root and setpriv"
fi
xl patch-status --metrics >"$WORK/out"
xl patch-status --export - >>"$WORK/out"
grep -nE "$SECRET" "$WORK/out" "$RUN"/log/*.log && fail secret.leaves || pass secret.leaves
# The time has come.
record XSA-9003 '"title":"Hushed fault","disclosure":"2020-01-01","neutral_name":"maintenance-7",'
says disclosed 0 'XSA-9003' xl patch-status --export -
# And so it comes while nacred runs, with no file changing.
record XSA-9004 "\"disclosure\":\"$(date -u -d '+3 seconds' +%FT%TZ)\",\"neutral_name\":\"x\","
xl patch-status --export - | grep -q XSA-9004 && fail soon.hidden || pass soon.hidden
check soon.disclosed until_true 20 sh -c 'xl patch-status --export - | grep -q XSA-9004'
rm "$LOCAL/XSA-9004.json"
check secret.revert insist_xl revert hushed-9003
exit $((bad > 0))
