/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xlu_disk_parse(): toolstack/config's disk in libxl's type. */
#include <errno.h>

#include "disk_spec.h"
#include "xlu.h"

/* The two count alike. */
_Static_assert((int)DISK_FORMAT_QED == (int)LIBXL_DISK_FORMAT_QED &&
		       (int)DISK_FORMAT_RAW == (int)LIBXL_DISK_FORMAT_RAW &&
		       (int)DISK_FORMAT_EMPTY == (int)LIBXL_DISK_FORMAT_EMPTY,
	       "formats");
_Static_assert((int)DISK_BACKEND_PHY == (int)LIBXL_DISK_BACKEND_PHY &&
		       (int)DISK_BACKEND_STANDALONE == (int)LIBXL_DISK_BACKEND_STANDALONE,
	       "backends");
_Static_assert((int)DISK_SPECIFICATION_XEN == (int)LIBXL_DISK_SPECIFICATION_XEN &&
		       (int)DISK_SPECIFICATION_VIRTIO == (int)LIBXL_DISK_SPECIFICATION_VIRTIO,
	       "specifications");

static enum spec_switch from_defbool(libxl_defbool b)
{
	if (libxl_defbool_is_default(b))
		return SPEC_UNSET;
	return libxl_defbool_val(b) ? SPEC_ON : SPEC_OFF;
}

static void to_defbool(libxl_defbool *b, enum spec_switch s)
{
	if (s != SPEC_UNSET)
		libxl_defbool_set(b, s == SPEC_ON);
}

/* The strings go along. */
static void take(struct disk_spec *spec, const libxl_device_disk *disk)
{
	*spec = (struct disk_spec){
		.backend_domname = disk->backend_domname,
		.pdev_path = disk->pdev_path,
		.vdev = disk->vdev,
		.script = disk->script,
		.colo_host = disk->colo_host,
		.colo_export = disk->colo_export,
		.active_disk = disk->active_disk,
		.hidden_disk = disk->hidden_disk,
		.backend = (enum disk_backend)disk->backend,
		.format = (enum disk_format)disk->format,
		.specification = (enum disk_specification)disk->specification,
		.removable = disk->removable,
		.readwrite = disk->readwrite,
		.is_cdrom = disk->is_cdrom,
		.direct_io_safe = disk->direct_io_safe,
		.discard = from_defbool(disk->discard_enable),
		.colo = from_defbool(disk->colo_enable),
		.colo_port = disk->colo_port,
	};
}

static void give_back(libxl_device_disk *disk, const struct disk_spec *spec)
{
	disk->backend_domname = spec->backend_domname;
	disk->pdev_path = spec->pdev_path;
	disk->vdev = spec->vdev;
	disk->script = spec->script;
	disk->colo_host = spec->colo_host;
	disk->colo_export = spec->colo_export;
	disk->active_disk = spec->active_disk;
	disk->hidden_disk = spec->hidden_disk;
	disk->backend = (libxl_disk_backend)spec->backend;
	disk->format = (libxl_disk_format)spec->format;
	disk->specification = (libxl_disk_specification)spec->specification;
	disk->removable = spec->removable;
	disk->readwrite = spec->readwrite;
	disk->is_cdrom = spec->is_cdrom;
	disk->direct_io_safe = spec->direct_io_safe;
	to_defbool(&disk->discard_enable, spec->discard);
	to_defbool(&disk->colo_enable, spec->colo);
	disk->colo_port = spec->colo_port;
}

/* 0, EINVAL with messages, or ENOMEM; @disk keeps what was read before a mistake, and
 * is the caller's to dispose of in any case. */
int xlu_disk_parse(XLU_Config *config, int nspecs, const char *const *specs,
		   libxl_device_disk *disk)
{
	struct disk_spec spec;
	int rc;

	take(&spec, disk);
	rc = disk_spec_parse(config->source, specs, nspecs < 0 ? 0 : (size_t)nspecs, &spec,
			     config->report);
	give_back(disk, &spec);
	return -rc;
}
