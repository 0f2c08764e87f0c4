# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# A nacred of the sweep's own beside that of the instance.  Its socket is kept open here
# and handed over as systemd does it, so a request of a client waits while it is started.
package Daemon;
use strict;
use warnings;
use Fcntl;
use IO::Select;
use IO::Socket::UNIX;
use JSON::PP;
use POSIX ();

my $json = JSON::PP->new->canonical;
my ($dir, $listener, $pid, $fate);

# listen_in(DIR): where its run directory is.
sub listen_in {
	$dir = shift;
	$listener = IO::Socket::UNIX->new(Local => "$dir/nacred.sock", Listen => 64)
	    or die "$dir/nacred.sock: $!\n";
}

# Descriptor 3 is the socket: sd_listen_fds(3).
sub start {
	$pid = fork // die "fork: $!\n";
	return if $pid;
	POSIX::dup2(fileno($listener), 3) // POSIX::_exit(126);
	fcntl($listener, F_SETFD, 0); # it may be 3 already, closed by exec
	open(my $log, '>>', "$dir/nacred.log") or POSIX::_exit(126);
	POSIX::dup2(fileno($log), 2);
	POSIX::dup2(fileno($log), 1);
	$ENV{NACRE_RUNDIR} = $dir;
	$ENV{LISTEN_FDS} = 1;
	$ENV{LISTEN_PID} = $$;
	exec('nacred') or POSIX::_exit(127);
}

sub stop {
	return unless $pid;
	kill 'KILL', $pid;
	waitpid $pid, 0;
	$pid = 0;
}

# It does not outlive who uses it, however that ends.
$SIG{TERM} = $SIG{INT} = sub { exit 1 };
END { local $?; stop() }

# True once it has ended, whoever did that.
sub ended {
	return 1 unless $pid;
	return 0 unless waitpid($pid, POSIX::WNOHANG()) == $pid;
	$fate = $?;
	$pid = 0;
	return 1;
}

# Call METHOD and kill the child that the daemon starts with WORD at its NTH system call:
# whether that was so, and the answer.  The daemon has to be the same as before.
sub kill_child_at {
	my ($nth, $word, $method, $params) = @_;
	my $s = talk();
	ask($s, 'system.hello') // die "nacred ended by itself\n";
	pipe(my $said, my $end) or die "pipe: $!\n";
	my $tracer = fork // die "fork: $!\n";
	if (!$tracer) {
		POSIX::dup2(fileno($end), 2);
		exec($ENV{KILL_CHILD}, $pid, $word, $nth) or POSIX::_exit(127);
	}
	close $end;
	my $line = <$said> // '';
	die "kill_child: $line\n" unless $line =~ /attached/;
	my $answer = ask($s, $method, $params) // die "nacred ended with its child\n";
	waitpid $tracer, 0;
	die "kill_child: exit status $?\n" if $? && $? >> 8 != 3;
	my $killed = !$?;
	die "nacred ended\n" if ended();
	return ($killed, $answer);
}

# Not a byte is left where PATH is.
sub fill {
	my $path = shift;
	open my $f, '>:raw', $path or die "$path: $!\n";
	for my $size (65536, 4096, 1) {
		1 while (syswrite($f, "\0" x $size) // 0) == $size;
	}
	close $f;
}

# Once it has ended: "exit N" or "signal N".
sub fate { $fate & 127 ? 'signal ' . ($fate & 127) : 'exit ' . ($fate >> 8) }

# The answer of a daemon that may end instead, which is nothing.
sub ask_or_end {
	my $method = shift;
	my $s = talk();
	print $s $json->encode({jsonrpc => '2.0', id => 1, method => $method}), "\n";
	$s->flush;
	my $ready = IO::Select->new($s);
	for (1 .. 1200) {
		return $json->decode(scalar <$s>) if $ready->can_read(0.05);
		return undef if ended();
	}
	die "neither an answer nor its end\n";
}

sub reap { waitpid $pid, 0; $pid = 0 }

sub talk {
	my $path = shift // "$dir/nacred.sock";
	return IO::Socket::UNIX->new(Peer => $path) // die "$path: $!\n";
}

# One call over a connection: what it answered, or nothing if the other end went.
sub ask {
	my ($s, $method, $params) = @_;
	my %call = (jsonrpc => '2.0', id => 1, method => $method);
	$call{params} = $params if $params;
	local $SIG{PIPE} = 'IGNORE';
	local $SIG{ALRM} = sub { die "no answer to $method\n" };
	alarm 120;
	print $s $json->encode(\%call), "\n";
	$s->flush;
	my $line = <$s>;
	alarm 0;
	return defined $line && $line =~ /\n$/ ? $json->decode($line) : undef;
}

# A call that must succeed: its result.  SOCKET is that of the other nacred.
sub call {
	my ($method, $params, $socket) = @_;
	my $answer = ask(talk($socket), $method, $params) // die "nacred ended during $method\n";
	die "$method: $answer->{error}{message}\n" if $answer->{error};
	return $answer->{result};
}

# The tracer lets the daemon's own thread enter its NTH system call from now, and kills
# it there, before the kernel carries it out.
sub trace {
	my $nth = shift;
	pipe(my $said, my $end) or die "pipe: $!\n";
	my $tracer = fork // die "fork: $!\n";
	if (!$tracer) {
		POSIX::dup2(fileno($end), 2);
		exec('strace', '-o', '/dev/null', '-e', 'trace=all', '-e',
		     "inject=all:signal=KILL:when=$nth", '-p', $pid)
		    or POSIX::_exit(127);
	}
	close $end;
	my $line = <$said> // '';
	die "strace: $line\n" unless $line =~ /attached/;
	return ($tracer, $said);
}

# Call METHOD and kill the daemon at its NTH system call from the moment that it may read
# the request.  'killed', or the answer if it did all it had to do with fewer.
sub kill_at {
	my ($nth, $method, $params) = @_;
	my $s = talk();
	ask($s, 'system.hello') // die "nacred ended by itself\n";
	my ($tracer, $said) = trace($nth);
	my $answer = ask($s, $method, $params);
	# What it does after the answer counts as well: it is done once it waits again.
	my $still = $answer && ask($s, 'system.hello');
	kill 'INT', $tracer if $still;
	waitpid $tracer, 0;
	if ($still) {
		return $answer unless ended();
		return 'killed';
	}
	reap();
	return 'killed';
}

1;
