#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The completion scripts do their work in the real shells, and offer what the programs have:
# check.sh DIRECTORY BIN
set -u
dir=$1 bin=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/nacre-completions.XXXXXX")
trap 'rm -rf "$work"' EXIT
bad=0
verdict() { # NAME EXPECTED ACTUAL
	if [ "$2" = "$3" ]; then echo "PASS completions.$1"; else
		echo "FAIL completions.$1: expected '$2', got '$3'"
		bad=$((bad + 1))
	fi
}

# --- the shells -----------------------------------------------------------------------------
# A stand-in for xl: domains with names that mean something to a shell, or no daemon, or one
# that is stuck.
mkdir "$work/bin" "$work/files"
cat >"$work/bin/xl" <<END
#!/bin/bash
[ -e "$work/stuck" ] && exec sleep 600
[ -e "$work/dead" ] && { echo "xl: cannot reach nacred" >&2; exit 1; }
case \$1 in
patch-status) printf 'host : nacre\n\nAdvisory Status\nXSA-29 fixed\nXSA-108 fixed\n\n2 fixed\n' ;;
livepatch) printf 'Name State\nfix-1 applied\n    cannot be used: no\n' ;;
cpupool-list) printf 'Name               CPUs   Sched\nPool-0               2\nfast                 1\n' ;;
list) printf 'Name                                        ID   Mem VCPUs\tState\tTime(s)\n'
	printf '%-40s     3\n' Domain-0 web 'o\$x' 'o\$(touch\${IFS}$work/owned)' "o'q" 'o"d' 'o:b' 'o*' 'o;l' 'o\z' 'o\`id\`' '(null)' ;;
esac
END
chmod +x "$work/bin/xl"
touch "$work/files/a b.cfg" "$work/files/web.cfg"
export PATH=$work/bin:$PATH
cd "$work/files" || exit 1

in_bash() { bash --norc "$here/lines.bash" "$dir/bash" "$@"; }
in_zsh() { zsh -f "$here/lines.zsh" "$dir/zsh" "$@" </dev/null; }
in_fish() { fish --no-config "$here/lines.fish" "$dir/fish" "$@"; }
# What is offered for each line, all of them in one run of the shell: "LINE => WORD WORD".
offers() { # SHELL LINE...
	"in_$1" "${@:2}" | awk '
		/^== / { if (line) print line; line = substr($0, 4) " =>"; next }
		length { line = line " " $0 }
		END { print line }'
}

# Line and what every shell offers for it, in alphabetical order.
cases='xl cr => create
xl pa => patch-status pause
xl -v cr => create
xl create --d => --defconfig --dryrun
xl destroy w => web
xl pause a w => web
xl help vcpu-l => vcpu-list
xl vtpm => vtpm-list
xl cpupool-migrate w => web
xl cpupool-migrate web fa => fast
xl cpupool-rename fa => fast
xl cpupool-rename fast f =>
xl cpupool-destroy fa => fast
xl sched-credit2 -d w => web
xl sched-credit2 -w 5 -p f => fast
xl sched-credit2 -w 5 =>
xl sched-credit2 --cpupool=f => fast
xl patch-status --advisory XSA-1 => XSA-108
xl patch-status --advisory=XSA-2 => XSA-29
xl livepatch re => rehearse replace revert
xl livepatch apply f => fix-1
xl livepatch load w => web.cfg
xl create w => web.cfg
xl create -f w => web.cfg
xl create web.cfg w => web.cfg
xl top --v => --vbds --vcpus
nacre st => status
nacre up --m => --memory
nacre cpuid --domain w => web
xen-livepatch rev => revert
xen-livepatch revert f => fix-1
xen-livepatch upload name w => web.cfg
nacre-livepatch-build build --bui => --build-id --builder
nacre-livepatch-build build -p w => web.cfg
xentop --net => --networks
nacre-simulate w =>'
mapfile -t lines < <(sed 's/ =>.*//' <<<"$cases")

# Words of a line in alphabetical order; zsh and fish keep "--option=" before a value.
normal() {
	while read -r line; do
		words=$(tr ' ' '\n' <<<"${line#*=>}" | sed 's/^--[a-z]*=//' | LC_ALL=C sort | xargs)
		echo "${line%%=>*}=>${words:+ $words}"
	done
}
for shell in bash zsh fish; do
	if ! command -v $shell >/dev/null; then
		echo "SKIP completions.$shell: not installed"
		continue
	fi
	verdict $shell "$cases" "$(offers $shell "${lines[@]}" | normal)"
	# bash is to quote; the others quote themselves.
	case $shell in
	bash) expected='o:b o\"d o\$\(touch\$\{IFS\}'$work'/owned\) o\$x o\'"'q"' o\* o\;l o\\z o\`id\`' ;;
	*) expected='o"d o$(touch${IFS}'$work'/owned) o$x o'"'q"' o* o:b o;l o\z o`id`' ;;
	esac
	verdict $shell.names "xl destroy o => $expected" \
		"$(in_$shell 'xl destroy o' | tail -n +2 | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//; s/^/xl destroy o => /')"
	[ -e "$work/owned" ] && verdict $shell.names.run nothing "a domain's name was run"
	touch "$work/dead"
	verdict $shell.dead 'xl destroy  =>' "$(offers $shell 'xl destroy ' 2>&1)"
	rm "$work/dead"
	touch "$work/stuck"
	SECONDS=0
	verdict $shell.stuck 'xl destroy  =>' "$(offers $shell 'xl destroy ' 2>&1)"
	[ $SECONDS -lt 60 ] || verdict $shell.stuck.time "2 seconds" "$SECONDS"
	rm "$work/stuck"
done
verdict bash.quoted "xl destroy 'o\$x =>" "$(offers bash "xl destroy 'o\$x" | sed 's/=> .*/=>/')"
verdict bash.quoted.name "o\$x" "$(in_bash "xl destroy 'o\$x" | tail -n +2)"
verdict bash.colon b "$(in_bash 'xl destroy o:' | tail -n +2)"
verdict bash.file 'a b.cfg' "$(in_bash 'xl create a' | tail -n +2)"

# --- what the programs have -----------------------------------------------------------------
unset NACRE_INSTANCE
export NACRE_RUNDIR=$work/none # nothing can be changed there
options() { "$dir/generate" options "$1"; }

# Every supported verb, and no other, in the order of `xl help'.
verdict xl.verbs "$("$bin/xl" help | sed -n 's/^ \([a-z][a-z0-9-]*\).*/\1/p' | while read -r verb; do
	"$bin/xl" help "$verb" | grep -q '^Nacre .* does not support' || echo "$verb"
done)" "$(options xl | sed -n 's/^\([a-z][^ ]*\).*/\1/p')"

# An option that is offered is taken, and a letter that is not is refused.
refused() {
	local verb=$1
	shift
	"$bin/xl" "$verb" "$@" </dev/null 2>&1 | grep -q "^option .* not supported"
}
# Some belong to another option.
refused_always() { # VERB OPTION
	refused "$1" "$2" x && { [ "$1" != sched-credit2 ] ||
		{ refused "$1" --drift "$2" x && refused "$1" --simulate "$2" x; }; }
}
while read -r verb offered; do
	# The one looks for its domain first, and without nacred finds none (stack.verbs has it).
	case $verb in - | config-update) continue ;; esac
	for option in $offered; do
		refused_always "$verb" "$option" && verdict "xl.$verb$option" taken refused
	done
	for letter in {a..z} {A..Z}; do
		# Xen's help does not tell of the last one, either, which its xl takes.
		case $verb-$letter in *-h | sched-rtds-c) continue ;; esac
		grep -q -- "-$letter\( \|$\)" <<<"$offered" || refused "$verb" -$letter x ||
			verdict "xl.$verb-$letter" refused taken
	done
done < <(options xl)

# The others: what their help lists, word by word.
words() { grep -oE -- "$1" | sort -u | xargs; }
for program in nacre nacre-livepatch-build; do
	help=$("$bin/$program" --help)
	verdict $program.verbs "$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$help" | xargs)" \
		"$(options $program | sed -n 's/^\([a-z][^ ]*\).*/\1/p' | xargs)"
done
own='(^|[ [])--?[a-zA-Z][a-z-]*'
verdict nacre.options "$({ "$bin/nacre" --help; "$bin/nacre-host" --help; } | grep -v ready-fd |
	sed 's/^Usage.*//' | grep -oE -- "$own" | tr -d ' [' | sort -u | xargs)" \
	"$(options nacre | words "$own" | tr ' ' '\n' | sort -u | xargs)"
for program in nacre-livepatch-build xentop; do
	verdict $program.options "$("$bin/$program" --help | sed 's/as of diff -p1//' | grep -oE -- "$own" |
		tr -d ' [' | sort -u | xargs)" "$(options $program | words "$own" | tr ' ' '\n' | sort -u | xargs)"
done
verdict xen-livepatch.verbs "$("$bin/xen-livepatch" help 2>&1 | sed -n 's/^  \([a-z]*\) .*/\1/p' | xargs)" \
	"$(options xen-livepatch | sed -n 's/^\([a-z][^ ]*\).*/\1/p' | xargs)"
exit $((bad > 0))
