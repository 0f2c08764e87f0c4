/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * ends NAME KERNEL: a guest that powers off by itself, followed by events.  The library
 * leaves it as it is, whatever on_poweroff says: that is its user's to do.
 */
#include "common.h"

static void expect(libxl_ctx *ctx, uint32_t domid, libxl_event_type type)
{
	libxl_event *event;

	MUST(!libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL));
	MUST(event->type == type);
	MUST(event->domid == domid);
	MUST(event->for_user == 0x1234);
	if (type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN)
		MUST(event->u.domain_shutdown.shutdown_reason == LIBXL_SHUTDOWN_REASON_POWEROFF);
	libxl_event_free(ctx, event);
}

int main(int argc, char **argv)
{
	libxl_evgen_domain_death *death, *late;
	libxl_ctx *ctx = new_context();
	libxl_domain_config config;
	uint32_t domid = 0;

	MUST(argc == 3);
	describe(&config, argv[1], argv[2]);
	MUST(!libxl_domain_create_new(ctx, &config, &domid, NULL, NULL));
	MUST(domid > 0 && domid < 0x7ff0);
	libxl_domain_config_dispose(&config);
	MUST(!libxl_evenable_domain_death(ctx, domid, 0x1234, &death));
	MUST(!libxl_domain_unpause(ctx, domid, NULL));
	expect(ctx, domid, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN);
	/* Who asks late hears of it as well. */
	MUST(!libxl_evenable_domain_death(ctx, domid, 0x1234, &late));
	expect(ctx, domid, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN);
	MUST(!libxl_domain_destroy(ctx, domid, NULL));
	expect(ctx, domid, LIBXL_EVENT_TYPE_DOMAIN_DEATH);
	expect(ctx, domid, LIBXL_EVENT_TYPE_DOMAIN_DEATH);
	libxl_evdisable_domain_death(ctx, death);
	libxl_evdisable_domain_death(ctx, late);
	MUST(libxl_domain_destroy(ctx, domid, NULL) == ERROR_DOMAIN_NOTFOUND);
	libxl_ctx_free(ctx);
	puts("ends well");
	return 0;
}
