#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# xl's verbs word for word: what follows a command in verbs.txt is what xl 4.17.7 on Xen
# 4.17.7 said and how it ended, but where the line before says that Nacre differs.  Then
# what changes a guest, seen from the guest's side.
. "$(dirname "$0")/lib.sh"

# shown COMMAND...: "| " before stdout, "! " before stderr, "= STATUS".
shown() {
	local rc
	"$@" </dev/null >"$WORK/out" 2>"$WORK/err"
	rc=$?
	sed 's/^/| /; s/^| $/|/' "$WORK/out"
	without_places <"$WORK/err" | sed 's/^/! /; s/^! $/!/'
	echo "= $rc"
}
# Each block of verbs.txt: "$ ARGUMENTS", lines, "= STATUS".  <help VERB> is that help.
transcript() {
	local line command='' expected='' out failed=0 nr=0
	while IFS= read -r line <&3; do
		case $line in
		'$ '*) command=${line#'$ '} expected='' ;;
		'| <help '*) expected+=$(xl help "$(sed "s,.*<help ,,; s,>.*,," <<<"$line")" | sed 's/^/| /; s/^| $/|/')$'\n' ;;
		'= '*)
			nr=$((nr + 1))
			out=$(eval "shown xl $command")
			[ "$out" = "$expected$line" ] && continue
			failed=$((failed + 1))
			fail "real.$nr" "xl $command
$(diff <(echo "$expected$line") <(echo "$out"))"
			;;
		'#'* | '') ;;
		*) expected+=$line$'\n' ;;
		esac
	done 3<"$TOP/tests/stack/verbs.txt"
	[ "$failed" = 0 ] && [ "$nr" -gt 300 ] && pass "real: $nr commands"
}

up -c 1
cd "$WORK" || exit 1
xl create -q -p "$(cfg_tiny g1 ticker 'vcpus = 2' 'memory = 256')" || fail create g1
printf "name = \n" >bad.cfg
transcript

# --- what the verbs do, and whether it lasts ------------------------------------------------
target() { call memory.get '{"domain":"'"$1"'"}' | grep -o '"target_kib":[0-9]*'; }
says mem.set '"target_kib":250880' target g1
says mem.list-l '"target_memkb": 250880' xl list -l g1
says mem.list-l-max '"max_memkb": 1073741824' xl list -l g1
says mem.dry '"to":65536' call memory.set_target '{"domain":"g1","target_kib":65536,"dry_run":true}'
says mem.dry-kept '"target_kib":250880' target g1
says mem.event '"type":"memory.changed","domain":{"domid":1,"name":"g1"' \
	rpc '{"jsonrpc":"2.0","id":1,"method":"event.subscribe","params":{"types":["memory.changed"]}}' \
	'{"jsonrpc":"2.0","id":2,"method":"memory.set_target","params":{"domain":"g1","target_kib":204800}}'

# A core: whole, of the guest's memory, and only under its name when it is whole.
check dump xl dump-core g1 "$WORK/core"
says dump.sections 'xen_pfn' readelf -S "$WORK/core"
says dump.intact '^ok$' perl -e '
	open my $f, "<", shift or die; local $/; my $c = <$f>;
	my ($off, $n, $names) = (unpack("Q", substr $c, 40, 8), unpack("x60 S x0 S", $c));
	my @s = map { [unpack "L L Q Q Q Q L L Q Q", substr $c, $off + 64 * $_, 64] } 0 .. $n - 1;
	my %s = map { (unpack("Z*", substr $c, $s[$names][4] + $_->[0]) => $_) } @s[1 .. $n - 1];
	my @pfn = unpack "Q*", substr $c, $s{".xen_pfn"}[4], $s{".xen_pfn"}[5];
	my $all = substr $c, $s{".xen_pages"}[4], $s{".xen_pages"}[5];
	print "ok\n" if @pfn > 50000 && length $all == 4096 * @pfn && $all =~ /tick/
		&& length $c == $s[$names][4] + $s[$names][5]' "$WORK/core"
says dump.still-paused '^--p---$' state_of g1
xl destroy g1
xl create -q "$(cfg_tiny c1 ticker 'memory = 16')" || fail create c1
wait_line "$(console_log c1)" tick 60
check dump.again xl dump-core c1 "$WORK/core"
[[ $(state_of c1) == *p* ]] && fail dump.goes-on "$(state_of c1)" || pass dump.goes-on
refuse dump.full 1 'Failed to write buffer \(28 = No space left' xl dump-core c1 /dev/full
[[ $(state_of c1) == *p* ]] && fail dump.full.goes-on "$(state_of c1)" || pass dump.full.goes-on
(ulimit -f 1000 && trap '' XFSZ && xl dump-core c1 "$WORK/half" 2>/dev/null) && fail dump.half
ls "$WORK"/half* >/dev/null 2>&1 && fail dump.half.left "$(ls "$WORK"/half*)" || pass dump.half
xl destroy c1

says debug-keys "'h' pressed" sh -c 'xl debug-keys h && xl dmesg'
says set-parameters '"host.no_parameters"' call host.set_parameters '{"parameters":"a=b"}'

# The next life is built from what config-update stored, and only that one.
cfg=$(cfg_tiny r1 ticker 'memory = 16')
xl create -q "$cfg" || fail create r1
check update.stored xl config-update r1 "$cfg" memory=24
says update.running '"max_memkb": 16384' xl list -l r1
says update.next '"next_config":{.*"max_memkb":24576' call domain.get '{"domain":"r1"}'
refuse update.name 1 'domain is "r1"' xl config-update r1 "$cfg" 'name="other"'
wait_line "$(console_log r1)" tick 60
id=$(xl domid r1)
xl reboot r1 2>/dev/null
runs_again() { [ "$(xl domid r1 2>/dev/null)" != "$id" ] && [[ $(state_of r1) == [-r][-b]---- ]]; }
check update.rebooted until_true 60 runs_again
says update.taken '"max_memkb": 24576' xl list -l r1
call domain.get '{"domain":"r1"}' | grep -q next_config && fail update.done || pass update.done
xl destroy r1

# A Linux guest follows its balloon, and answers NMI and SysRq on its console.
if [ -e "$BUILD/guest/vmlinuz" ]; then
	xl create -q "$(cfg_linux l1 'memory = 256')" || fail create l1
	log=$(console_log l1)
	check linux.up wait_line "$log" '^hello from Linux' 400
	xl mem-set l1 200
	shrunk() { [ "$(xl list l1 | awk 'NR == 2 { print $3 }')" = 200 ]; }
	check linux.shrinks until_true 120 shrunk
	check linux.sysrq xl sysrq l1 h
	check linux.sysrq.seen wait_line "$log" 'sysrq: (HELP|help)' 120
	check linux.nmi xl trigger l1 nmi
	check linux.nmi.seen wait_line "$log" 'NMI' 120
	xl destroy l1
fi
exit $((bad > 0))
