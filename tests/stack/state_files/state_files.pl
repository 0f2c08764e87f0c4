#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# For state_files.sh: a nacred of this test's own, whose files are spoiled one by one while
# it is not there.  Then: it starts, both domains are there, what it cannot use is kept aside
# and told, or it refuses to start and names the file.
#
#   state_files.pl DIRECTORY WORK GUEST STRIDE
#
# DIRECTORY is its run directory; of every STRIDE lengths one is tried.
use strict;
use warnings;
use Daemon;
use IO::Socket::UNIX;
use JSON::PP;
use POSIX ();

my ($dir, $work, $guest, $stride) = @ARGV;
my $state = "$dir/nacred";
my $log = "$dir/nacred.log";
my ($bad, $starts) = (0, 0);
my $json = JSON::PP->new->canonical;

sub slurp {
	open my $f, '<:raw', shift or return undef;
	local $/;
	return scalar <$f>;
}

sub put {
	my ($path, $bytes) = @_;
	open my $f, '>:raw', $path or die "$path: $!\n";
	print $f $bytes;
	close $f or die "$path: $!\n";
	chmod 0600, $path;
}

sub complain {
	my ($name, $what) = @_;
	print "FAIL state_files.$name: $what\n";
	$bad++;
}

my %domains; # name => id

sub lost {
	my %d = map { ($_->{name} // '') => $_ } @{Daemon::call('domain.list')->{domains}};
	for my $name (sort keys %domains) {
		my $d = $d{$name} // return "$name is gone";
		return "$name has another id" if $d->{domid} != $domains{$name};
		return "$name does not run" if $d->{state}{paused} || $d->{state}{shutdown} || $d->{state}{dying};
	}
	return 'the bystander has lost its configuration' unless $d{bystander}{has_config};
	return undef;
}

# What nacred said since the byte AT of its log.
sub said {
	my $at = shift;
	return substr(slurp($log) // '', $at);
}

# Start it over what is there.  True if it serves; it may refuse only where MAY is set.
sub start_over {
	my ($name, $path, $may) = @_;
	my $at = -s $log // 0;
	my ($file) = $path =~ m{([^/]+)$};
	$starts++;
	Daemon::start();
	my $answer = eval { Daemon::ask_or_end('system.hello') };
	if ($@ || !$answer) {
		my $said = said($at);
		complain($name, $@ || "it did not start: $said") if $@ || !$may;
		complain($name, "it ended without a word of $file: $said") unless $said =~ /\Q$file\E/;
		complain($name, "it ended by signal $1") if Daemon::fate() =~ /^signal (\d+)/;
		return 0;
	}
	my $problem = eval { lost() } // $@;
	complain($name, $problem) if $problem;
	return 1;
}

sub end_it {
	Daemon::stop();
	system('rm', '-rf', glob("$state/*.broken"), glob("$state/*/*.broken"), glob("$work/mirror-state/*/*/*.broken"));
}

# One spoiled file: SPOIL changes what is at PATH, CHECK looks at what came of it.
sub spoil {
	my ($name, $path, $spoil, $may, $check) = @_;
	my $before = slurp($path);
	my $at = -s $log // 0;
	$spoil->($path);
	my $ok = start_over($name, $path, $may);
	my $problem = $ok && $check ? $check->($path, said($at)) : undef;
	complain($name, $problem) if $problem;
	end_it();
	system('rm', '-rf', $path);
	put($path, $before);
}

sub aside {
	my ($bytes) = @_;
	return sub {
		my ($path, $said) = @_;
		return 'it was not kept aside' unless -e "$path.broken" || -l "$path.broken";
		return 'what is kept is not what there was' if defined $bytes && slurp("$path.broken") ne $bytes;
		return "its name was not told: $said" unless $said =~ /\Q$path\E.*cannot be used/;
		return undef;
	};
}

# JSON that is cut off is none, so it has to be kept; lines that are cut off are left out.
sub cut_everywhere {
	my ($name, $path, $is_lines, $flip) = (@_[0 .. 2], $_[0] !~ /^undo/);
	my $whole = slurp($path);
	my $end = length($whole) - ($whole =~ /(\s*)\z/ ? length $1 : 0);
	my $was = $bad;
	for (my $n = 0; $n < $end && $bad < $was + 3; $n += $stride) {
		my $part = substr($whole, 0, $n);
		spoil("$name.cut.$n", $path, sub { put($path, $part) }, 0, $is_lines ? undef : aside($part));
	}
	my $flips = $stride == 1 ? 1 : 3 * $stride;
	local $domains{victim}; # its own words may be other ones now
	delete $domains{victim};
	for (my $n = 0; $flip && $n < length($whole) && $bad < $was + 3; $n += $flips) {
		my $other = $whole;
		substr($other, $n, 1) = chr(ord(substr $other, $n, 1) ^ 0x15);
		spoil("$name.flip.$n", $path, sub { put($path, $other) });
	}
	print "PASS state_files.$name.bytes\n" if $bad == $was;
}

my %kinds = (
	empty => sub { put($_[0], '') },
	zeroes => sub { put($_[0], "\0" x 5000) },
	other_json => sub { put($_[0], '{"what":"cpupools","before":{},"format":99}') },
	an_array => sub { put($_[0], '[]') },
	deep => sub { put($_[0], '[' x 5000) },
	huge => sub { put($_[0], 'x' x 5_000_000) },
	fifo => sub { unlink $_[0]; POSIX::mkfifo($_[0], 0600) or die "mkfifo: $!\n" },
	directory => sub { unlink $_[0]; mkdir $_[0]; put("$_[0]/inside", 'x') },
	link => sub { rename $_[0], "$work/elsewhere"; symlink "$work/elsewhere", $_[0] },
	dangling => sub { unlink $_[0]; symlink '/nonexistent/x', $_[0] },
	device => sub { unlink $_[0]; symlink '/dev/zero', $_[0] },
	socket => sub { unlink $_[0]; IO::Socket::UNIX->new(Local => $_[0], Listen => 1) or die "socket: $!\n" },
	writable => sub { chmod 0666, $_[0] },
	of_another => sub { chown 65534, 65534, $_[0] },
);

# These are wrong in what they say; the others in what they are.
my %says = map { $_ => 1 } qw(empty zeroes other_json an_array deep huge);

# Every kind: kept aside, where the file is one that nacred has to be able to trust.  Of "lines"
# each stands for itself, and those that say nothing are left out.
sub kinds_of {
	my ($name, $path, $trusted, $may) = @_;
	my $was = $bad;
	for my $kind (sort keys %kinds) {
		spoil("$name.$kind", $path, $kinds{$kind}, $may, $trusted eq 'lines' && $says{$kind} || !$trusted ? undef : aside());
	}
	print "PASS state_files.$name.kinds\n" if $bad == $was;
}

# The directory itself, or one of those in it.
sub directory {
	my ($name, $path, $may, %spoil) = @_;
	my $was = $bad;
	for my $kind (sort keys %spoil) {
		system('cp', '-a', $path, "$work/saved") == 0 or die "cp\n";
		$spoil{$kind}->($path);
		start_over("$name.$kind", $path, $may);
		end_it();
		system('rm', '-rf', $path);
		rename "$work/saved", $path or die "$path: $!\n";
	}
	print "PASS state_files.$name\n" if $bad == $was;
}

sub create {
	my $name = shift;
	Daemon::call('domain.create', {config => {
		c_info => {type => 'pvh', name => $name}, on_poweroff => 'destroy',
		b_info => {kernel => $guest, max_memkb => 8192, max_vcpus => 1}}});
	my ($d) = grep { ($_->{name} // '') eq $name } @{Daemon::call('domain.list')->{domains}};
	$domains{$name} = $d->{domid};
	return $d->{uuid};
}

Daemon::listen_in($dir);
Daemon::start();
create('bystander');
my $uuid = create('victim');
Daemon::call('domain.userdata.set', {domain => 'victim', key => 'k', data => '6f6c64'});
Daemon::call('patch.policy.set', {allow_unsigned => JSON::PP::true});
my ($record) = grep { $_->{evidence} && @{$_->{evidence}} }
    map { Daemon::call('advisory.get', {id => $_->{id}})->{record} }
    @{Daemon::call('advisory.list')->{advisories}};
Daemon::call('advisory.evidence', {id => $record->{id}, test => $record->{evidence}[0], verdict => 'PASS'});
end_it();

my %undo = (name => {uuid => $uuid, name => 'victim'},
	    affinity => {uuid => $uuid, vcpus => {0 => {hard => 'all', soft => 'all'}}},
	    memory => {uuid => $uuid, limit_kib => 9216, target_kib => 8192, max_kib => 8192});
cut_everywhere('record', "$state/domains/$uuid.json");
kinds_of('record', "$state/domains/$uuid.json", 1);
cut_everywhere('identity', "$state/instance.json");
kinds_of('identity', "$state/instance.json", 1);
for my $what (sort keys %undo) {
	put("$state/undo.json", $json->encode({what => $what, before => $undo{$what}}));
	cut_everywhere("undo.$what", "$state/undo.json");
}
kinds_of('undo', "$state/undo.json", 1);
unlink "$state/undo.json";
my ($policy) = glob("$work/mirror-state/patches/*/policy.json");
cut_everywhere('policy', $policy);
kinds_of('policy', $policy, 1);
Daemon::start();
Daemon::call('domain.userdata.set', {domain => 'victim', key => 'k', data => '6f6c64', request_id => "r$_"}) for 1 .. 2;
end_it();
my ($replays) = grep { /replay|request/ } glob("$state/*.jsonl");
cut_everywhere('replays', $replays, 1);
kinds_of('replays', $replays, 'lines');
cut_everywhere('evidence', "$state/evidence.jsonl", 1);
kinds_of('evidence', "$state/evidence.jsonl", 0, 1);
my ($manifest) = glob("$state/manifests/*.json");
cut_everywhere('manifest', $manifest, 1);
kinds_of('manifest', $manifest, 0);
mkdir "$work/mirror-config";
put("$work/mirror-config/nacred.conf", qq(log_level = "info"\n));
cut_everywhere('settings', "$work/mirror-config/nacred.conf", 1);
kinds_of('settings', "$work/mirror-config/nacred.conf", 0);
kinds_of('lock', "$state/lock", 0, 1);

my %not_ours = (
	file => sub { system('rm', '-rf', $_[0]); put($_[0], 'x') },
	link => sub { rename $_[0], "$work/elsewhere.d"; symlink "$work/elsewhere.d", $_[0] },
	dangling => sub { system('rm', '-rf', $_[0]); symlink '/nonexistent', $_[0] },
	fifo => sub { system('rm', '-rf', $_[0]); POSIX::mkfifo($_[0], 0600) },
);
my %others = (%not_ours, writable => sub { chmod 0777, $_[0] }, of_another => sub { chown 65534, 65534, $_[0] });
directory('state', $state, 1, %others);
%domains = ();
print "$starts starts\n";
exit($bad > 0);
