# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# lines.zsh DIRECTORY LINE...: "== LINE", then what zsh would put there, one a line.  An
# interactive shell on a pseudo-terminal is asked, and what it adds is caught on the way.
zmodload zsh/zpty || exit 3
dir=$1
shift
zpty -b z 'zsh -f -i'
run() {
	zpty -w z $1
}
run 'PROMPT= RPROMPT=; stty -echo -onlcr; unset zle_bracketed_paste; LISTMAX=0'
run "fpath=(${(q)dir} \$fpath); autoload -Uz compinit; compinit -u -D"
run 'compadd() {
	local -a hits
	if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)* ]]; then
		builtin compadd -O hits "$@"
		(( $#hits )) && print -rl -- "HIT "$^hits
	fi
	builtin compadd "$@"
}'
run 'tell_all() { print; _main_complete; print -r -- "THAT IS ALL"; compstate[insert]= compstate[list]= }'
run 'zle -C tell complete-word tell_all; bindkey "^T" tell; print "READY"NOW'
zpty -r z out '*READYNOW*'
for line; do
	print -r -- "== $line"
	zpty -n -w z "$line"$'\x14'
	zpty -r z out '*THAT IS ALL*'
	print -rl -- ${${(M)${(f)out//$'\r'/}:#HIT *}#HIT }
	zpty -n -w z $'\x15'
done
zpty -d z
