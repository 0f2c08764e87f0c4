# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Cases of the sweep about what is stored: configurations, identities, advisories, live
# patches; and the methods that have none, with the reason.
package Stored;
use strict;
use warnings;
use Daemon;
use JSON::PP;

my ($dir, $guest, $work); # run directory, kernel, files
my $kept = 'kept';
my $kept_uuid = '11111111-2222-4333-8444-555555555555';

sub init { ($dir, $guest, $work) = @_ }

# Methods that may change something, but of which nothing stays that could be half there.
our %none = (
	'domain.console' => 'hands over a descriptor; the terminal is xenconsoled\'s',
	'domain.dump_core' => 'reads the domain, for the client that keeps it',
	'domain.trigger' => 'an event that the guest has had or not',
	'host.debug_keys' => 'the hypervisor writes into its log',
	'host.set_parameters' => 'is always refused by this hypervisor',
	'job.cancel' => 'jobs end with nacred; what they leave is their methods\' case',
	'sched.simulate' => 'changes nothing',
	'patch.plan' => 'changes nothing',
	'patch.policy.get' => 'changes nothing',
	'domain.userdata.get' => 'changes nothing',
	'config.save' => 'changes nothing',
);

# --- The configuration of the next life -------------------------------------------------
sub config_of { Daemon::call('domain.get', {domain => 'victim'})->{config} }

sub new_config {
	my $memory = shift;
	my $c = Cases::config('victim');
	$c->{b_info}{max_memkb} = $memory;
	return $c;
}

# What it will be is only to be seen when it starts again.
sub record {
	my ($record) = grep { $_->{name} eq 'victim' }
	    map { my $f = $_; open my $h, '<', $f; local $/; JSON::PP->new->decode(scalar <$h>) }
	    glob("$dir/nacred/domains/*.json");
	return $record;
}

sub next_life {
	my $record = record();
	return 'it has no record' unless $record;
	my $next = $record->{next_config} // $record->{config};
	return Cases::one_of('memory of the next life', $next->{b_info}{max_memkb}, 8192, 16384);
}

# --- Who acts on its end ------------------------------------------------------------------
sub kept_victim {
	Cases::lack_victim();
	Daemon::call('domain.create', {config => Cases::config('victim'), paused => JSON::PP::true,
				       keep_ended => JSON::PP::true});
}

sub kept_or_supervised {
	my $record = record();
	return 'it has no record' unless $record;
	return Cases::one_of('keep_ended', $record->{keep_ended} ? 1 : 0, 1, 0);
}

# --- Its identity -------------------------------------------------------------------------
# A new one: a guest that was asked to start again before may still be about to.
sub both_back {
	Daemon::call('domain.destroy', {domain => $kept}) if Cases::find($kept);
	Cases::lack_victim();
	Cases::have_victim();
}

# One domain, of the old name and UUID or of the new ones.
sub one_identity {
	my @d = grep { defined } (Cases::find('victim'), Cases::find($kept));
	return scalar(@d) . ' domains of either name' if @d != 1;
	my ($d) = @d;
	return "$d->{name} has the UUID $d->{uuid}"
	    if ($d->{name} eq $kept) != ($d->{uuid} eq $kept_uuid);
	return "$d->{name} has lost its configuration" unless $d->{has_config};
	my $config = Daemon::call('domain.get', {domain => $d->{name}})->{config};
	return "its file calls it $config->{c_info}{name}" if $config->{c_info}{name} ne $d->{name};
	return undef;
}

# --- Advisories ---------------------------------------------------------------------------
sub imported { [glob("$ENV{NACRE_STATE_DIR}/advisories/*")] }

sub all_or_none {
	my @files = @{imported()};
	# The directory is that of all instances: what is left of a write stays until the next.
	@files = grep { !/\.new$/ } @files;
	return "no file of ours: @files" if grep { !/index\.json$/ } @files;
	my ($one) = grep { $_->{id} eq 'XSA-4001' } @{Daemon::call('advisory.list')->{advisories}};
	return "file, but no record" if @files && !$one;
	return undef;
}

my $evidence; # [advisory, test]

sub choose_evidence {
	return if $evidence;
	for (@{Daemon::call('advisory.list')->{advisories}}) {
		my $tests = Daemon::call('advisory.get', {id => $_->{id}})->{record}{evidence};
		next unless $tests && @$tests;
		$evidence = [$_->{id}, $tests->[0]];
		return;
	}
}

# Whole lines, and the last of them about the test one of the two verdicts.
sub evidence_lines {
	open my $f, '<', "$dir/nacred/evidence.jsonl" or return undef;
	my @lines = <$f>;
	return 'a line is not whole' if grep { !/^\{.*\}\n\z/ } @lines;
	my $last = JSON::PP->new->decode($lines[-1]);
	return Cases::one_of('verdict', $last->{verdict}, 'PASS', 'FAIL');
}

# --- Live patches ---------------------------------------------------------------------------
sub payload {
	my $name = shift;
	my ($p) = grep { $_->{name} eq $name } @{Daemon::call('patch.list')->{payloads}};
	return $p;
}

my %slow = (timeout => 1_000_000); # CPUs of an emulator come late

# As it is to be before: "none", "stored" or "applied"; and the other payload stored.
sub payloads {
	my $wanted = shift;
	Daemon::call('patch.policy.set', {allow_unsigned => JSON::PP::true, wanted => []});
	for my $name (qw(a c)) {
		my $p = payload($name) // next;
		Daemon::call('patch.revert', {name => $name, %slow}) if $p->{state} eq 'applied';
		Daemon::call('patch.unload', {name => $name}) if $wanted eq 'none' || $name eq 'c' || !$p->{stored};
	}
	return if $wanted eq 'none';
	Daemon::call('patch.upload', {file => "$work/a.elf", name => 'a'}) unless payload('a');
	Daemon::call('patch.apply', {name => 'a', %slow}) if $wanted ne 'stored';
	Daemon::call('patch.upload', {file => "$work/c.elf", name => 'c'}) if $wanted eq 'both';
}

# The hypervisor, the list and the policy say the same; no file is left over.
sub patches_agree {
	my @may = @_;
	my $s = Daemon::call('patch.status');
	return "still at it: $s->{doing}" if $s->{job};
	my ($applied, $wanted) = (join(' ', @{$s->{applied}}), join(' ', @{$s->{wanted}}));
	return "wanted is '$wanted', applied '$applied'" if $wanted ne $applied;
	my $is = Daemon::call('host.info')->{xen_scheduler};
	my $should = $applied eq 'a' ? 'credit' : $applied eq 'c' ? 'rtds' : 'credit2';
	return "the hypervisor's code says $is, not $should" if $is ne $should;
	my %files = map { m{([^/]+)\.payload$} ? ($1 => 1) : m{/policy\.json$} ? () : ($_ => 1) }
	    glob("$s->{store}/*");
	my $files = join ' ', sort keys %files;
	my $stored = join ' ', sort map { $_->{name} } grep { $_->{stored} } @{Daemon::call('patch.list')->{payloads}};
	return "files $files, stored $stored" if $files ne $stored;
	return Cases::one_of('stored and applied', "$stored/$applied", @may);
}

# --- Nodes of NUMA and of xenstore -------------------------------------------------------------
sub sysrq {
	my $d = Cases::find('victim') // return 'it is gone';
	my $said = `nacre exec xenstore-read /local/domain/$d->{domid}/control/sysrq 2>/dev/null`;
	chomp $said;
	return Cases::one_of('control/sysrq', $said, '', 'h');
}

sub numa_nodes {
	my $n = Daemon::call('domain.nodes.get', {domain => 'victim'})->{nodes};
	return Cases::one_of('nodes', join(',', @$n), '', '0', join(',', 0 .. 63));
}

sub unsplit {
	my %p = Cases::pools();
	Daemon::call('cpupool.rename', {pool => 'Pool-node0', new_name => 'Pool-0'}) if $p{'Pool-node0'};
	Cases::with_pool(0);
	my @free = @{Daemon::call('cpupool.list')->{free_cpus}};
	Daemon::call('cpupool.cpu_add', {pool => 'Pool-0', cpus => \@free}) if @free;
}

sub split {
	my %p = Cases::pools();
	my $state = join ' ', map { "$_:" . join ',', @{$p{$_}{cpus}} } sort keys %p;
	return Cases::one_of('pools', $state, 'Pool-0:0,1', 'Pool-node0:0,1');
}

# Children of nacred that are killed instead: what was begun is taken back, and an error says
# what happened.
sub children {
	return (
		{name => 'builder', word => '--build-domain', method => 'domain.create', leaves => 1,
		 before => \&Cases::lack_victim, params => sub { {config => Cases::config('victim')} },
		 check => \&Cases::whole_or_absent, done => sub { Cases::find('victim') },
		 code => qr/^daemon\.builder$/},
		{name => 'inspector', word => '--inspect-payload', method => 'patch.upload',
		 before => sub { payloads('none') }, params => sub { {file => "$work/a.elf", name => 'a'} },
		 check => sub { patches_agree('/', 'a/') }, done => sub { payload('a') },
		 code => qr/^patch\.refused$/, after => sub { payloads('none') }},
	);
}

# --- A document: its steps are each whole, and the same call goes on from there ------------
sub document {
	return {config => {format => 1, cpupools => [
		{name => 'Pool-0', sched => 'credit2', cpus => [0], ratelimit_us => 1000},
		{name => 'p', sched => 'credit2', cpus => [1], ratelimit_us => 2000}]}};
}

sub loaded {
	my $how = shift;
	my %p = Cases::pools();
	return $how eq 'done' ? 'there is no pool p' : Cases::pools_are('Pool-0') unless $p{p};
	my ($rate) = @{Daemon::call('sched.params.get', {pool => 'p'})->{pools}};
	return Cases::pool_cpus('p', '1')
	    // Cases::one_of('rate limit of p', $rate->{ratelimit_us}, $how eq 'done' ? 2000 : (1000, 2000));
}

sub load_again {
	Daemon::call('config.load', document());
	my $problem = loaded('done');
	die "$problem\n" if $problem;
	Cases::with_pool(0);
}

sub all {
	return (
		{name => 'update-config', method => 'domain.update_config', check => \&next_life,
		 # A new one, as for preserve.
		 before => sub { Cases::lack_victim(); Cases::have_victim();
				 Daemon::call('domain.update_config', {domain => 'victim', config => new_config(8192)}) },
		 params => sub { {domain => 'victim', config => new_config(16384)} }},
		{name => 'preserve', method => 'domain.preserve', check => \&one_identity, before => \&both_back,
		 params => sub { {domain => 'victim', new_name => $kept, new_uuid => $kept_uuid} },
		 after => \&both_back, leaves => 'kept'},
		{name => 'supervise', method => 'domain.supervise', check => \&kept_or_supervised,
		 before => \&kept_victim, params => sub { {domain => 'victim'} }, after => \&Cases::lack_victim},
		{name => 'nodes', method => 'domain.nodes.set', check => \&numa_nodes, before => \&Cases::have_victim,
		 params => sub { {domain => 'victim', nodes => [0]} }},
		{name => 'sysrq', method => 'domain.sysrq', check => \&sysrq, before => \&Cases::have_victim,
		 params => sub { {domain => 'victim', letter => 'h'} }},
		{name => 'import', method => 'advisory.import', check => \&all_or_none,
		 before => sub { unlink @{imported()} }, params => sub { {path => "$work/xsa.json"} }},
		{name => 'evidence', method => 'advisory.evidence', check => \&evidence_lines,
		 before => sub { choose_evidence();
				 Daemon::call('advisory.evidence', {id => $evidence->[0], test => $evidence->[1], verdict => 'PASS'}) },
		 params => sub { {id => $evidence->[0], test => $evidence->[1], verdict => 'FAIL'} }},
		{name => 'numa-split', method => 'cpupool.numa_split', check => \&split, before => \&unsplit,
		 params => sub { {} }, after => \&unsplit},
		{name => 'load', method => 'config.load', check => \&loaded, params => \&document,
		 before => sub { Cases::with_pool(0) }, after => \&load_again},
		{name => 'patch-upload', method => 'patch.upload', before => sub { payloads('none') },
		 params => sub { {file => "$work/a.elf", name => 'a'} }, check => sub { patches_agree('/', 'a/') }},
		{name => 'patch-apply', method => 'patch.apply', before => sub { payloads('stored') },
		 params => sub { {name => 'a', %slow} }, check => sub { patches_agree('a/', 'a/a') }},
		{name => 'patch-revert', method => 'patch.revert', before => sub { payloads('applied') },
		 params => sub { {name => 'a', %slow} }, check => sub { patches_agree('a/', 'a/a') }},
		{name => 'patch-replace', method => 'patch.replace', before => sub { payloads('both') },
		 params => sub { {name => 'c', %slow} }, check => sub { patches_agree('a c/a', 'a c/c') }},
		{name => 'patch-unload', method => 'patch.unload', before => sub { payloads('stored') },
		 params => sub { {name => 'a'} }, check => sub { patches_agree('/', 'a/') },
		 after => sub { payloads('none') }},
	);
}

1;
