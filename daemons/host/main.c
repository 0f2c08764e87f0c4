/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * nacre-host: runs one hosted instance.  In reading order:
 *
 *   options.c   command line
 *   host.c      the instance from start to end
 *   rundir.c    its directory, lock and state file
 *   accel.c     KVM or TCG
 *   area.c      its memory: RAM and link area
 *   ivshmem.c   doorbells between us and the hypervisor
 *   qemu.c      the machine; spawn.c: child processes
 *   services.c  xenstored, xenconsoled, nacred
 *   slots.c     requests to the hypervisor
 *   client.c    local programs that make them: serve_memory.c, serve_grants.c,
 *               serve_events.c, with the books kept in arena.c, frames.c,
 *               grants.c and ports.c
 *   log.c       what we say
 */
#include "host.h"
#include "log.h"

int main(int argc, char **argv)
{
	struct options options;
	struct host host;
	int status;

	if (options_parse(&options, argc, argv, &status))
		return status;
	if (options.ready_fd >= 0)
		log_set_ready_fd(options.ready_fd);
	status = 1;
	if (!host_prepare(&host, &options) && !host_boot(&host))
		status = host_run(&host);
	host_finish(&host);
	return status;
}
