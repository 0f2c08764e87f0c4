/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A program of the days of 4.2, which takes the functions as they were. */
#define LIBXL_API_VERSION 0x040200

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <stdlib.h>

static void occurred(void *user, const libxl_event *event)
{
	(void)user;
	printf("%d\n", event->type);
}

static int move(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *map)
{
	uint32_t target, free_kb, need;
	libxl_domain_build_info info;

	libxl_domain_build_info_init(&info);
	return libxl_set_vcpuaffinity(ctx, domid, 0, map) ||
	       libxl_set_vcpuaffinity_all(ctx, domid, 2, map) ||
	       libxl_set_vcpuonline(ctx, domid, map) ||
	       libxl_get_memory_target(ctx, domid, &target) ||
	       libxl_get_free_memory(ctx, &free_kb) || libxl_domain_need_memory(ctx, &info, &need);
}

int main(int argc, char **argv)
{
	static const libxl_event_hooks hooks = {.event_occurs = occurred};
	libxl_uuid a, b;
	libxl_ctx *ctx;
	libxl_bitmap map;
	libxl_domain_config config;
	uint32_t domid = 1;
	const char *name = libxl_basename(argv[0]);

	(void)argc;
	if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, NULL))
		return 1;
	libxl_event_register_callbacks(ctx, &hooks, NULL);
	libxl_uuid_generate(&a);
	libxl_uuid_copy(&b, &a);
	libxl_bitmap_init(&map);
	if (libxl_domain_pause(ctx, domid) || libxl_domain_unpause(ctx, domid) ||
	    libxl_domain_shutdown(ctx, domid) || libxl_domain_reboot(ctx, domid) ||
	    libxl_send_trigger(ctx, domid, LIBXL_TRIGGER_POWER, 0) || move(ctx, domid, &map))
		return 1;
	libxl_domain_config_init(&config);
	if (libxl_domain_create_restore(ctx, &config, &domid, 0, NULL, NULL))
		return libxl_console_exec(ctx, domid, 0, LIBXL_CONSOLE_TYPE_PV);
	puts(name);
	return libxl_primary_console_exec(ctx, domid);
}
