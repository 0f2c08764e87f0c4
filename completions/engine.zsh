
# What the value of option $1 is, in REPLY; empty: it has none.
_nacre_value_of()
{
	REPLY=${${values[(r)$1=*]}#*=}
}

# One a line; a daemon that is stuck or not there offers nothing.
_nacre_values()
{
	local word
	{
		case $1 in
		domain) timeout 2 xl list ;;
		key) timeout 2 xl info ;;
		pool) timeout 2 xl cpupool-list ;;
		patch) timeout 2 xl livepatch list ;;
		advisory) timeout 2 xl patch-status ;;
		instance) ls ${NACRE_RUNTIME_DIR:-/run/nacre} ;;
		esac 2>/dev/null </dev/null
	} | {
		[[ $1 == (domain|pool|patch) ]] && IFS= read -r word # the header
		while IFS= read -r word; do
			[[ $1 == patch && $word == ' '* ]] && continue
			word=${word%%[[:space:]]*}
			[[ $1 == advisory && $word != [A-Z]*-[0-9]* ]] && continue
			[[ -n $word && $word != '(null)' ]] && print -r -- $word
		done
	}
}

_nacre_complete()
{
	local table=_nacre_table_${1//-/_} verb= value= word kind= first= REPLY
	local -a names options values kinds actions list
	local -i i nr=1

	$table ''
	for ((i = 2; i < CURRENT; i++)); do
		word=${(Q)words[i]}
		if [[ -n $value ]]; then
			value=
		elif [[ $word == -* ]]; then
			_nacre_value_of $word
			value=$REPLY
		elif [[ -n $names && -z $verb ]]; then
			verb=$word
			$table $verb
		else
			((nr == 1)) && first=$word
			nr+=1
		fi
	done
	kind=$value
	if [[ -z $value && $PREFIX == --*=* ]]; then
		_nacre_value_of ${PREFIX%%=*}
		kind=$REPLY
		compset -P 1 '*='
	elif [[ -z $value && $PREFIX == -* ]]; then
		compadd -a options
		return
	elif [[ -z $value && -n $names && -z $verb ]]; then
		_describe -t commands command names
		return
	elif [[ -z $value && -n $kinds ]]; then
		# The first argument is of the first kind, and so on; more are of the last.
		((nr > $#kinds)) && nr=$#kinds
		kind=$kinds[nr]
	fi
	[[ $kind == patch && $first == (upload|load|rehearse) ]] && kind=file
	case $kind in
	'' | none) ;;
	file) _files ;;
	action) compadd -a actions ;;
	verb)
		list=(${names%%:*})
		compadd -a list
		;;
	*)
		list=(${(f)"$(_nacre_values $kind)"})
		compadd -a list
		;;
	esac
}

_nacre_complete @PROGRAM@
