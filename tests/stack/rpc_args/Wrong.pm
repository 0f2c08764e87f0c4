# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What may not be given for a value, from its JSON Schema: [what it is, its text, verdict].
# Verdicts: "params": refused by the table, by its name.  "parse": no JSON that is read.
# "refused": any error of the method's, or no change for a method that only reads.
package Wrong;
use strict;
use warnings;

my %texts = (
	null => 'null', boolean => 'true', integer => '1', number => '1.5',
	string => '"x"', array => '[1]', object => '{"a":1}',
);

# Every path and string of a request is bounded, if nothing else is said.
use constant LONGEST => 4095;
use constant DEEPEST => 32;

sub types_of {
	my $schema = shift;
	return map { types_of($_) } @{$schema->{oneOf}} if $schema->{oneOf};
	my $type = $schema->{type} // return keys %texts;
	return ref $type ? @$type : ($type);
}

sub other_types {
	my %may = map { $_ => 1 } types_of(shift);
	$may{integer} = 1 if $may{number};
	return map { ["is of type $_", $texts{$_}, 'params'] } grep { !$may{$_} } sort keys %texts;
}

sub integers {
	my $s = shift;
	my @wrong = (
		['overflows 64 bits', '9223372036854775808', 'parse'],
		['underflows 64 bits', '-9223372036854775809', 'parse'],
		['has 400 digits', '1' x 400, 'parse'],
		['is 1e400', '1e400', 'parse'],
		['is 1e3', '1e3', 'params'],
		['is -0.0', '-0.0', 'params'],
		['begins with 0', '010', 'parse'],
		['is hexadecimal', '0x10', 'parse'],
		['is NaN', 'NaN', 'parse'],
	);
	my ($min, $max) = @$s{qw(minimum maximum)};
	if (defined $max) {
		push @wrong, ['is below its range', $min - 1, 'params'];
		push @wrong, ['is above its range', $max + 1, 'params'] if $max < 2**62;
		push @wrong, ['is the least number', '-9223372036854775807', 'params'];
	} else {
		push @wrong, map { ["is $_", $_, 'refused'] }
		    qw(-1 2147483648 4294967296 9223372036854775807 -9223372036854775807);
	}
	return @wrong;
}

# What no string may hold, whatever it is for.
sub no_strings {
	return (
		['holds a NUL', '"a\u0000b"', 'parse'],
		['holds half a character', '"\ud800"', 'parse'],
		['holds halves in the wrong order', '"\udc00\ud800"', 'parse'],
		['is not UTF-8', "\"a\xff\"", 'parse'],
		['is UTF-8 too long', "\"\xc0\xaf\"", 'parse'],
		['is UTF-8 cut off', "\"\xe2\x82\"", 'parse'],
		['is a half in UTF-8', "\"\xed\xa0\x80\"", 'parse'],
		['holds a raw tab', "\"a\tb\"", 'parse'],
		['holds an unknown escape', '"\x41"', 'parse'],
		['holds a short escape', '"\u12"', 'parse'],
		['has no end', '"abc', 'parse'],
	);
}

sub strings {
	my $s = shift;
	my @wrong = no_strings();
	my $max = $s->{maxLength} // LONGEST;
	push @wrong, ['is too long', '"' . 'a' x ($max + 1) . '"', 'params'];
	push @wrong, ['is very long', '"' . 'a' x 500_000 . '"', 'params'];
	push @wrong, ['is a choice in capitals', "\"\U$s->{enum}[0]\"", 'params'] if $s->{enum} && $s->{enum}[0] ne uc $s->{enum}[0];
	push @wrong, ['is no choice', '"nosuch"', 'params'] if $s->{enum};
	push @wrong, ['is empty', '""', $s->{minLength} || $s->{enum} ? 'params' : 'refused'];
	return @wrong if $s->{enum};
	return (@wrong,
		['holds an escape sequence', '"\u001b[31mx"', 'refused'],
		['holds a newline', '"a\nb"', 'refused'],
		['holds a DEL', '"a\u007f"', 'refused'],
		['climbs', '"../../../../tmp/x"', 'refused']);
}

# Domains: a name, a UUID or an id.
sub selectors {
	return (
		['is a negative id', '-1', 'params'],
		['is an id of Xen\'s own', '32752', 'params'],
		['is a large id', '9007199254740993', 'params'],
		['is an id without end', '1' x 100, 'parse'],
		['is empty', '""', 'params'],
		['is too long', '"' . 'a' x 257 . '"', 'params'],
		['is nobody\'s UUID', '"ffffffff-ffff-ffff-ffff-ffffffffffff"', 'refused'],
		['is nobody\'s id', '32751', 'refused'],
		['holds a slash', '"/local/domain/0"', 'refused'],
		no_strings());
}

sub cpu_lists {
	return (
		['is empty', '""', 'params'],
		['is no word', '"some"', 'params'],
		['holds a string', '["0"]', 'params'],
		['holds a negative CPU', '[-1]', 'params'],
		['holds a large CPU', '[4294967296]', 'params'],
		['holds no CPU that can be', '[4000]', 'params'],
		['holds lists', '[[0]]', 'params'],
		['is long', '[' . join(',', (5000) x 60_000) . ']', 'params']);
}

sub arrays {
	my $s = shift;
	my @wrong = (['has too many elements', '[' . join(',', (0) x 70_000) . ']', 'parse'],
		     ['is cut off', '[1,', 'parse'], ['has a comma at its end', '[1,]', 'parse']);
	my $items = $s->{items} // return @wrong;
	for my $w (of_schema($items)) {
		my ($what, $text, $verdict, $inside) = @$w;
		next if $text eq ''; # an empty list may be one
		$inside = '[0]' . ($inside // '') if $verdict eq 'params' || $items->{properties};
		push @wrong, ["'s element $what", "[$text]", $verdict, $inside // ''];
	}
	return @wrong;
}

# What would do for members that have to be there: by name, or else by type.
our %good = (domain => '"target"', format => '1', name => '"Pool-0"', sched => '"credit2"',
	     cpus => '[0,1]', hard => '"all"', soft => '"all"', id => '0');

sub good_text {
	my ($s, $name) = @_;
	return $good{$name} if defined $name && defined $good{$name};
	return "\"$s->{enum}[0]\"" if $s->{enum};
	my ($type) = grep { $_ ne 'null' } types_of($s);
	return '{' . join(',', map { "\"$_\":" . good_text($s->{properties}{$_}, $_) } @{$s->{required} // []}) . '}'
	    if $type eq 'object';
	return $type eq 'array' ? '[]' : $type eq 'integer' ? $s->{minimum} // 0 : $texts{$type};
}

sub objects {
	my $s = shift;
	my @wrong = (['has a member twice', '{"a":1,"a":2}', 'parse'],
		     ['has a key with a NUL', '{"a\u0000":1}', 'parse'],
		     ['has no colon', '{"a" 1}', 'parse'], ['is cut off', '{"a":', 'parse']);
	my $props = $s->{properties} // return @wrong;
	push @wrong, ['has an unknown member', '{"nosuch":1}', 'params', '.nosuch'];
	push @wrong, ['is empty', '{}', 'params', ".$s->{required}[0]"] if @{$s->{required} // []};
	my %others = map { $_ => good_text($props->{$_}, $_) } @{$s->{required} // []};
	for my $name (sort keys %$props) {
		my $rest = join '', map { ",\"$_\":$others{$_}" } grep { $_ ne $name } sort keys %others;
		for my $w (of_schema($props->{$name})) {
			my ($what, $text, $verdict, $inside) = @$w;
			push @wrong, ["'s $name $what", "{\"$name\":$text$rest}", $verdict, ".$name" . ($inside // '')];
		}
	}
	return @wrong;
}

# What is the caller's own word, any of which will do once it is a string.
my %free = map { $_ => 1 } qw(request_id key keys);

# A configuration has a schema of its own, libxl's: each member of one that would do, given
# as each other type.
sub configs {
	my ($config, $json) = @_;
	my @wrong;
	for my $part (sort keys %$config) {
		push @wrong, map { ["'s $part is of type $_", "{\"$part\":$texts{$_}}", 'refused', ''] }
		    grep { $_ ne 'object' && $_ ne 'null' } sort keys %texts;
		for my $name (sort keys %{$config->{$part}}) {
			my $is = $json->encode([$config->{$part}{$name}]) =~ /"/ ? 'string' : 'integer';
			for my $type (grep { $_ ne $is && $_ ne 'null' } sort keys %texts) {
				my %changed = map { $_ => {%{$config->{$_}}} } keys %$config;
				$changed{$part}{$name} = 'HERE';
				my $text = $json->encode(\%changed);
				$text =~ s/"HERE"/$texts{$type}/;
				push @wrong, ["'s $part.$name is of type $type", $text, 'refused', ".$part.$name"];
			}
		}
	}
	return @wrong;
}

# of_schema(SCHEMA, NAME): also [3], where inside the value it is wrong, as an error names it.
sub of_schema {
	my ($s, $name) = @_;
	my %type = map { $_ => 1 } types_of($s);
	my @wrong = (other_types($s),
		     ['is nested deeply', '[' x DEEPEST . ']' x DEEPEST, 'parse'],
		     ['is no JSON', 'nil', 'parse'], ['is missing', '', 'parse']);
	my $either = $s->{oneOf};
	return (@wrong, $type{integer} ? selectors() : cpu_lists()) if $either;
	push @wrong, integers($s) if $type{integer};
	push @wrong, grep { !$free{$name // ''} || $_->[2] ne 'refused' } strings($s) if $type{string};
	push @wrong, arrays($s) if $type{array};
	push @wrong, objects($s) if $type{object};
	return @wrong;
}

1;
