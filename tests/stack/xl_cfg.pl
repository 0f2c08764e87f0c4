#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# xl_cfg.pl NUMBER SEED: that many PVH configurations, one a line as in xl_cfg.txt: any keys,
# with values that are right more often than wrong.
use strict;
use warnings;

my ($number, $seed) = @ARGV;
srand $seed;

sub any { return $_[ int rand @_ ] }

my @bool = (0, 1, 1, 0, 2, '"x"');
my @number = (0, 1, 2, 5, 100, 0x7fff, '"010"', '""', '[1]');
my @text = ('"a"', '"/some/path"', '"two words"', '""', '"q\\"uote"', '[]');
my @action = map { "\"$_\"" } qw(destroy restart rename-restart preserve coredump-destroy
	coredump-restart soft-reset);
my %values = (
	(map { $_ => \@bool } qw(hap oos acpi nomigrate localtime driver_domain nestedhvm vpmu
		msr_relaxed pvshim dm_restrict xend_suspend_evtchn_compat
		device_model_stubdomain_override vnc sdl vncviewer pae)),
	(map { $_ => \@number } qw(cpu_weight cap period slice latency extratime memory maxmem
		shadow_memory rtc_timeoffset max_event_channels videoram vmtrace_buf_kb
		stubdomain_memory pci_seize vncdisplay)),
	(map { $_ => \@text } qw(seclabel init_seclabel pool ramdisk device_tree cmdline root
		extra pvshim_path pvshim_cmdline bootloader device_model_override
		device_model_user device_model_stubdomain_seclabel stubdomain_kernel
		stubdomain_ramdisk rdm vnclisten)),
	(map { $_ => \@action } qw(on_poweroff on_reboot on_crash on_watchdog on_soft_reset)),
	(map { $_ => [ 0, 1, 64, 2147483647 ] } qw(max_grant_frames max_maptrack_frames
		max_grant_version)),
	vcpus => [ 0 .. 4 ],
	maxvcpus => [ 4 .. 6, 1 ],
	cpus => [ '"0"', '"0-1"', '"all"', '"all,^1"', '["0","1"]', '"1,0"' ],
	cpus_soft => [ '"0"', '"9"', '"nodes:0"', '[]' ],
	tsc_mode => [ '"native"', '"default"', 1, '"NATIVE"', 2 ],
	timer_mode => [ '"no_missed_ticks_pending"', 0, 3 ],
	altp2m => [ 0, 1, '"external"' ],
	passthrough => [ '"disabled"', '"default"' ],
	vuart => [ '"sbsa_uart"', '"unknown"' ],
	gic_version => [ '"v2"', '"default"' ],
	tee => [ '"none"', '"optee"' ],
	device_model_version => [ '"qemu-xen"', '"qemu-xen-traditional"' ],
	device_model_args => [ '["a","b"]', '[]' ],
	bootloader_args => [ '["a"]', '"a b"' ],
	ioports => [ '["3f8"]', '["2f8-2ff","70"]' ],
	irqs => [ '[3]', '["4",5]' ],
	iomem => [ '["a,1"]', '["b,2@c"]' ],
	p9 => [ '["tag=t,path=/p,security_model=none"]' ],
	vtpm => [ '["backend=b"]' ],
	channel => [ '["connection=pty,name=n"]', '["connection=socket,path=/s"]' ],
	vfb => [ '["vnc=1,vncunused=1"]', '["sdl=0"]' ],
	vkb => [ '["backend-type=linux,unique-id=u"]' ],
	usbctrl => [ '["type=pv,ports=4"]' ],
	usbdev => [ '["type=hostdev,hostbus=1,hostaddr=2"]' ],
	cpuid => [ '"host,tm=0,sse3=1"', '"host,family=6,model=23"',
		'["1:ecx=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0"]' ],
	vnuma => [ '[["pnode=0","size=64","vcpus=0"]]' ],
);

# Commas too many and too few, and all that may stand between them.
my @disk = ('/a', 'raw', 'qcow2', 'xvda', 'hdc:cdrom', 'w', 'r', '', 'phy:', 'file:', 'tap2:aio:',
	'format=vhd', 'access=ro', 'vdev=xvdb', 'target=/t', 'devtype=cdrom', 'cdrom', 'backend=d',
	'backendtype=phy', 'script=s', 'discard', 'no-discard', 'direct-io-safe', 'colo',
	'specification=virtio', 'foo=1', 'iscsi:', 'empty', ' ');
my @vif = ('mac=00:16:3e:01:02:03', 'bridge=b', 'script=s', 'ip=1.2.3.4', 'backend=d', 'vifname=v',
	'model=e1000', 'rate=10Mb/s', 'rate=1GB/s@20ms', 'mtu=9000', 'devid=3', 'type=ioemu',
	'gatewaydev=g', 'netdev=n', 'trusted', 'untrusted', 'foo', 'mac=zz', '', ' ', 'accel=1');

sub spec {
	return '"' . join(',', map { any(@_) } 1 .. int rand 6) . '"';
}

for (1 .. $number) {
	my @lines;
	my %used;
	for (1 .. 1 + int rand 8) {
		my $key = any(sort keys %values);
		push @lines, "$key=" . any(@{ $values{$key} }) unless $used{$key}++;
	}
	push @lines, 'disk=[' . join(',', map { spec(@disk) } 1 .. 1 + int rand 2) . ']' if rand() < 0.3;
	push @lines, 'vif=[' . join(',', map { spec(@vif) } 1 .. 1 + int rand 3) . ']' if rand() < 0.4;
	print join('\\n', @lines), "\n";
}
