/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Detaching devices. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

/* Exit status where Xen's xl returns ERROR_FAIL as it is. */
#define STATUS_FAIL (256 - RPC_ERROR_FAIL)

/* Find @text among the domain's devices and detach it.  1: there is none; 0 or an error. */
#define DETACH(noun, find)                                                                         \
	static int detach_##noun(uint32_t domid, char **texts)                                     \
	{                                                                                          \
		const char *text = texts[0];                                                       \
		libxl_device_##noun device;                                                        \
		int rc = 1;                                                                        \
                                                                                                   \
		libxl_device_##noun##_init(&device);                                               \
		if (!(find))                                                                       \
			rc = libxl_device_##noun##_remove(xl_ctx(), domid, &device, NULL);         \
		libxl_device_##noun##_dispose(&device);                                            \
		return rc;                                                                         \
	}

#define NUMBER(text)	((int)strtol(text, NULL, 10))
#define BY_NUMBER(noun) libxl_devid_to_device_##noun(xl_ctx(), domid, NUMBER(text), &device)

static int find_nic(uint32_t domid, const char *text, libxl_device_nic *nic)
{
	return strchr(text, ':') ? libxl_mac_to_device_nic(xl_ctx(), domid, text, nic)
				 : libxl_devid_to_device_nic(xl_ctx(), domid, NUMBER(text), nic);
}

/* Its UUID, or its number. */
static int find_vtpm(uint32_t domid, const char *text, libxl_device_vtpm *vtpm)
{
	libxl_uuid uuid;

	return libxl_uuid_from_string(&uuid, text)
		       ? libxl_devid_to_device_vtpm(xl_ctx(), domid, NUMBER(text), vtpm)
		       : libxl_uuid_to_device_vtpm(xl_ctx(), domid, &uuid, vtpm);
}

DETACH(nic, find_nic(domid, text, &device))
DETACH(disk, libxl_vdev_to_device_disk(xl_ctx(), domid, text, &device))
DETACH(vtpm, find_vtpm(domid, text, &device))
DETACH(vkb, BY_NUMBER(vkb))
DETACH(vdispl, BY_NUMBER(vdispl))
DETACH(vsnd, BY_NUMBER(vsnd))
DETACH(usbctrl, BY_NUMBER(usbctrl))
DETACH(usbdev,
       libxl_ctrlport_to_device_usbdev(xl_ctx(), domid, NUMBER(text), NUMBER(texts[1]), &device))

struct detach {
	const char *verb;
	int (*detach)(uint32_t domid, char **texts);
	const char *call;
	const char *before, *behind; /* around the device that is not there */
	bool number;		     /* as the message has it, 0 for what is none */
	int status;
};

static const struct detach detaches[] = {
	{"network-detach", detach_nic, "libxl_device_nic_remove", "Unknown device ", ".", false,
	 EXIT_FAILURE},
	{"block-detach", detach_disk, "libxl_device_disk_remove", "Error: Device ",
	 " not connected.", false, EXIT_FAILURE},
	{"vtpm-detach", detach_vtpm, "libxl_device_vtpm_remove", "Unknown device ", ".", false,
	 EXIT_FAILURE},
	{"vkb-detach", detach_vkb, "libxl_device_vkb_remove", "Error: Device ", " not connected.",
	 true, STATUS_FAIL},
	{"vdispl-detach", detach_vdispl, "libxl_device_vdispl_remove", "Error: Device ",
	 " not connected.", true, STATUS_FAIL},
	{"vsnd-detach", detach_vsnd, "libxl_device_vsnd_remove", "Error: Device ",
	 " not connected.", true, STATUS_FAIL},
	{"usbctrl-detach", detach_usbctrl, "libxl_device_usbctrl_remove", "Unknown device ", ".",
	 false, EXIT_FAILURE},
	{"usbdev-detach", detach_usbdev, "libxl_device_usbdev_remove", "Unknown device ", ".",
	 false, EXIT_FAILURE},
};

static int not_there(const struct detach *d, const char *device)
{
	if (d->number)
		fprintf(stderr, "%s%d%s\n", d->before, NUMBER(device), d->behind);
	else
		fprintf(stderr, "%s%s%s\n", d->before, xl_safe(device), d->behind);
	return d->status;
}

int cmd_device_detach(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"force", no_argument, NULL, 'f'},
		XL_OPTION_END,
	};
	bool block = strcmp(verb->name, "block-detach") == 0;
	const struct detach *d = detaches;
	uint32_t domid;
	int rc;

	while (strcmp(d->verb, verb->name) != 0)
		d++;
	while (xl_option(verb, argc, argv, block ? "+hf" : "+h", block ? options : &options[2]) >=
	       0)
		continue;
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	rc = d->detach(domid, argv + optind + 1);
	if (rc > 0)
		return not_there(d, argv[optind + 1]);
	if (rc)
		fprintf(stderr, "%s failed.\n", d->call);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
