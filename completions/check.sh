#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The completion scripts do their work in the real shells: check.sh DIRECTORY XL
set -u
dir=$1 xl=$2
bad=0
verdict() { # NAME EXPECTED ACTUAL
	if [ "$2" = "$3" ]; then echo "PASS completions.$1"; else
		echo "FAIL completions.$1: expected '$2', got '$3'"
		bad=$((bad + 1))
	fi
}

# What bash would offer for the words given; xl itself is a stand-in.
offer() {
	xl() {
		case $1 in
		patch-status) printf 'host : nacre\n\nAdvisory Status\nXSA-29 fixed\nXSA-108 fixed\n\n2 fixed\n' ;;
		livepatch) printf 'Name State\nfix-1 applied\n    cannot be used: no\n' ;;
		cpupool-list) printf 'Name CPUs\nPool-0 2\nfast 1\n' ;;
		*) printf 'Name ID\nDomain-0 0\nweb 3\n' ;;
		esac
	}
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_xl
	echo "${COMPREPLY[*]}"
}
complete() { :; }
. "$dir/bash/xl" || exit 1
verdict bash.verb "create" "$(offer xl cr)"
verdict bash.verbs "pause patch-status" "$(offer xl pa)"
verdict bash.global "create" "$(offer xl -v cr)"
verdict bash.domain "web" "$(offer xl destroy w)"
verdict bash.long "--defconfig --dryrun" "$(offer xl create --d | tr ' ' '\n' | sort | xargs)"
verdict bash.advisory "XSA-29 XSA-108" "$(offer xl patch-status --advisory X)"
verdict bash.patch "fix-1" "$(offer xl livepatch apply f)"
verdict bash.patch.action "revert replace" "$(offer xl livepatch re)"
verdict bash.help "vcpu-list" "$(offer xl help vcpu-l)"
verdict bash.second "web" "$(offer xl -v cpupool-migrate w)"
verdict bash.second.pool "fast" "$(offer xl cpupool-migrate web fa)"
verdict bash.second.none "" "$(offer xl cpupool-rename fast f)"
verdict bash.pool "fast" "$(offer xl cpupool-destroy fa)"
verdict bash.pool.more "Pool-0 fast" "$(offer xl cpupool-list fast '' | xargs)"
verdict bash.unsupported "" "$(offer xl vtpm)"
unset -f xl

# Every supported verb is offered; the list is that of `xl help'.
for verb in $("$xl" help | sed -n 's/^ \([a-z][a-z0-9-]*\).*/\1/p'); do
	if "$xl" help "$verb" | grep -q '^Nacre .* does not support'; then expected=1; else expected=0; fi
	grep -q "^	$verb) " "$dir/bash/xl"
	[ $? = $expected ] || verdict "bash.$verb" listed unlisted
	grep -q -- "-a $verb " "$dir/fish/xl.fish"
	[ $? = $expected ] || verdict "fish.$verb" listed unlisted
	grep -q "^$verb)" "$dir/zsh/_xl"
	[ $? = $expected ] || verdict "zsh.$verb" listed unlisted
done

for shell in zsh fish; do
	if ! command -v $shell >/dev/null; then
		echo "SKIP completions.$shell: not installed"
	elif [ $shell = zsh ]; then
		zsh -n "$dir/zsh/_xl" && verdict zsh.syntax 0 0 || verdict zsh.syntax 0 $?
	else
		out=$(fish --no-config -c "source $dir/fish/xl.fish; complete -C 'xl creat'" |
			cut -f1)
		verdict fish.verb create "$out"
	fi
done
exit $((bad > 0))
