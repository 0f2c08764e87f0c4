#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The shells complete what the real nacred knows, and nothing without it.
. "$(dirname "$0")/lib.sh"

lines() { # SHELL LINE: what is offered, in one line
	case $1 in
	bash) bash --norc "$TOP/completions/lines.bash" "$BUILD/completions/bash" "$2" ;;
	zsh) zsh -f "$TOP/completions/lines.zsh" "$BUILD/completions/zsh" "$2" </dev/null ;;
	fish) fish --no-config "$TOP/completions/lines.fish" "$BUILD/completions/fish" "$2" ;;
	esac 2>&1 | tail -n +2 | paste -sd ' '
}

up -c 2
check create xl create -p "$(cfg_tiny web count)"
# Characters that mean something to a shell are none to nacred.
check odd xl rename web 'w;x$y'
for shell in bash zsh fish; do
	command -v $shell >/dev/null || { echo "SKIP $TEST.$shell: not installed"; continue; }
	prints $shell.domain Domain-0 lines $shell 'xl destroy D'
	prints $shell.pool Pool-0 lines $shell 'xl cpupool-list P'
	says $shell.advisory 'XSA-[0-9]+.* XSA-[0-9]+' lines $shell 'xl patch-status --advisory XSA-'
	says $shell.key 'free_memory' lines $shell 'xl info free_m'
	prints $shell.instance default lines $shell 'nacre -i d'
done
prints bash.odd 'w\;x\$y' lines bash 'xl destroy w'
prints fish.odd 'w;x$y' lines fish 'xl destroy w'
prints zsh.odd 'w;x$y' lines zsh 'xl destroy w'
check down nacre down
for shell in bash zsh fish; do
	prints $shell.nobody '' lines $shell 'xl destroy D'
done
exit $((bad > 0))
