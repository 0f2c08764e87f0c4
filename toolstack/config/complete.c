/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What libxl adds to a configuration before it builds the domain, so that the
 * stored one (`xl list -l') reads as with real xl: absolute paths, defaults.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config_order.h"
#include "domain_config.h"

#define DEFAULT_MEMKB (32 * 1024)  /* libxl's, when neither memory nor maxmem is set */
#define INVALID_DOMID 4294967295ll /* "any": c_info.domid asks for no number */

/* An existing member stays. */
static bool insert(struct json *object, const char *member, struct json *v)
{
	if (!json_get(object, member))
		return json_set(object, member, v);
	json_free(v);
	return true;
}

static bool default_vcpus(struct json *info)
{
	struct json *avail = json_new_array();

	if (avail && !json_append(avail, json_new_int(0))) {
		json_free(avail);
		return false;
	}
	return insert(info, "avail_vcpus", avail) && insert(info, "max_vcpus", json_new_int(1));
}

static bool default_memory(struct json *info)
{
	int64_t max = json_int(json_get(info, "max_memkb"), DEFAULT_MEMKB);

	return insert(info, "max_memkb", json_new_int(max)) &&
	       insert(info, "target_memkb", json_new_int(max)) &&
	       insert(info, "video_memkb", json_new_int(0));
}

static bool make_absolute(struct json *object, const char *member, const char *directory)
{
	const char *path = json_string(json_get(object, member), NULL);
	char *whole;
	bool done;

	if (!path || path[0] == '/' || !path[0])
		return true;
	if (asprintf(&whole, "%s/%s", directory, path) < 0)
		return false;
	done = json_set_string(object, member, whole);
	free(whole);
	return done;
}

/* The ELF file given as firmware is the kernel: there is no other firmware. */
static bool firmware_is_kernel(struct json *info, const char *directory)
{
	struct json *hvm = json_get(info, "type.hvm");
	struct json *firmware = json_get(hvm, "firmware");

	if (!firmware)
		return true;
	return insert(info, "kernel", json_copy(firmware)) &&
	       make_absolute(hvm, "firmware", directory);
}

bool domain_config_complete(struct json *config, const char *directory)
{
	struct json *info = json_get(config, "b_info");

	if (!insert(json_get(config, "c_info"), "domid", json_new_int(INVALID_DOMID)) ||
	    !insert(json_get(info, "arch_x86"), "msr_relaxed", json_new_string("False")) ||
	    !default_vcpus(info) || !default_memory(info) || !firmware_is_kernel(info, directory) ||
	    !make_absolute(info, "kernel", directory) || !make_absolute(info, "ramdisk", directory))
		return false;
	config_sort(config);
	return true;
}
