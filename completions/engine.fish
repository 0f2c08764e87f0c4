
# One a line; a daemon that is stuck or not there offers nothing.
function __nacre_values
    switch $argv[1]
        case domain
            timeout 2 xl list </dev/null 2>/dev/null | string match -rv '^(Name  .*|\(null\)\s.*)$' | string replace -r '\s.*' ''
        case key
            timeout 2 xl info </dev/null 2>/dev/null | string replace -r '\s.*' ''
        case pool
            timeout 2 xl cpupool-list </dev/null 2>/dev/null | tail -n +2 | string replace -r '\s.*' ''
        case patch
            timeout 2 xl livepatch list </dev/null 2>/dev/null | tail -n +2 | string match -r '^\S+'
        case advisory
            timeout 2 xl patch-status </dev/null 2>/dev/null | string match -r '^[A-Z]+-[0-9]\S*'
        case instance
            set -l dir /run/nacre
            set -q NACRE_RUNTIME_DIR; and set dir $NACRE_RUNTIME_DIR
            command ls $dir 2>/dev/null
    end
end

# What the value of option $argv[1] is; nothing: it has none.
function __nacre_value_of --no-scope-shadowing
    string replace -rf -- "^$(string escape --style=regex -- $argv[1])=" '' $values
end

function __nacre_complete
    set -l table __nacre_table_(string replace -a -- - _ $argv[1])
    set -l verb ''
    set -l value ''
    set -l nr 1
    set -l first ''
    set -l current (commandline -ct)
    set -l names
    set -l options
    set -l values
    set -l kinds
    set -l actions
    set -l before (commandline -opc)

    $table ''
    for word in $before[2..-1]
        if test -n "$value"
            set value ''
        else if string match -q -- '-*' $word
            set value (__nacre_value_of $word)
        else if test -n "$names" -a -z "$verb"
            set verb $word
            $table $verb
        else
            test $nr = 1; and set first $word
            set nr (math $nr + 1)
        end
    end
    set -l kind $value
    set -l prefix ''
    if test -z "$value"
        if string match -qr -- '^--.*=' $current
            set prefix (string replace -r -- '=.*' '=' $current)
            set kind (__nacre_value_of (string replace -r -- '=.*' '' $current))
        else if string match -q -- '-*' $current
            printf '%s\n' $options
            return
        else if test -n "$names" -a -z "$verb"
            printf '%s\n' $names
            return
        else if test -n "$kinds"
            # The first argument is of the first kind, and so on; more are of the last.
            set kind $kinds[-1]
            test $nr -lt (count $kinds); and set kind $kinds[$nr]
        end
    end
    if test "$kind" = patch; and contains -- "$first" upload load rehearse
        set kind file
    end
    switch "$kind"
        case '' none
        case file
            __fish_complete_path (string replace -r -- '^--[^=]*=' '' $current) | string replace -r -- '^' $prefix
        case action
            printf '%s\n' $actions
        case verb
            string replace -r '\t.*' '' $names
        case '*'
            for value in (__nacre_values $kind)
                printf '%s\n' $prefix$value
            end
    end
end

complete -c @PROGRAM@ -e
complete -c @PROGRAM@ -f -a '(__nacre_complete @PROGRAM@)'
