/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Options of the hypervisor's command line; nacre-options(7) describes them. */
#ifndef HV_CMDLINE_H
#define HV_CMDLINE_H

#include <hv/types.h>

struct boot_options {
	char console[32];      /* comma list of com1, debugcon, none */
	char loglvl[16];       /* none, error, warning, info, debug or all */
	char selftest[32];     /* name of a deliberate fault; selftest.c */
	uint64_t conring_size; /* bytes */
	uint64_t mem;	       /* use RAM below this address only; 0 = all */
	unsigned int maxcpus;  /* 0 = all */
	char sched[16];	       /* the policy of Pool-0 */
	unsigned int ratelimit_us;
	char credit2_runqueue[8]; /* cpu, core, socket, node, all */
	unsigned int credit2_max_cpus, credit2_cap_period_ms, credit2_load_window_shift;
	unsigned int credit2_migrate_resist_us;
	int credit2_balance_under, credit2_balance_over; /* powers of two of a load */
	bool noreboot;					 /* a fatal error stops the machine */
	bool sync_console;				 /* the console always is */
	bool module_guests; /* boot modules are guests; hv/module_guests.h */
};
extern struct boot_options boot_options;

enum option_kind { OPTION_BOOLEAN, OPTION_NUMBER, OPTION_SIZE, OPTION_TEXT };

struct option {
	const char *name; /* NULL ends a table */
	enum option_kind kind;
	void *var;	  /* bool, (unsigned) int, uint64_t or char[] */
	size_t size;	  /* of a text */
	int64_t min, max; /* of a number: what is outside is refused */
};
#define OPTION_FLAG(text, field)                                                                   \
	{                                                                                          \
		.name = (text), .kind = OPTION_BOOLEAN, .var = &(field)                            \
	}
#define OPTION_WORD(text, field)                                                                   \
	{                                                                                          \
		.name = (text), .kind = OPTION_TEXT, .var = (field), .size = sizeof(field)         \
	}
#define OPTION_AMOUNT(text, field)                                                                 \
	{                                                                                          \
		.name = (text), .kind = OPTION_SIZE, .var = &(field)                               \
	}
#define OPTION_RANGE(text, field, low, high)                                                       \
	{                                                                                          \
		.name = (text), .kind = OPTION_NUMBER, .var = &(field), .min = (low),              \
		.max = (high)                                                                      \
	}
#define OPTION_END                                                                                 \
	{                                                                                          \
		.name = NULL                                                                       \
	}

/* Obey the words of @line; complains about what it does not know of @what. */
void options_parse(const struct option *table, const char *what, const char *line);
/* Fills boot_options from @line; warns about what it does not know. */
void cmdline_parse(const char *line);
/* The whole line, for XEN_SYSCTL and xen_version(commandline). */
extern char cmdline_saved[1024];

#endif
