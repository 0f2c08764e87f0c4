/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What libxl declares and Nacre does not do: one line each.  All of them say so in the
 * log and set errno to ENOSYS, which is how xl tells "not there" from "went wrong".
 * libxl(3) lists them, and a test holds the two together.
 */
#include <errno.h>

#include "libxl_internal.h"

static int refuse(libxl_ctx *ctx, const struct libxl__where *where, uint32_t domid, int rc,
		  const char *why)
{
	libxl__log(ctx, XTL_ERROR, -1, where, domid, "not supported: %s", why);
	errno = ENOSYS;
	return rc;
}

#define NO_BACKEND "there is no backend for such devices yet"
#define NO_QEMU	   "no domain has a QEMU device model"
#define NO_FLASK   "the hypervisor has no security policy"
#define NO_TMEM	   "transcendent memory is no longer part of Xen"

/* --- functions of all kinds --------------------------------------------------------- */

#define UNSUPPORTED(function, parameters, rc, why)                                                 \
	int function parameters                                                                    \
	{                                                                                          \
		return refuse(ctx, LIBXL__HERE, INVALID_DOMID, rc, why);                           \
	}

UNSUPPORTED(libxl_domain_remus_start,
	    (libxl_ctx * ctx, libxl_domain_remus_info *info, uint32_t domid, int send_fd,
	     int recv_fd, const libxl_asyncop_how *ao_how),
	    ERROR_NI, "there is no checkpointing to another host")
UNSUPPORTED(libxl_qemu_monitor_command,
	    (libxl_ctx * ctx, uint32_t domid, const char *command_line, char **output,
	     const libxl_asyncop_how *ao_how),
	    ERROR_NI, NO_QEMU)
UNSUPPORTED(libxl_device_events_handler, (libxl_ctx * ctx, const libxl_asyncop_how *ao_how),
	    ERROR_NI, "there are no driver domains")
UNSUPPORTED(libxl_clear_domid_history, (libxl_ctx * ctx), ERROR_NI,
	    "nacred keeps no history of domain ids in a file")

UNSUPPORTED(libxl_tmem_freeze, (libxl_ctx * ctx, uint32_t domid), ERROR_FEATURE_REMOVED, NO_TMEM)
UNSUPPORTED(libxl_tmem_thaw, (libxl_ctx * ctx, uint32_t domid), ERROR_FEATURE_REMOVED, NO_TMEM)
UNSUPPORTED(libxl_tmem_set, (libxl_ctx * ctx, uint32_t domid, char *name, uint32_t set),
	    ERROR_FEATURE_REMOVED, NO_TMEM)
UNSUPPORTED(libxl_tmem_shared_auth, (libxl_ctx * ctx, uint32_t domid, char *uuid, int auth),
	    ERROR_FEATURE_REMOVED, NO_TMEM)
UNSUPPORTED(libxl_tmem_freeable, (libxl_ctx * ctx), ERROR_FEATURE_REMOVED, NO_TMEM)

UNSUPPORTED(libxl_flask_context_to_sid, (libxl_ctx * ctx, char *buf, size_t len, uint32_t *ssidref),
	    ERROR_NI, NO_FLASK)
UNSUPPORTED(libxl_flask_sid_to_context,
	    (libxl_ctx * ctx, uint32_t ssidref, char **buf, size_t *len), ERROR_NI, NO_FLASK)

/* These say nothing in Xen either: errno tells. */
#define SILENT(function, parameters)                                                               \
	int function parameters                                                                    \
	{                                                                                          \
		errno = ENOSYS;                                                                    \
		return ERROR_NONSPECIFIC;                                                          \
	}

SILENT(libxl_flask_getenforce, (libxl_ctx * ctx))
SILENT(libxl_flask_setenforce, (libxl_ctx * ctx, int mode))
SILENT(libxl_flask_loadpolicy, (libxl_ctx * ctx, void *policy, uint32_t size))

/* --- devices ------------------------------------------------------------------------- */

/* With Xen's words for whatever may be wrong with one, then the reason. */
#define ADD(function, noun, why)                                                                   \
	int function(libxl_ctx *ctx, uint32_t domid, libxl_device_##noun *device,                  \
		     const libxl_asyncop_how *ao_how)                                              \
	{                                                                                          \
		LIBXL__ERROR(ctx, INVALID_DOMID, "unable to add device: %s", why);                 \
		errno = ENOSYS;                                                                    \
		return ERROR_NI;                                                                   \
	}

#define CHANGE(function, noun, why)                                                                \
	int function(libxl_ctx *ctx, uint32_t domid, libxl_device_##noun *device,                  \
		     const libxl_asyncop_how *ao_how)                                              \
	{                                                                                          \
		return refuse(ctx, LIBXL__HERE, domid, ERROR_NI, why);                             \
	}

/* What cannot be connected is not there. */
#define NONE(noun)                                                                                 \
	struct libxl_device_##noun *libxl_device_##noun##_list(libxl_ctx *ctx, uint32_t domid,     \
							       int *num)                           \
	{                                                                                          \
		*num = 0;                                                                          \
		return NULL;                                                                       \
	}

#define GETINFO(noun, why)                                                                         \
	int libxl_device_##noun##_getinfo(libxl_ctx *ctx, uint32_t domid,                          \
					  const libxl_device_##noun *device,                       \
					  libxl_##noun##info *info)                                \
	{                                                                                          \
		return refuse(ctx, LIBXL__HERE, domid, ERROR_NI, why);                             \
	}

/* By number: as in libxl, nothing found is told by the result alone. */
#define LOOK_UP(noun)                                                                              \
	int libxl_devid_to_device_##noun(libxl_ctx *ctx, uint32_t domid, int devid,                \
					 libxl_device_##noun *device)                              \
	{                                                                                          \
		return ERROR_FAIL;                                                                 \
	}

#define FAMILY(noun, why)                                                                          \
	ADD(libxl_device_##noun##_add, noun, why)                                                  \
	CHANGE(libxl_device_##noun##_remove, noun, why)                                            \
	CHANGE(libxl_device_##noun##_destroy, noun, why)                                           \
	NONE(noun)                                                                                 \
	GETINFO(noun, why)

FAMILY(disk, NO_BACKEND)
CHANGE(libxl_device_disk_safe_remove, disk, NO_BACKEND)
CHANGE(libxl_cdrom_insert, disk, NO_QEMU)
FAMILY(nic, NO_BACKEND)
FAMILY(vtpm, NO_BACKEND)
FAMILY(vdispl, NO_BACKEND)
FAMILY(vsnd, NO_BACKEND)
FAMILY(vkb, NO_BACKEND)
CHANGE(libxl_device_usbctrl_remove, usbctrl, NO_BACKEND)
CHANGE(libxl_device_usbctrl_destroy, usbctrl, NO_BACKEND)
NONE(usbctrl)
GETINFO(usbctrl, NO_BACKEND)

/* Versions of USB and ports of a hub that the Linux frontend of Xen knows; 0: not said. */
#define USB_VERSION_MAX 2
#define USB_PORTS_MAX	31

int libxl_device_usbctrl_add(libxl_ctx *ctx, uint32_t domid, libxl_device_usbctrl *device,
			     const libxl_asyncop_how *ao_how)
{
	const char *why = ": " NO_BACKEND;

	if (device->version < 0 || device->version > USB_VERSION_MAX) {
		LIBXL__ERROR(ctx, INVALID_DOMID,
			     "USB version for paravirtualized devices must be 1 or 2");
		why = "";
	} else if (device->ports < 0 || device->ports > USB_PORTS_MAX) {
		LIBXL__ERROR(ctx, INVALID_DOMID,
			     "Number of ports for USB controller is limited to %d", USB_PORTS_MAX);
		why = "";
	}
	LIBXL__ERROR(ctx, INVALID_DOMID, "unable to add device%s", why);
	if (!*why)
		return ERROR_INVAL;
	errno = ENOSYS;
	return ERROR_NI;
}

ADD(libxl_device_usbdev_add, usbdev, NO_BACKEND)
CHANGE(libxl_device_usbdev_remove, usbdev, NO_BACKEND)
NONE(usbdev)
ADD(libxl_device_vfb_add, vfb, NO_BACKEND)
CHANGE(libxl_device_vfb_remove, vfb, NO_BACKEND)
CHANGE(libxl_device_vfb_destroy, vfb, NO_BACKEND)
CHANGE(libxl_device_p9_remove, p9, NO_BACKEND)
CHANGE(libxl_device_p9_destroy, p9, NO_BACKEND)
CHANGE(libxl_device_pvcallsif_remove, pvcallsif, NO_BACKEND)
CHANGE(libxl_device_pvcallsif_destroy, pvcallsif, NO_BACKEND)
NONE(channel)
GETINFO(channel, NO_BACKEND)

LOOK_UP(nic)
LOOK_UP(vtpm)
LOOK_UP(usbctrl)
LOOK_UP(vkb)
LOOK_UP(vdispl)
LOOK_UP(vsnd)

int libxl_mac_to_device_nic(libxl_ctx *ctx, uint32_t domid, const char *mac, libxl_device_nic *nic)
{
	return ERROR_FAIL;
}

int libxl_vdev_to_device_disk(libxl_ctx *ctx, uint32_t domid, const char *vdev,
			      libxl_device_disk *disk)
{
	return ERROR_FAIL;
}

int libxl_uuid_to_device_vtpm(libxl_ctx *ctx, uint32_t domid, libxl_uuid *uuid,
			      libxl_device_vtpm *vtpm)
{
	return ERROR_FAIL;
}

int libxl_ctrlport_to_device_usbdev(libxl_ctx *ctx, uint32_t domid, int ctrl, int port,
				    libxl_device_usbdev *usbdev)
{
	return ERROR_FAIL;
}

char *libxl_tmem_list(libxl_ctx *ctx, uint32_t domid, int use_long)
{
	refuse(ctx, LIBXL__HERE, domid, 0, NO_TMEM);
	return NULL;
}
