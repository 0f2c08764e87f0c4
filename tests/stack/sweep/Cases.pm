# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# What is swept: how the world is before a call, the call, and what may be true after it.
package Cases;
use strict;
use warnings;
use Daemon;
use JSON::PP;

my %o;	       # dir, truth, guest
my $bystander; # domain id of the domain that must not notice
my $victim = 'victim';

sub config {
	my ($name, %more) = @_;
	return {c_info => {type => 'pvh', name => $name},
		b_info => {kernel => $o{guest}, max_memkb => 8192, max_vcpus => 2},
		on_poweroff => 'destroy', on_reboot => 'restart', %more};
}

sub domains {
	my $socket = shift;
	return map { $_->{domid} => $_ } @{Daemon::call('domain.list', undef, $socket)->{domains}};
}

sub find {
	my $name = shift;
	my %d = domains();
	my ($found) = grep { defined $_->{name} && $_->{name} eq $name } values %d;
	return $found;
}

sub nodes { scalar(() = `nacre exec xenstore-ls -f / 2>&1` =~ /\n/g) }
sub records { scalar(() = glob("$o{dir}/nacred/domains/*")) }

# until_true(SUB): for what a restarted nacred still has to finish.  SUB says what is wrong.
sub until_right {
	my $look = shift;
	my $problem;
	for (1 .. 300) {
		$problem = eval { $look->() };
		$problem = $@ if $@;
		return undef unless $problem;
		select undef, undef, undef, 0.1;
	}
	return $problem;
}

# The daemon under test and the instance's own see the same domains in the same states.
sub disagreement {
	my (%mine, %theirs);
	%mine = domains();
	%theirs = domains($o{truth});
	for my $id (sort keys %theirs) {
		my ($m, $t) = ($mine{$id}, $theirs{$id});
		return "domain $id is not listed" unless $m;
		return "domain $id is $m->{name}, not $t->{name}"
		    unless ($m->{name} // '') eq ($t->{name} // '');
		return "domain $id is being built still" if $m->{state}{building};
		for (qw(paused shutdown dying)) {
			return "domain $id: $_ differs" unless $m->{state}{$_} == $t->{state}{$_};
			return "domain $id is $_" if $_ ne 'paused' && $m->{state}{$_};
		}
	}
	for my $id (keys %mine) {
		return "domain $id is listed, but gone" unless $theirs{$id};
	}
	my $seen = $mine{$bystander} // return 'the bystander is gone';
	return 'the bystander was stopped' if $seen->{state}{paused};
	return undef;
}

my %base; # nodes and records with the victim and without

sub leftovers {
	my $kind = find($victim) || find('kept') ? 'with' : 'without';
	my ($n, $r) = (nodes(), records());
	return "$n xenstore nodes, $base{$kind}{nodes} expected" if $n != $base{$kind}{nodes};
	return "$r records, $base{$kind}{records} expected" if $r != $base{$kind}{records};
	return undef;
}

sub measure { $base{$_[0]} = {nodes => nodes(), records => records()} }

sub judge {
	my ($case, $how) = @_;
	my $problem = until_right(\&disagreement) // until_right(sub { $case->{check}->($how) });
	$problem //= until_right(\&leftovers) if $case->{leaves};
	return $problem;
}

sub has_record {
	return scalar grep { open my $f, '<', $_; local $/; <$f> =~ /"name": "$victim"/ }
	    glob("$o{dir}/nacred/domains/*.json");
}

# The victim is there, running, as it was made.  It may be between two lives.
sub have_victim {
	my $problem = until_right(sub {
		my $d = find($victim);
		return 'it does not come back' if !$d && has_record();
		return 'it is being built still' if $d && $d->{state}{building};
		Daemon::call('domain.create', {config => config($victim)}) unless $d;
		Daemon::call('domain.unpause', {domain => $victim}) if $d && $d->{state}{paused};
		return undef;
	});
	die "the victim: $problem\n" if $problem;
}

# A new one that has come so far that it listens: what the last one was asked may be under way.
sub listening {
	lack_victim();
	have_victim();
	my $domid = find($victim)->{domid};
	my $problem = until_right(sub {
		`nacre exec xenstore-read /local/domain/$domid/control/feature-poweroff 2>&1` =~ /^1/
		    ? undef : 'it takes no requests' });
	die "the victim: $problem\n" if $problem;
}

sub lack_victim {
	for (1 .. 100) {
		return unless find($victim) || has_record();
		eval { Daemon::call('domain.destroy', {domain => $victim}); 1 }
		    or select undef, undef, undef, 0.1;
	}
	die "the victim cannot be destroyed\n";
}

sub prepare {
	%o = @_;
	Daemon::call('domain.create', {config => config('bystander')});
	$bystander = find('bystander')->{domid};
	lack_victim();
	measure('without');
	have_victim();
	measure('with');
}

sub bystander {
	my $d = find('bystander') // return 'is gone';
	return "has another domain id" if $d->{domid} != $bystander;
	return $d->{state}{shutdown} || $d->{state}{paused} ? 'was stopped' : undef;
}

sub on_victim { my %p = @_; sub { {domain => $victim, %p} } }

# --- One value of one thing ---------------------------------------------------------------
sub one_of {
	my ($what, $got, @may) = @_;
	return (grep { $_ eq $got } @may) ? undef : "$what is $got, neither of " . join ', ', @may;
}

sub credit2 {
	my ($d) = @{Daemon::call('sched.credit2.get', {domain => $victim})->{domains}};
	return one_of('weight/cap', "$d->{weight}/$d->{cap}", '256/0', '512/150');
}

sub ratelimit {
	my ($p) = @{Daemon::call('sched.params.get', {pool => 'Pool-0'})->{pools}};
	return one_of('ratelimit', $p->{ratelimit_us}, 1000, 2000);
}

sub wanted_vcpus {
	my ($d) = @{Daemon::call('domain.vcpus', {domain => $victim})->{domains}};
	my $wanted = join '', map { $_->{wanted} ? 1 : 0 } @{$d->{vcpus}};
	return one_of('vCPUs wanted', $wanted, '11', '10');
}

sub affinity {
	my $d = Daemon::call('vcpu.affinity.get', {domain => $victim});
	my $all = join ' ', map { ref $_->{hard} ? join ',', @{$_->{hard}} : $_->{hard} } @{$d->{vcpus}};
	return one_of('affinity', $all, 'all all', '0 0');
}

# The hypervisor's limit follows what xenstore says, with libxl's 1024 KiB on top.
sub memory {
	my ($what, @may) = @_;
	my $m = Daemon::call('memory.get', {domain => $victim});
	return one_of("$what and limit", "$m->{$what}/" . find($victim)->{max_memkb}, @may);
}

sub memory_back {
	have_victim();
	Daemon::call('memory.set_target', {domain => $victim, target_kib => 4096});
	Daemon::call('memory.set_max', {domain => $victim, max_kib => 8192});
	Daemon::call('memory.set_target', {domain => $victim, target_kib => 8192});
}

sub userdata {
	my $d = Daemon::call('domain.userdata.get', {domain => $victim, key => 'sweep'});
	return one_of('userdata', $d->{data} // '', '6f6c64', '6e6577');
}

sub renamed {
	my $at = shift;
	my @d = grep { defined } (find($victim), find('other'));
	return scalar(@d) . ' domains of either name' if @d != 1;
	my $config = Daemon::call('domain.get', {domain => $d[0]{name}})->{config};
	return "its file calls it $config->{c_info}{name}" if $config->{c_info}{name} ne $d[0]{name};
	return undef;
}

sub name_back {
	Daemon::call('domain.rename', {domain => 'other', new_name => $victim}) if find('other');
	have_victim();
}

# --- Life and death ----------------------------------------------------------------------
sub whole_or_absent {
	my $d = find($victim) // return undef;
	return 'it is there without its configuration' unless $d->{has_config};
	return 'it is paused' if $d->{state}{paused};
	return undef;
}

sub started_again {
	my $d = find($victim) // return 'it is not there';
	return whole_or_absent();
}

sub exists_still { find($victim) ? undef : 'it is not there' }

# --- CPU pools -----------------------------------------------------------------------------
sub pools {
	return map { $_->{name} => $_ } @{Daemon::call('cpupool.list')->{pools}};
}

sub pools_are {
	my %p = pools();
	my $names = join ' ', sort keys %p;
	return one_of('pools', $names, @_);
}

sub pool_cpus {
	my ($name, @may) = @_;
	my %p = pools();
	return "no pool $name" unless $p{$name};
	return one_of("CPUs of $name", join(',', @{$p{$name}{cpus}}), @may);
}

# Pool "p" with CPU 1, or without; CPU 1 is in no other.
sub with_pool {
	my ($wanted, @cpus) = @_;
	my %p = pools();
	if ($p{q}) {
		Daemon::call('cpupool.rename', {pool => 'q', new_name => 'p'});
		%p = pools();
	}
	if ($p{p} && find($victim) && find($victim)->{cpupool} eq 'p') {
		Daemon::call('cpupool.move_domain', {domain => $victim, pool => 'Pool-0'});
	}
	Daemon::call('cpupool.destroy', {pool => 'p'}) if $p{p};
	my @free = @{Daemon::call('cpupool.list')->{free_cpus}};
	Daemon::call('cpupool.cpu_remove', {pool => 'Pool-0', cpus => [1]}) unless @free;
	Daemon::call('cpupool.create', {name => 'p', cpus => [@cpus]}) if $wanted;
}

sub in_pool {
	my $d = find($victim) // return 'it is not there';
	return one_of('its pool', $d->{cpupool}, 'Pool-0', 'p');
}

sub policy {
	my $p = Daemon::call('patch.policy.get');
	return one_of('allow_unsigned', $p->{allow_unsigned} ? 1 : 0, 0, 1);
}

sub all {
	my @set = (
		{name => 'rename', before => \&name_back, method => 'domain.rename',
		 params => on_victim(new_name => 'other'), check => \&renamed},
		{name => 'pause', before => \&name_back, method => 'domain.pause',
		 params => on_victim(), check => \&exists_still},
		{name => 'unpause', before => sub { have_victim(); Daemon::call('domain.pause', {domain => $victim}) },
		 method => 'domain.unpause', params => on_victim(), check => \&exists_still},
		{name => 'credit2', method => 'sched.credit2.set', check => \&credit2,
		 before => sub { Daemon::call('sched.credit2.set', {domain => $victim, weight => 256, cap => 0}) },
		 params => on_victim(weight => 512, cap => 150)},
		{name => 'ratelimit', method => 'sched.params.set', check => \&ratelimit,
		 before => sub { Daemon::call('sched.params.set', {pool => 'Pool-0', ratelimit_us => 1000}) },
		 params => sub { {pool => 'Pool-0', ratelimit_us => 2000} }},
		{name => 'vcpu-set', method => 'vcpu.set', check => \&wanted_vcpus,
		 before => sub { Daemon::call('vcpu.set', {domain => $victim, count => 2}) },
		 params => on_victim(count => 1)},
		{name => 'affinity', method => 'vcpu.affinity.set', check => \&affinity,
		 before => sub { Daemon::call('vcpu.affinity.set', {domain => $victim, hard => 'all'}) },
		 params => on_victim(hard => [0])},
		{name => 'memory-target', method => 'memory.set_target', before => \&memory_back,
		 check => sub { memory('target_kib', '8192/9216', '4096/5120') },
		 params => on_victim(target_kib => 4096)},
		{name => 'memory-max', method => 'memory.set_max', before => \&memory_back,
		 check => sub { memory('max_kib', '8192/9216', '16384/17408') },
		 params => on_victim(max_kib => 16384)},
		{name => 'userdata', method => 'domain.userdata.set', check => \&userdata,
		 before => sub { Daemon::call('domain.userdata.set', {domain => $victim, key => 'sweep', data => '6f6c64'}) },
		 params => on_victim(key => 'sweep', data => '6e6577')},
		{name => 'policy', method => 'patch.policy.set', check => \&policy,
		 before => sub { Daemon::call('patch.policy.set', {allow_unsigned => JSON::PP::false}) },
		 params => sub { {allow_unsigned => JSON::PP::true} }},
	);
	my @pool = (
		{name => 'pool-create', method => 'cpupool.create', before => sub { with_pool(0) },
		 params => sub { {name => 'p', cpus => [1]} },
		 check => sub { my %p = pools(); $p{p} ? pool_cpus('p', '1') : pools_are('Pool-0') }},
		{name => 'pool-destroy', method => 'cpupool.destroy', before => sub { with_pool(1) },
		 params => sub { {pool => 'p'} }, check => sub { pools_are('Pool-0', 'Pool-0 p') }},
		{name => 'pool-rename', method => 'cpupool.rename', before => sub { with_pool(1) },
		 params => sub { {pool => 'p', new_name => 'q'} },
		 check => sub { pools_are('Pool-0 p', 'Pool-0 q') }},
		{name => 'pool-cpu-add', method => 'cpupool.cpu_add', before => sub { with_pool(1) },
		 params => sub { {pool => 'p', cpus => [1]} }, check => sub { pool_cpus('p', '', '1') }},
		{name => 'pool-cpu-remove', method => 'cpupool.cpu_remove', before => sub { with_pool(1, 1) },
		 params => sub { {pool => 'p', cpus => [1]} }, check => sub { pool_cpus('p', '', '1') }},
		{name => 'pool-move', method => 'cpupool.move_domain', before => sub { with_pool(1, 1) },
		 params => on_victim(pool => 'p'), check => \&in_pool},
	);
	my @life = (
		{name => 'create', before => sub { with_pool(0); lack_victim() }, method => 'domain.create',
		 params => sub { {config => config($victim)} }, check => \&whole_or_absent, leaves => 1},
		{name => 'destroy', before => \&have_victim, method => 'domain.destroy',
		 params => on_victim(), check => \&whole_or_absent, leaves => 1},
		{name => 'shutdown', before => \&listening, method => 'domain.shutdown',
		 params => on_victim(), check => \&whole_or_absent, leaves => 1},
		{name => 'reboot', before => \&listening, method => 'domain.reboot',
		 params => on_victim(), check => \&started_again, leaves => 1},
	);
	return (@set, @pool, @life);
}

1;
