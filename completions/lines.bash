# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# lines.bash DIRECTORY LINE...: "== LINE", then what bash would put there, one a line.
dir=$1
shift
for script in "$dir"/*; do
	. "$script"
done

# Split as readline does: at blanks, and at : and =, which are words; quotes keep together.
split() {
	local rest=$1 word
	COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=()
	while rest=${rest#"${rest%%[! ]*}"} && [[ $rest ]]; do
		case $rest in
		[\'\"]*) word=$rest ;;
		[:=]*) word=${rest:0:1} ;;
		*) word=${rest%%[ :=]*} ;;
		esac
		COMP_WORDS+=("$word")
		rest=${rest#"$word"}
	done
	[[ $1 == *[\ =:] ]] && COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
}
for line; do
	printf '== %s\n' "$line"
	split "$line"
	# As bash finds it: the function that is registered for the command.
	function=$(complete -p "${COMP_WORDS[0]}" | sed 's/.*-F \([^ ]*\) .*/\1/')
	"$function" "${COMP_WORDS[0]}"
	[[ ${#COMPREPLY[@]} = 0 ]] || printf '%s\n' "${COMPREPLY[@]}"
done
