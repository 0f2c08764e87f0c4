
# Words up to the cursor, whole where readline splits them at : and =.
_nacre_words()
{
	local i word line=${COMP_LINE:0:COMP_POINT}

	words=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $i -gt 0 && $line != [[:space:]]* ]]; then
			words[${#words[@]} - 1]+=$word
		else
			words+=("$word")
		fi
		line=${line#"${line%%[![:space:]]*}"}
		line=${line#"$word"}
	done
}

# What the value of option $1 is; empty: it has none.
_nacre_value_of()
{
	[[ " $values " =~ " $1="([a-z]+)" " ]] && REPLY=${BASH_REMATCH[1]} || REPLY=
}

# One a line; a daemon that is stuck or not there offers nothing.
_nacre_values()
{
	local word
	case $1 in
	domain) timeout 2 xl list ;;
	key) timeout 2 xl info ;;
	pool) timeout 2 xl cpupool-list ;;
	patch) timeout 2 xl livepatch list ;;
	advisory) timeout 2 xl patch-status ;;
	instance) ls "${NACRE_RUNTIME_DIR:-/run/nacre}" ;;
	esac 2>/dev/null </dev/null | {
		case $1 in
		domain | pool | patch) read -r word ;; # the header
		esac
		while IFS= read -r word; do
			[[ $1 == patch && $word == ' '* ]] && continue
			word=${word%%[[:space:]]*}
			[[ $1 == advisory && $word != [A-Z]*-[0-9]* ]] && continue
			[[ $word && $word != '(null)' ]] && printf '%s\n' "$word"
		done
	}
}

# Of the lines of stdin those that begin with what is typed, as the shell has to read them.
_nacre_offer()
{
	local line typed=$cur quote= strip=
	case $typed in
	[\'\"]*)
		quote=${typed:0:1}
		typed=${typed:1}
		;;
	*) typed=${typed//\\/} ;;
	esac
	# Readline replaces only what is behind the last of its separators.
	[[ $COMP_WORDBREAKS == *:* ]] && strip=${typed%"${typed##*:}"}
	while IFS= read -r line; do
		[[ $line == "$typed"* ]] || continue
		# What cannot stand in these quotes as it is.
		[[ $quote == \' && $line == *\'* ]] && continue
		[[ $quote == \" && $line == *[\"\\\`\$]* ]] && continue
		[[ $quote ]] || line=${line#"$strip"}
		[[ $quote ]] || printf -v line %q "$line"
		COMPREPLY+=("$line")
	done
}

_nacre_complete()
{
	local program=${1##*/} words cur i word verb= value= nr=0 REPLY
	local names options values kinds actions kind first=
	local table=_nacre_table_${program//-/_}

	COMPREPLY=()
	_nacre_words
	cur=${words[${#words[@]} - 1]}
	$table ''
	for ((i = 1; i < ${#words[@]} - 1; i++)); do
		word=${words[i]}
		if [[ $value ]]; then
			value=
		elif [[ $word == -* ]]; then
			_nacre_value_of "$word"
			value=$REPLY
		elif [[ $names && ! $verb ]]; then
			verb=$word
			$table "$verb"
		else
			[[ $nr = 0 ]] && first=$word
			nr=$((nr + 1))
		fi
	done
	# The first argument is of the first kind, and so on; more are of the last.
	kinds=($kinds)
	kind=$value
	if [[ ! $value && $cur == --*=* ]]; then
		_nacre_value_of "${cur%%=*}"
		kind=$REPLY
		cur=${cur#*=}
	elif [[ ! $value && $cur == -* ]]; then
		_nacre_offer < <(printf '%s\n' $options)
		return
	elif [[ ! $value && $names && ! $verb ]]; then
		_nacre_offer < <(printf '%s\n' $names)
		return
	elif [[ ! $value && ${#kinds[@]} -gt 0 ]]; then
		kind=${kinds[nr < ${#kinds[@]} ? nr : ${#kinds[@]} - 1]}
	fi
	[[ $kind == patch && " upload load rehearse " == *" $first "* ]] && kind=file
	case $kind in
	'' | none) ;;
	file)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	verb) _nacre_offer < <(printf '%s\n' $names) ;;
	action) _nacre_offer < <(printf '%s\n' $actions) ;;
	*) _nacre_offer < <(_nacre_values "$kind") ;;
	esac
}

complete -F _nacre_complete @PROGRAM@
