/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* One hosted instance, from its start to its end. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <systemd/sd-event.h>

#include "area.h"
#include "client.h"
#include "ivshmem.h"
#include "options.h"
#include "rundir.h"
#include "services.h"
#include "slots.h"

struct host {
	const struct options *options;
	const char *instance;
	struct rundir rundir;
	sd_event *event;
	struct area area;
	struct ivshmem ivshmem;
	struct slots slots;
	struct clients clients;
	struct services services;
	const char *accel;
	pid_t qemu; /* 0: not running */
	sd_event_source *qemu_exit;
	sd_event_source *doorbell;
	sd_event_source *deadline;
	enum { HOST_BOOTING, HOST_STARTING, HOST_UP, HOST_STOPPING } phase;
	char ended[512]; /* why it failed, "": it did not */
};

/* In this order; each 0 or -errno with the reason told. */
int host_prepare(struct host *h, const struct options *o);
int host_boot(struct host *h);

/* Run until told to end or something fails; the exit status. */
int host_run(struct host *h);

/* Give everything back. Also after a failure above. */
void host_finish(struct host *h);

#endif
