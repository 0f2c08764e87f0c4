#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The examples of the manual pages, run as they stand there; requests and files that they
# show are taken by the programs that they are for.  Those of nacre-sched(7), with what is
# printed, are stack.sched_manual's.
. "$(dirname "$0")/lib.sh"
man=$TOP/man
mkdir "$WORK/bin" && cd "$WORK" || exit 1
cfg_tiny web ticker >/dev/null
ln -s run nacre # nacred-rpc(7) has the path for a user
export XDG_RUNTIME_DIR=$WORK PATH=$WORK/bin:$PATH
# Stand-ins for others' programs.
cat >bin/mail <<'END'
#!/bin/sh
cat >mail.txt
END
cat >bin/nc <<'END'
#!/usr/bin/perl
use IO::Socket::UNIX;
die "nc: only -NU PATH\n" unless @ARGV == 2 && $ARGV[0] eq "-NU";
my $s = IO::Socket::UNIX->new(Peer => $ARGV[1]) or die "nc: $!\n";
alarm 30;
print $s $_ while <STDIN>;
$s->shutdown(1);
print while <$s>;
END
chmod +x bin/*

# The lines of the examples of a page: of literal blocks and displays below EXAMPLES,
# without roff's escapes, continued ones joined.
examples() { # PAGE [everywhere]
	awk -v all="${2-}" '/^\.S[Hh] / { section = $2 == "EXAMPLES" || all != "" }
		/^\.(Ed|EE)/ { inside = 0; if (section) print "" }
		section && inside { print }
		/^\.(Bd -literal|EX)/ { inside = 1 }
		section && /^\.Dl / { sub(/^\.Dl /, ""); print }' "$man/$1" |
		sed 's/\\-/-/g; s/\\e/\\/g'
}
commands() { # PAGE: those behind "$ ", with their continuation
	examples "$1" | sed -n '/^\$ /{s/^\$ //;:more;/[|\\]$/{N;s/\n *//;bmore;};p;}'
}
play() { # NAME COMMAND [INPUT]
	local out rc
	nr=$((nr + 1))
	out=$(printf "${3-}" | timeout 120 bash -c "$2" 2>&1)
	rc=$?
	[ $rc = 0 ] && pass "$1.$nr" || fail "$1.$nr" "'$2' exited with $rc: $out"
}

# --- from nothing to nothing ------------------------------------------------------------------
nr=0
while IFS= read -r line <&3; do
	[ -z "$line" ] || play nacre.1 "$line"
done 3< <(examples nacre.1)
[ $nr -ge 5 ] || fail nacre.1 "only $nr examples were found"
nr=0
while IFS= read -r line <&3; do
	[[ $line != "xl shutdown"* ]] || wait_line "$(console_log web)" . 60
	play nacre.7 "$line"
done 3< <(commands nacre.7)
[ $nr -ge 5 ] || fail nacre.7 "only $nr examples were found"

# --- on a running instance ----------------------------------------------------------------------
up -c 4 -m 768
nr=0
while IFS= read -r line <&3; do
	# Each finds a guest "web", but for the one that makes it.
	if [[ $line == "xl create -c"* ]]; then
		xl destroy web 2>/dev/null
	elif ! xl domid web >/dev/null 2>&1; then
		xl create -q web.cfg
		wait_line "$(console_log web)" . 60
	fi
	play xl.1 "$line" '\035'
	[[ $line != "xl create -c"* ]] || wait_line "$(console_log web)" . 60
done 3< <(examples xl.1 | grep .)
[ $nr -ge 6 ] || fail xl.1 "only $nr examples were found"
xl domid web >/dev/null 2>&1 || xl create -q web.cfg
nr=0
while IFS= read -r line <&3; do
	play nacred-rpc.7 "$line"
done 3< <(commands nacred-rpc.7)
says rpc.answer '"name":"web"' bash -c "$(commands nacred-rpc.7 | head -n 1)"

# Requests that nacred-rpc(7) shows: known and well-formed, whatever comes of them here.
nr=0
while IFS= read -r line <&3; do
	nr=$((nr + 1))
	answer=$(rpc "$line")
	if grep -qE '"code":-32(700|600|601|602)' <<<"$answer" || [ -z "$answer" ]; then
		fail "request.$nr" "$line: $answer"
	else
		pass "request.$nr"
	fi
done 3< <(examples nacred-rpc.7 all | awk '/^{"jsonrpc"/ { if (text) print text; text = "" }
	/^{"jsonrpc"/ || text { text = text $0 } /^$/ { if (text) print text; text = "" }' |
	grep '"id":.*"method"')
[ $nr -ge 2 ] || fail request "only $nr were found"

# --- files -----------------------------------------------------------------------------------------
files() { # PAGE: each block into a file block.N
	rm -f block.*
	examples "$1" "${2-}" | awk 'BEGIN { n = 1 } /^$/ { if (used) n++; used = 0; next }
		{ print > ("block." n); used = 1 }'
}
files xl.cfg.5
for block in block.*; do
	check "xl.cfg.5.$block" xl create -n "$block"
done
[ -e block.2 ] || fail xl.cfg.5 "examples were not found"
files xlcpupool.cfg.5
nr=0
while IFS= read -r line <&3; do
	play xlcpupool.cfg.5 "${line//\/etc\/xen\/fast.cfg/block.1}"
done 3<block.2
[ $nr -ge 3 ] || fail xlcpupool.cfg.5 "only $nr examples were found"
files nacre-advisory.5 all
mkdir -p "$NACRE_CONFIG_DIR/advisories.d" "$NACRE_CONFIG_DIR/manifests.d"
cp block.1 "$NACRE_CONFIG_DIR/advisories.d/record.json"
cp block.2 "$NACRE_CONFIG_DIR/manifests.d/build.json"
says nacre-advisory.5 XSA-462 xl patch-status --advisory=XSA-462
prints nacre-advisory.5.used "" grep 'cannot be used' "$RUN/log/nacred.log"
cd / && exit $((bad > 0))
