/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef NACRE_XL_FOLLOW_H
#define NACRE_XL_FOLLOW_H

#include <libxl.h>
#include <libxl_event.h>
#include <stdbool.h>

/* What `xl create -F' follows. */
struct follow {
	const libxl_domain_config *config;
	uint32_t domid;
	libxl_evgen_domain_death *watch;
};

/* Watch the domain, before it runs, so that nothing of it is missed.  False after a message. */
bool follow_begin(struct follow *follow, uint32_t domid, const libxl_domain_config *config);

/*
 * Stay until it is gone for good, telling each step as Xen's xl does.  nacred carries out
 * what on_poweroff and so on ask for; this only watches.  An exit status.
 */
int follow_domain(struct follow *follow);

/* The on_* action for a shutdown reason, with xl.cfg's name. */
const char *follow_action(const libxl_domain_config *config, int reason);

#endif
