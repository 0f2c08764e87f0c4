# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# lines.fish DIRECTORY LINE...: "== LINE", then what fish would put there, one a line.
for script in $argv[1]/*.fish
    source $script
end
for line in $argv[2..-1]
    echo "== $line"
    complete -C $line | string replace -r '\t.*' ''
end
