/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A program as libvirt's driver might be: makes a configuration, prints and reads it,
 * needs neither hypervisor nor daemon.  Runs with either library, whose functions for
 * types use no more of a context than its logger. */
#include <libxl.h>
#include <libxl_json.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static libxl_ctx *context(void)
{
	static char bytes[65536] __attribute__((aligned(16)));

	return (libxl_ctx *)bytes;
}

static void build(libxl_domain_config *config)
{
	libxl_domain_build_info *info = &config->b_info;

	libxl_domain_config_init(config);
	config->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
	config->c_info.name = strdup("w\xc3\xa9 b");
	libxl_uuid_from_string(&config->c_info.uuid, "65622c59-e557-4667-9137-aaa6b8bdd5d7");
	libxl_defbool_set(&config->c_info.run_hotplug_scripts, false);
	libxl_domain_build_info_init_type(info, config->c_info.type);
	info->max_vcpus = 3;
	libxl_bitmap_alloc(context(), &info->avail_vcpus, info->max_vcpus);
	libxl_bitmap_set_any(&info->avail_vcpus);
	info->max_memkb = 131072;
	info->kernel = strdup("/boot/vmlinuz");
	config->disks = calloc(2, sizeof(*config->disks));
	config->num_disks = 2;
	libxl_device_disk_init(&config->disks[0]);
	libxl_device_disk_init(&config->disks[1]);
	config->disks[0].format = LIBXL_DISK_FORMAT_RAW;
	config->disks[1].vdev = strdup("xvdb");
	config->on_crash = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
}

static int print_with_yajl(libxl_domain_config *config)
{
	yajl_gen gen = yajl_gen_alloc(NULL);
	const unsigned char *text;
	size_t len;
	unsigned int bit;

	if (!gen || libxl_domain_config_gen_json(gen, config) != yajl_gen_status_ok ||
	    yajl_gen_get_buf(gen, &text, &len) != yajl_gen_status_ok)
		return 1;
	printf("%.*s\n", (int)len, text);
	yajl_gen_free(gen);
	libxl_for_each_set_bit(bit, config->b_info.avail_vcpus) printf("vCPU %u\n", bit);
	return 0;
}

int main(void)
{
	libxl_domain_config config, again;
	libxl_action_on_shutdown action;
	char *text;
	int rc;

	build(&config);
	text = libxl_domain_config_to_json(context(), &config);
	if (!text)
		return 1;
	fputs(text, stdout);
	rc = libxl_domain_config_from_json(context(), &again, text);
	if (rc || print_with_yajl(&again))
		return 1;
	printf("%s %d %s\n", libxl_action_on_shutdown_to_string(again.on_crash),
	       libxl_action_on_shutdown_from_string("Restart", &action),
	       libxl_error_to_string(ERROR_NOTFOUND));
	printf(LIBXL_UUID_FMT "\n", LIBXL_UUID_BYTES(again.c_info.uuid));
	free(text);
	libxl_domain_config_dispose(&config);
	libxl_domain_config_dispose(&again);
	return 0;
}
