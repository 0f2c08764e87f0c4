#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# For cli_misuse.sh.  The verbs are those of `xl help`, their options those of `xl help VERB`,
# so what is new is tried by itself.
#
#   cli_misuse.pl DIRECTORY-OF-PROGRAMS WORK
use strict;
use warnings;
use POSIX ();

my ($bin, $work) = @ARGV;
my ($bad, $runs) = (0, 0);

# Words that are nothing: no domain, pool, file, number or device.
my %garbage = (
	empty => '', unheard => 'nosuch', negative => '-1x', long_number => '9' x 40,
	hexadecimal => '0xzz', spaces => ' ', colour => "\e[31mred\e[0m", newline => "a\nb",
	bell => "a\a\b", c1 => "a\xc2\x9b31m", not_utf8 => "\xff\xfe", percent => '%s%n%n%s',
	climbing => '../../../../etc/passwd', long => 'x' x 65536, equals => '=', commas => ',,,',
);

# As numbers these may be somebody's, who is asked by number then.
my %numbers = map { $_ => 1 } qw(negative long_number hexadecimal);
# What the others show already is left to the long form.
delete @garbage{qw(spaces bell not_utf8 climbing equals commas negative)} unless $ENV{NACRE_LONG};

# Where Xen's xl ends with another status than 2, or a monitor wants another one.
my %status = (
	'create.none' => 6, 'config-update.none' => 1, 'config-update.option' => 1,
	'config-update.letter' => 1, 'config-update.-f.without' => 1, 'shutdown.none' => 1,
	'reboot.none' => 1, 'psr-cat-show.none' => 253, 'psr-mba-show.none' => 253, 'xl.option' => 1,
	'psr-mba-set.none' => 1,
	(map { ("patch-status.$_" => 3) } 'option', 'letter', '--advisory.without',
	 '--export.without', '--import.without'),
);

# Verbs that take words of any kind, or none, and act: they are not asked with garbage.
my %acts = ('debug-keys' => 'any letter is a key', 'cpupool-numa-split' => 'needs no word',
	    'devd' => 'would stay', 'top' => 'needs a terminal, and says so elsewhere');

sub slurp {
	open my $f, '<:raw', shift or return '';
	local $/;
	return <$f> // '';
}

# (exit status or "signal N", stdout, stderr)
sub run {
	my @command = @_;
	$runs++;
	my $pid = fork // die "fork: $!\n";
	if (!$pid) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$work/out";
		open STDERR, '>', "$work/err";
		POSIX::setsid();
		alarm 30;
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	waitpid $pid, 0;
	my $how = $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
	return ($how, slurp("$work/out"), slurp("$work/err"));
}

sub shown {
	my $s = join ' ', map { my $w = length > 40 ? substr($_, 0, 40) . '...' : $_; $w =~ s/[^ -~]/?/g; "'$w'" } @_;
	return $s;
}

# What a terminal would do more with than show it.
sub controls {
	my $s = shift;
	return $s =~ /[\x00-\x08\x0b-\x1f\x7f]/ || $s =~ /\xc2[\x80-\x9f]/;
}

# WANTED: a status, or undef for any that is a failure, or 'any'.
sub misuse {
	my ($name, $wanted, @command) = @_;
	$wanted = $status{$name} // $wanted;
	my ($how, $out, $err) = run("$bin/$command[0]", @command[1 .. $#command]);
	my $why;
	$why = "ended by $how" if $how =~ /signal/;
	$why //= 'a sanitizer complains' if $err =~ /Sanitizer|runtime error:/;
	$why //= 'it writes control characters' if controls($out) || controls($err);
	$why //= 'it says very much' if length($out) + length($err) > 200_000;
	$why //= "exit status $how instead of $wanted" if defined $wanted && $wanted ne 'any' && $how ne $wanted;
	# Xen's tells of some in words only, and prints help to stdout.
	$why //= 'it is accepted' if !defined $wanted && $how eq '0' && $err eq '';
	$why //= 'not a word is said' if $how ne '0' && $out eq '' && $err eq '';
	$why //= "exit status $how, which is that of a shell" if $how =~ /^12[4-7]$/;
	return unless $why;
	$bad++;
	substr($err, 300) = '...' if length $err > 300;
	$err =~ s/[^ -~\n]/?/g;
	print "FAIL cli_misuse.$name: $why: ", shown(@command), ": $err\n";
}

# [name, least number of words, options with a value, other options]
sub verbs {
	my @verbs;
	my (undef, $help) = run("$bin/xl", 'help');
	for my $line (split /\n/, $help) {
		next unless $line =~ /^ ([a-z][a-z0-9-]*) /;
		my $verb = $1;
		my (undef, $usage) = run("$bin/xl", 'help', $verb);
		my @value = $usage =~ /^(-\w|--[a-z][\w-]*)[ =](?:<|[A-Z]{2})/mg;
		push @verbs, [$verb, $usage, @value];
	}
	return @verbs;
}

sub try_verb {
	my ($verb, $usage, @value) = @_;
	my $was = $bad;
	my ($first) = $usage =~ /^Usage: xl (?:\[[^\]]*\] )*\Q$verb\E *(.*)$/m;
	my $needs = ($first // '') =~ s/\[[^\]]*\]//gr =~ /<|[A-Z]{2}/;
	misuse("$verb.none", 2, 'xl', $verb) if $needs && ($first // '') !~ /^\S*<-/;
	misuse("$verb.option", 2, 'xl', $verb, '--no-such-option');
	misuse("$verb.letter", 2, 'xl', $verb, '-~');
	misuse("$verb.$_.without", 2, 'xl', $verb, $_) for @value;
	return $was == $bad if $acts{$verb};
	for my $kind (sort keys %garbage) {
		my $g = $garbage{$kind};
		misuse("$verb.$kind", $needs && !$numbers{$kind} ? undef : 'any', 'xl', $verb, $g) unless $g =~ /^-/;
		misuse("$verb.target.$kind", 'any', 'xl', '-N', $verb, 'target', $g) if $first && $first =~ /Domain/i;
		misuse("$verb.$_.$kind", 'any', 'xl', '-N', $verb, $_, $g, 'nosuch') for @value;
	}
	misuse("$verb.many", $needs ? undef : 'any', 'xl', $verb, ('nosuch') x 500);
	return $was == $bad;
}

my $tried = 0;
for my $v (verbs()) {
	print "PASS cli_misuse.xl.$v->[0]\n" if try_verb(@$v);
	$tried++;
}
if ($tried < 92) {
	print "FAIL cli_misuse.verbs: `xl help` tells of $tried only\n";
	$bad++;
}

# Files that hold what a terminal would obey, in each place of a configuration.
my $e = "\e[31m\xc2\x9b";
my %files = (
	key => "$e = 1\n", unheard_key => "x$e = 1\n", syntax => "name = = $e\n", string => "name = \"$e\n",
	name => "name = \"a$e\"\nkernel = \"/none\"\n", kernel => "name = \"a\"\nkernel = \"/none$e\"\n",
	type => "name = \"a\"\ntype = \"$e\"\n", disk => "name = \"a\"\ndisk = [ \"$e\" ]\n",
	vif => "name = \"a\"\nvif = [ \"$e=1\" ]\n", cpus => "name = \"a\"\ncpus = \"$e\"\n",
	uuid => "name = \"a\"\nuuid = \"$e\"\n", action => "name = \"a\"\non_crash = \"$e\"\n",
	cpuid => "name = \"a\"\ncpuid = \"$e\"\n", number => "name = \"a\"\nmemory = \"$e\"\n",
	usb => "name = \"a\"\nusbctrl = [ \"$e\" ]\n", sched => "name = \"a\"\nsched = \"$e\"\n",
	pool => "name = \"a\"\nkernel = \"/bin/true\"\npool = \"$e\"\n", binary => join('', map { chr } 0 .. 255),
	nothing => '', zeroes => "\0" x 100, long_line => 'x' x 100_000,
);
for my $kind (sort keys %files) {
	my $was = $bad;
	open my $f, '>:raw', "$work/bad.cfg" or die;
	print $f $files{$kind};
	close $f;
	misuse("file.create.$kind", undef, 'xl', 'create', "$work/bad.cfg");
	misuse("file.dry.$kind", 'any', 'xl', 'create', '-n', "$work/bad.cfg");
	misuse("file.pool.$kind", 'any', 'xl', 'cpupool-create', '-n', "$work/bad.cfg");
	misuse("file.update.$kind", 'any', 'xl', '-N', 'config-update', 'target', "$work/bad.cfg");
	print "PASS cli_misuse.file.$kind\n" if $was == $bad;
}

# xl itself and the other programs.
my @programs = qw(xl xen-livepatch nacre nacre-host nacre-image nacre-livepatch-build nacre-simulate
    nacred xenconsoled xenstored xentop);
for my $p (@programs) {
	my $was = $bad;
	# Those two end as Xen's do.
	misuse("$p.option", $p =~ /^(xentop|xen-livepatch)$/ ? undef : 2, $p, '--no-such-option');
	misuse("$p.letter", undef, $p, '-~');
	for my $kind (sort keys %garbage) {
		misuse("$p.$kind", undef, $p, $garbage{$kind});
		misuse("$p.twice.$kind", undef, $p, $garbage{$kind}, $garbage{$kind});
	}
	misuse("$p.many", undef, $p, ('nosuch') x 500);
	print "PASS cli_misuse.$p\n" if $was == $bad;
}
print "$runs runs\n";
exit($bad > 0);
