/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What libxl adds to a configuration before it builds the domain, so that the
 * stored one (`xl list -l') reads as with real xl: absolute paths, defaults.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "domain_config.h"

#define DEFAULT_MEMKB (32 * 1024)  /* libxl's, when neither memory nor maxmem is set */
#define INVALID_DOMID 4294967295ll /* "any": c_info.domid asks for no number */

/* Add @member behind the last of the members named in @before (ended by NULL)
 * that there is, or in front of all.  An existing one stays. */
static bool insert(struct json *object, const char *const *before, const char *member,
		   struct json *v)
{
	size_t i, place = 0;
	struct json *item;
	char *key;

	if (json_get(object, member)) {
		json_free(v);
		return true;
	}
	if (!json_set(object, member, v))
		return false;
	for (; *before; before++)
		for (i = 0; i < object->nr - 1; i++)
			if (!strcmp(object->keys[i], *before))
				place = i + 1;
	key = object->keys[object->nr - 1];
	item = object->items[object->nr - 1];
	for (i = object->nr - 1; i > place; i--) {
		object->keys[i] = object->keys[i - 1];
		object->items[i] = object->items[i - 1];
	}
	object->keys[place] = key;
	object->items[place] = item;
	return true;
}

static bool default_vcpus(struct json *info)
{
	static const char *const first[] = {NULL}, *const after_max[] = {"max_vcpus", NULL};
	struct json *avail = json_new_array();

	if (avail && !json_append(avail, json_new_int(0))) {
		json_free(avail);
		return false;
	}
	return insert(info, after_max, "avail_vcpus", avail) &&
	       insert(info, first, "max_vcpus", json_new_int(1));
}

static bool default_memory(struct json *info)
{
	static const char *const before[] = {
		"max_vcpus",	      "avail_vcpus",	"vcpu_hard_affinity",
		"vcpu_soft_affinity", "numa_placement", "tsc_mode",
		"max_memkb",	      "target_memkb",	NULL};
	int64_t max = json_int(json_get(info, "max_memkb"), DEFAULT_MEMKB);

	return insert(info, before, "max_memkb", json_new_int(max)) &&
	       insert(info, before, "target_memkb", json_new_int(max)) &&
	       insert(info, before, "video_memkb", json_new_int(0));
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
	static const char *const before[] = {"claim_mode", "event_channels", NULL};
	struct json *hvm = json_get(info, "type.hvm");
	struct json *firmware = json_get(hvm, "firmware");

	if (!firmware)
		return true;
	return insert(info, before, "kernel", json_copy(firmware)) &&
	       make_absolute(hvm, "firmware", directory);
}

bool domain_config_complete(struct json *config, const char *directory)
{
	static const char *const after_name[] = {"type", "hap", "name", NULL};
	static const char *const none[] = {NULL};
	struct json *info = json_get(config, "b_info");

	return insert(json_get(config, "c_info"), after_name, "domid",
		      json_new_int(INVALID_DOMID)) &&
	       insert(json_get(info, "arch_x86"), none, "msr_relaxed", json_new_string("False")) &&
	       default_vcpus(info) && default_memory(info) && firmware_is_kernel(info, directory) &&
	       make_absolute(info, "kernel", directory) &&
	       make_absolute(info, "ramdisk", directory);
}
