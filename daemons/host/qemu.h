/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The emulator that the hypervisor runs in. */
#ifndef HOST_QEMU_H
#define HOST_QEMU_H

#include <stddef.h>
#include <sys/types.h>

#include "area.h"
#include "ivshmem.h"
#include "options.h"

struct qemu_config {
	const struct options *options;
	const struct area *area;
	const struct ivshmem *ivshmem;
	const char *rundir;
	const char *instance;
	const char *accel;
	const char *image;
};

/* Start it; the pid, or -errno with the reason told. */
pid_t qemu_start(const struct qemu_config *c);

/* One line on why QEMU ended: from waitid()'s code and status, and from what the
 * hypervisor or QEMU itself said last. */
void qemu_why(const char *rundir, int code, int status, char *buf, size_t len);

#endif
