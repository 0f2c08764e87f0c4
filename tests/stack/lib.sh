# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# For the stack tests: sourced with the build directory as first argument.  Every
# test has a runtime directory of its own, so it never meets a user's instances.
set -u
BUILD=$(cd "${1:?usage: $0 BUILD-DIRECTORY}" && pwd)
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
unset NACRE_INSTANCE NACRE_RUNDIR
export PATH=$BUILD/bin:$PATH
WORK=$(mktemp -d "${TMPDIR:-/tmp}/nacre-test.XXXXXX")
export NACRE_RUNTIME_DIR=$WORK/run
# Answers of nacred that are not as their schemas say become errors.
export NACRED_CHECK_RESULTS=1
RUN=$NACRE_RUNTIME_DIR/default
# Nor what an administrator of this machine keeps for all instances.
export NACRE_CONFIG_DIR=$WORK/config NACRE_STATE_DIR=$WORK/state
mkdir -m 0700 "$NACRE_RUNTIME_DIR"
bad=0
TEST=$(basename "$0" .sh)

pass() { echo "PASS $TEST.$1"; }
fail() {
	echo "FAIL $TEST.$1: ${2-}"
	bad=$((bad + 1))
}
# check NAME COMMAND...: the command must succeed.
check() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then pass "$name"; else fail "$name" "'$*' exited with $?: $out"; fi
}
# refuse NAME STATUS PATTERN COMMAND...: it must exit so (a regular expression) and
# say so on stderr.
refuse() {
	local name=$1 status=$2 pattern=$3 out rc
	shift 3
	out=$("$@" 2>&1 >/dev/null)
	rc=$?
	if ! [[ $rc =~ ^$status$ ]]; then
		fail "$name" "exit $rc instead of $status: $out"
	elif ! grep -qE -- "$pattern" <<<"$out"; then
		fail "$name" "no '$pattern' in: $out"
	else
		pass "$name"
	fi
}
# wait_line FILE PATTERN SECONDS: until a line of a growing file matches.
wait_line() {
	# A pipe would leave tail behind until the file grows once more.
	timeout "$3" bash -c '
		grep -qam1 -E -- "$2" <(exec tail --pid=$$ -n +1 -F "$1" 2>/dev/null)' _ "$1" "$2"
}
# until_true SECONDS COMMAND...: for state that no event tells of.
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}
finish() {
	nacre down >/dev/null 2>&1
	for i in "$NACRE_RUNTIME_DIR"/*/; do
		[ -d "$i" ] && nacre down --instance "$(basename "$i")" >/dev/null 2>&1
	done
	if [ $bad = 0 ]; then rm -rf "$WORK"; else echo "kept for a look: $WORK"; fi
}
trap finish EXIT
trap 'exit 1' INT TERM

up() { # arguments of nacre up
	nacre up "$@" >"$WORK/up.log" 2>&1 || {
		cat "$WORK/up.log"
		tail -n 20 "$RUN"/log/* "$RUN/hypervisor.log" 2>/dev/null
		fail up "nacre up failed"
		exit 1
	}
}
# A cfg for a guest of this tree or the Linux guest.
cfg_tiny() { # NAME GUEST [line...]
	local f=$WORK/$1.cfg
	printf 'name = "%s"\ntype = "pvh"\nkernel = "%s/guests/%s.elf"\nmemory = 8\nvcpus = 1\n' \
		"$1" "$BUILD" "$2" >"$f"
	shift 2
	[ $# = 0 ] || printf '%s\n' "$@" >>"$f"
	echo "$f"
}
cfg_linux() { # NAME [line...]
	local f=$WORK/$1.cfg
	printf 'name = "%s"\ntype = "pvh"\nkernel = "%s/guest/vmlinuz"\nramdisk = "%s/guest/initrd.gz"\n' \
		"$1" "$BUILD" "$BUILD" >"$f"
	printf 'cmdline = "console=hvc0 quiet"\nmemory = 128\nvcpus = 1\n' >>"$f"
	shift
	[ $# = 0 ] || printf '%s\n' "$@" >>"$f"
	echo "$f"
}
# mirror_run DIRECTORY: a run directory for another nacred, where it finds the other daemons.
mirror_run() {
	local f
	mkdir -m 0700 "$1"
	for f in "$RUN"/*; do
		case ${f##*/} in
		nacred*) ;;
		*) ln -s "$f" "$1/" ;;
		esac
	done
}
console_log() { echo "$RUN/console/guest-$1.log"; }
state_of() { xl list "$1" | awk 'NR == 2 { print $5 }'; }
free_memory() { xl info free_memory; }

# rpc LINE...: send the lines, print what comes until every line has its answer.
rpc() {
	perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Peer => shift) or die "no nacred: $!\n";
		alarm 60;
		print $s "$_\n" for @ARGV;
		$s->flush;
		for (@ARGV) { my $l = <$s>; last unless defined $l; print $l; }
	' "$RUN/nacred.sock" "$@"
}
call() { # METHOD [PARAMS]
	rpc "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$1\"${2:+,\"params\":$2}}"
}
# prints NAME EXPECTED COMMAND...: stdout is exactly this.
prints() {
	local name=$1 expected=$2 out
	shift 2
	out=$("$@" 2>/dev/null)
	if [ "$out" = "$expected" ]; then pass "$name"; else fail "$name" "'$out' for '$expected'"; fi
}
# says NAME PATTERN COMMAND...: its output must match.
says() {
	local name=$1 pattern=$2 out
	shift 2
	out=$("$@" 2>&1)
	if grep -qE -- "$pattern" <<<"$out"; then pass "$name"; else fail "$name" "no '$pattern' in: $out"; fi
}
# What libxl says, less the places in its sources, which are those of no other libxl.
without_places() { sed -E 's/^(libxl: [a-z]+: )[a-z_]+\.c:[0-9]+:[A-Za-z0-9_]+: /\1/'; }
nacred_pid() {
	local p
	for p in $(pgrep -x nacred); do
		tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null | grep -qx "NACRE_RUNDIR=$RUN" &&
			! tr '\0' ' ' <"/proc/$p/cmdline" | grep -q build-domain && echo "$p"
	done
}
# Lines of events of nacred, as they come: all, or those of the types in a JSON array.
events() {
	perl -MIO::Socket::UNIX -e '
		$| = 1;
		my $s = IO::Socket::UNIX->new(Peer => shift) or die "no nacred: $!\n";
		print $s "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"event.subscribe\",\"params\":$ARGV[0]}\n";
		$s->flush;
		print while <$s>;' "$RUN/nacred.sock" "{${1:+\"types\":$1}}"
}
# What the instance holds, for "nothing is left": free memory, the daemons' descriptors,
# nodes in the store.
descriptors() {
	local n=0 p
	for p in $(pgrep -f "$BUILD/bin/(nacre-host|nacred|xenstored|xenconsoled)"); do
		tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null | grep -qx "NACRE_RUNDIR=$RUN" ||
			[ "$(cat "$RUN/pid" 2>/dev/null)" = "$p" ] || continue
		n=$((n + $(ls "/proc/$p/fd" | wc -l)))
	done
	echo "$n"
}
nodes() { nacre exec xenstore-ls -f / | wc -l; }
snapshot() { echo "memory $(free_memory) descriptors $(descriptors) nodes $(nodes)"; }
same_as() { [ "$(snapshot)" = "$1" ]; }
