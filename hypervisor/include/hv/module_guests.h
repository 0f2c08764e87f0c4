/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Guests from boot modules, without a toolstack: for tests where no domain 0 can
 * be (option module_guests; nacre-options(7) has the words of a module's line).
 * Each module runs to its end before the next is built; what a guest says in its
 * verdict line counts, and the machine is switched off after the last one.
 */
#ifndef HV_MODULE_GUESTS_H
#define HV_MODULE_GUESTS_H

#include <hv/types.h>

struct boot_module {
	const void *data; /* stays mapped and unchanged */
	size_t size;
	const char *line; /* "[OPTION]... [-- COMMAND LINE OF THE GUEST]" */
};

/* Make the external domain 0 that the guests see, and begin with the first. */
void module_guests_start(const struct boot_module *modules, unsigned int nr);
/* An event for domain 0, or a deadline; from the dispatch loop of the boot CPU.
 * Nothing happens when module_guests_start() was not called. */
void module_guests_work(void);

#endif
