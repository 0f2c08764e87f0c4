/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Giving a domain its RAM and writing into it. */
#ifndef GUEST_RAM_H
#define GUEST_RAM_H

#include <stddef.h>
#include <stdint.h>

#include "ctrl/ctrl.h"

/* Populate [@start, @end) (guest-physical, whole pages), 2 MiB extents where they
 * fit, else 4 KiB.  -ENOMEM: the host has no more. */
int ram_populate(struct ctrl *ctrl, uint32_t domid, uint64_t start, uint64_t end);
/* Copy @len bytes to guest-physical @gpa through foreign mappings. */
int ram_write(struct ctrl *ctrl, uint32_t domid, uint64_t gpa, const void *data, size_t len);
/* The same from a file: [@offset, @offset + @len) of @fd. -EIO: it is shorter. */
int ram_write_file(struct ctrl *ctrl, uint32_t domid, uint64_t gpa, int fd, uint64_t offset,
		   uint64_t len);

#endif
