#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# For rpc_args.sh: each parameter of each method with each wrong value that its schema tells.
# The error is the documented one and names the parameter, nothing is changed, nacred goes
# on with the descriptors it had.
#
#   rpc_args.pl SOCKET PID-OF-NACRED GUEST [METHOD...]
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Daemon;
use JSON::PP;
use Wrong;

my ($socket, $pid, $guest, @only) = @ARGV;
my $json = JSON::PP->new->canonical->latin1;
my $hole = 'THE-WRONG-ONE';
my ($bad, $calls) = (0, 0);
my ($connection, $method, %codes);

# Values that would do, so that what is wrong is the one value only.
my $config = {c_info => {type => 'pvh', name => 'new'},
	      b_info => {kernel => $guest, max_memkb => 8192, max_vcpus => 1}};
# What is refused whatever its arguments are: the hypervisor takes them at its start only.
my %always = ('host.set_parameters' => 'host.no_parameters');

my %good = (
	domain => 'target', pool => 'Pool-0', cpus => [1], count => 1, config => $config,
	for => 'destroyed', trigger => 'nmi', letter => 'h', key => 'k', nodes => [0],
	new_uuid => '11111111-2222-3333-4444-555555555555', ratelimit_us => 1000, max_kib => 8192,
	id => 'XSA-108', verdict => 'PASS', keys => 'h', parameters => 'x=1', file => '/none',
	path => '/none', new_name => 'other', name => 'p', job => 'none', test => 't',
);

sub good {
	my $p = shift;
	my $enum = $p->{schema}{enum};
	return $json->decode(Wrong::good_text($p->{schema})) if $p->{schema}{properties};
	# The one that domain.update_config is given for the domain that there is.
	$config->{c_info}{name} = (grep { $_->{name} eq 'domain' } @{$method->{params}}) ? 'target' : 'new';
	return $good{$p->{name}} // ($enum ? $enum->[0] : undef)
	    // die "$method->{name}: what is a good \"$p->{name}\"? See rpc_args.pl\n";
}

sub line_of {
	my ($params, $text) = @_;
	my $line = $json->encode({jsonrpc => '2.0', id => 7, method => $method->{name}, params => $params});
	$line =~ s/"$hole"/$text/;
	return $line;
}

sub say_line {
	my $line = shift;
	$calls++;
	local $SIG{ALRM} = sub { die "no answer to " . substr($line, 0, 300) . "\n" };
	local $SIG{PIPE} = 'IGNORE';
	alarm 60;
	print $connection $line, "\n";
	$connection->flush;
	while (1) {
		my $answer = <$connection> // die 'nacred hung up on ' . substr($line, 0, 300) . "\n";
		$answer = $json->decode($answer);
		next if $answer->{method}; # an event
		alarm 0;
		return $answer;
	}
}

# What is wrong with the answer to one wrong value at FIELD, or nothing.
sub verdict {
	my ($answer, $verdict, $field) = @_;
	my $e = $answer->{error};
	return $verdict eq 'refused' && $method->{'x-class'} eq 'read' ? undef : 'it is accepted' unless $e;
	my $code = $e->{data}{code} // return 'the error has no data.code';
	my $said = "$e->{code} $code, field " . ($e->{data}{field} // 'none') . ": $e->{message}";
	return "control characters in its message" if $e->{message} =~ /[\x00-\x1f\x7f]/;
	return "code is not one of the method's: $said" unless $codes{$code};
	return "number is not that of the code: $said" unless $codes{$code}{code} == $e->{code};
	return $code eq 'request.parse' && !defined $answer->{id} ? undef : $said if $verdict eq 'parse';
	return "id is not that of the call" unless ($answer->{id} // '') eq '7';
	return undef if ($always{$method->{name}} // '') eq $code;
	return "field is not $field: $said" unless index($e->{data}{field} // '', $field) == 0;
	return undef if $verdict eq 'refused';
	return $e->{code} == -32602 ? undef : $said;
}

sub complain {
	my ($name, $what) = @_;
	print "FAIL rpc_args.$method->{name}: $name: $what\n";
	$bad++;
}

sub try_param {
	my ($p, %params) = @_;
	$params{$p->{name}} = $hole;
	my @wrong = Wrong::of_schema($p->{schema}, $p->{name});
	push @wrong, Wrong::configs($config, $json) if $p->{name} eq 'config' && !$p->{schema}{properties};
	for my $w (@wrong) {
		my ($what, $text, $verdict, $inside) = @$w;
		my $answer = say_line(line_of(\%params, $text));
		my $problem = verdict($answer, $verdict, $p->{name} . ($inside // ''));
		my $name = $what =~ /^'s/ ? $what : " $what";
		complain("$p->{name}$name", $problem) if $problem;
	}
	return unless $p->{required};
	delete $params{$p->{name}};
	my $problem = verdict(say_line(line_of(\%params)), 'params', $p->{name});
	complain("$p->{name} is left out", $problem) if $problem;
}

# The members around the arguments.
sub try_call {
	my %params = @_;
	my $name = $method->{name};
	my $unknown = verdict(say_line(line_of({%params, 'no-such' => 1})), 'params', 'no-such');
	complain('an unknown parameter', $unknown) if $unknown;
	# By position there is nothing, and nothing is what some methods take.
	for my $other ((grep { $_->{required} } @{$method->{params}}) ? '[]' : (), '[1]', '"x"', '1', 'true') {
		my $a = say_line("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"$name\",\"params\":$other}");
		complain("params $other", 'is accepted') unless $a->{error};
	}
}

# All that the method could have changed, without what changes by itself.
sub state_of_host {
	my $s = Daemon::call('host.snapshot', undef, $socket);
	delete $s->{time};
	my $strip;
	$strip = sub {
		my $v = shift;
		if (ref $v eq 'HASH') {
			delete @$v{qw(cpu_time_ns time_ns cpu running blocked free_kib event_seq)};
			$strip->($_) for values %$v;
		}
		if (ref $v eq 'ARRAY') { $strip->($_) for @$v }
	};
	$strip->($s);
	my @more = map { Daemon::call($_, undef, $socket) }
	    qw(domain.list patch.list patch.policy.get advisory.list);
	$strip->($_) for @more;
	return $json->encode([$s, @more, Daemon::call('domain.get', {domain => 'target'}, $socket)->{config}]);
}

sub descriptors { scalar(() = glob("/proc/$pid/fd/*")) }

sub try_method {
	$method = shift;
	my $errors = shift;
	my %params;
	my $before = $bad;
	my $state = state_of_host();
	%codes = map { m{([^/]+)$}; $1 => $errors->{$1} } map { $_->{'$ref'} } @{$method->{errors}};
	$params{$_->{name}} = good($_) for grep { $_->{required} } @{$method->{params}};
	try_call(%params);
	try_param($_, %params) for @{$method->{params}};
	complain('afterwards', 'the state is another one') if state_of_host() ne $state;
	print "PASS rpc_args.$method->{name}\n" if $bad == $before;
}

$Wrong::good{config} = $json->encode({%$config, c_info => {%{$config->{c_info}},
	uuid => '66666666-7777-4888-8999-aaaaaaaaaaaa'}});
my $document = Daemon::call('rpc.discover', undef, $socket);
my $before = descriptors();
$connection = Daemon::talk($socket);
for my $m (@{$document->{methods}}) {
	next if @only && !grep { $_ eq $m->{name} } @only;
	eval { try_method($m, $document->{components}{errors}); 1 } and next;
	chomp(my $why = $@);
	complain('stopped', $why);
	$connection = eval { Daemon::talk($socket) } // last;
}
close $connection;
Daemon::call('system.hello', undef, $socket);
my $after = descriptors();
$method = {name => 'nacred'};
complain('descriptors', "$before before, $after after") if $after > $before; # one may still be closing at first
complain('process', "it is not $pid any more") unless kill 0, $pid;
print "$calls calls\n";
exit($bad > 0);
