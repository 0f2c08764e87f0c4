/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A disk as xl-disk-configuration(5) writes it: positional parameters, KEY=VALUE, and the
 * prefixes of xm's time ("phy:", "file:", "qcow2:").  What is taken and what is said against
 * the rest is as in libxlutil of Xen 4.17.
 */
#ifndef NACRE_CONFIG_DISK_SPEC_H
#define NACRE_CONFIG_DISK_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "json.h"

/* The numbers are those of libxl's enumerations. */
enum disk_backend {
	DISK_BACKEND_UNKNOWN,
	DISK_BACKEND_PHY,
	DISK_BACKEND_TAP,
	DISK_BACKEND_QDISK,
	DISK_BACKEND_STANDALONE,
};

enum disk_format {
	DISK_FORMAT_UNKNOWN,
	DISK_FORMAT_QCOW,
	DISK_FORMAT_QCOW2,
	DISK_FORMAT_VHD,
	DISK_FORMAT_RAW,
	DISK_FORMAT_EMPTY,
	DISK_FORMAT_QED,
};

enum disk_specification {
	DISK_SPECIFICATION_UNKNOWN,
	DISK_SPECIFICATION_XEN,
	DISK_SPECIFICATION_VIRTIO,
};

enum spec_switch { SPEC_UNSET, SPEC_OFF, SPEC_ON };

struct disk_spec {
	char *backend_domname, *pdev_path, *vdev, *script; /* malloc'd, NULL: not given */
	char *colo_host, *colo_export, *active_disk, *hidden_disk;
	enum disk_backend backend;
	enum disk_format format;
	enum disk_specification specification;
	bool removable, readwrite, is_cdrom, direct_io_safe;
	enum spec_switch discard, colo;
	int colo_port;
};

/*
 * Read @nr texts that describe one disk together: block-attach has several, a cfg file one.
 * @disk: what was set before; normally zeroed.  0, -EINVAL after messages that begin with
 * @source, or -ENOMEM.  In each case disk_spec_clear() frees what @disk holds.
 */
int disk_spec_parse(const char *source, const char *const *specs, size_t nr, struct disk_spec *disk,
		    FILE *report);
void disk_spec_clear(struct disk_spec *disk);

/* libxl's JSON of it; NULL when out of memory. */
struct json *disk_spec_to_json(const struct disk_spec *disk);

#endif
