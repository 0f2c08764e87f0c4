#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# For hostile_peers.sh: each of the attacks below on each socket in the run directory RUN.
use strict;
use warnings;
use Socket;

my $run = shift;
my $bad = 0;
srand 7;
$SIG{PIPE} = 'IGNORE';
alarm 600;

my $console = q({"jsonrpc":"2.0","id":1,"method":"domain.console","params":{"domain":"target"}});
my $list = q({"jsonrpc":"2.0","id":1,"method":"domain.list"});

# One call over a socket of nacred's: whether it has a result.
sub ask {
	my ($name, $line) = @_;
	my $s = join_at($name, SOCK_STREAM) // return 0;
	setsockopt($s, SOL_SOCKET, SO_RCVTIMEO, pack('l!l!', 20, 0));
	syswrite $s, "$line\n";
	my $answer = '';
	while ($answer !~ /\n/) {
		sysread($s, $answer, 65536, length $answer) or last;
	}
	return $answer =~ /"result"/;
}

sub ran { system("timeout 30 @_ >/dev/null 2>&1") == 0 }

# [socket, its kind, whether somebody else is served]
my @sockets = (
	['nacred.sock', SOCK_STREAM, sub { ask('nacred.sock', $list) }],
	['nacred-ro.sock', SOCK_STREAM, sub { ask('nacred-ro.sock', $list) }],
	['socket', SOCK_STREAM, sub { ran('nacre exec xenstore-read /local/domain/0/name') }],
	['xenconsoled.sock', SOCK_SEQPACKET, sub { ask('nacred.sock', $console) }],
	['host.sock', SOCK_SEQPACKET, sub { ran('nacre exec xen-livepatch list') }],
	['notify.sock', SOCK_DGRAM, sub { ask('nacred.sock', $list) && ran('nacre exec xenstore-read /local/domain/0/name') }],
);

sub join_at {
	my ($name, $kind) = @_;
	socket(my $s, AF_UNIX, $kind, 0) or die "socket: $!\n";
	fcntl($s, 4, 2048) if $kind != SOCK_STREAM; # O_NONBLOCK: a queue may be full
	return connect($s, sockaddr_un("$run/$name")) ? $s : undef;
}

sub noise {
	my $len = shift;
	return join '', map { chr int rand 256 } 1 .. $len;
}

# sendmsg(2) with the same descriptor NR times, which Perl has no function for.
sub give_descriptors {
	my ($s, $bytes, $nr) = @_;
	my $control = pack('Q l l', 16 + 4 * $nr, SOL_SOCKET, 1) . pack('l', fileno $s) x $nr;
	my $iov = pack('P Q', $bytes, length $bytes);
	my $msg = pack('Q L x4 P Q P Q l x4', 0, 0, $iov, 1, $control, length $control, 0);
	return syscall(46, fileno $s, $msg, 0x4040); # MSG_NOSIGNAL | MSG_DONTWAIT
}

# Words that the protocols have, in orders and with arguments that they have not.
my @words = (
	"attach\n", 'attach', 'attach ', 'attach 99999999999999999999', 'attach -1', "attach 1\0x", 'attach 32752',
	'READY=1', "STOPPING=1\nREADY=1", "FDSTORE=1\nFDNAME=../../x", 'MAINPID=1', "WATCHDOG=1\n" x 1000, '=',
	pack('L4', 2, 1, 0, 4096), pack('L4', 2, 1, 0, 0xffffffff), pack('L4', 4_000_000_000, 0, 0, 0),
	pack('L4', 12, 0, 0, 5) . "a\0b\0c", pack('L4', 7, 0, 0, 2) . "T\0", "\0" x 16, "\xff" x 16, "\0" x 65536,
	'{', '[[[[[[[[[[[[', qq({"jsonrpc":"2.0"}\n), "\n" x 1000, '"' . 'x' x 60000,
);

my %attacks = (
	# name => sub (socket, kind): what has to be kept while others are served
	idle => sub { my @a = @_; return [map { join_at(@a) } 1 .. 200] },
	storm => sub { for (1 .. 1000) { join_at(@_) } return [] },
	noise => sub {
		for (1 .. 150) {
			my $s = join_at(@_) // next;
			syswrite $s, noise(1 + int rand 3000) for 1 .. 1 + int rand 3;
		}
		return [];
	},
	words => sub {
		my @kept;
		for my $w (@words) {
			my $s = join_at(@_) // next;
			syswrite $s, $w;
			push @kept, $s;
		}
		return \@kept;
	},
	empty => sub { my $s = join_at(@_) // return []; syswrite $s, '' for 1 .. 100; send($s, '', 0) for 1 .. 100; return [$s] },
	large => sub {
		my @kept;
		for my $len (65536, 200_000) {
			my $s = join_at(@_) // next;
			fcntl($s, 4, 2048);
			syswrite $s, "\1" x $len for 1 .. 20;
			push @kept, $s;
		}
		return \@kept;
	},
	half => sub { my @a = @_; return [map { my $s = join_at(@a); syswrite($s, substr $words[$_ % @words], 0, 3) if $s; $s } 1 .. 60] },
	shut => sub { my @a = @_; return [map { my $s = join_at(@a); shutdown($s, $_ % 3) if $s; $s } 1 .. 60] },
	descriptors => sub {
		my @kept;
		for my $nr (1, 2, 50, 253) {
			for my $bytes ('x', 'attach 1', 'FDSTORE=1', "$list\n", pack('L4', 2, 1, 0, 2) . "/\0", "\0" x 64) {
				my $s = join_at(@_) // next;
				give_descriptors($s, $bytes, $nr);
				push @kept, $s;
			}
		}
		return \@kept;
	},
);

for my $socket (@sockets) {
	my ($name, $kind, $others) = @$socket;
	for my $attack (sort keys %attacks) {
		my $kept = $attacks{$attack}->($name, $kind);
		my $during = $others->();
		undef $kept;
		my $after = 0;
		for (1 .. 50) {
			last if $after = $others->();
			select undef, undef, undef, 0.2;
		}
		my $ok = $during && $after;
		print $ok ? 'PASS' : 'FAIL', " hostile_peers.$name.$attack", $ok ? '' : $during ? ': not afterwards' : ': not meanwhile', "\n";
		$bad += !$ok;
	}
}
exit($bad > 0);
