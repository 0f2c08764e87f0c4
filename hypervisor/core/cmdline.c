/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch_x86.h>
#include <hv/cmdline.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <xen/sysctl.h>

struct boot_options boot_options = {
	.console = "com1,debugcon",
	.loglvl = "info",
	.conring_size = 64 << 10,
	.sched = "credit2",
	.ratelimit_us = 1000,
	.credit2_runqueue = "socket",
	.credit2_max_cpus = 16,
	.credit2_cap_period_ms = 10,
	.credit2_load_window_shift = 30,
	.credit2_migrate_resist_us = 500,
	.credit2_balance_over = -3,
};
char cmdline_saved[1024];

static const struct option options[] = {
	OPTION_WORD("console", boot_options.console),
	OPTION_WORD("loglvl", boot_options.loglvl),
	OPTION_WORD("selftest", boot_options.selftest),
	OPTION_AMOUNT("conring_size", boot_options.conring_size),
	OPTION_AMOUNT("mem", boot_options.mem),
	OPTION_RANGE("maxcpus", boot_options.maxcpus, 0, UINT32_MAX),
	OPTION_WORD("sched", boot_options.sched),
	OPTION_RANGE("sched_ratelimit_us", boot_options.ratelimit_us, 0,
		     XEN_SYSCTL_SCHED_RATELIMIT_MAX),
	OPTION_WORD("credit2_runqueue", boot_options.credit2_runqueue),
	OPTION_RANGE("sched_credit2_max_cpus_runqueue", boot_options.credit2_max_cpus, 1, 64),
	OPTION_RANGE("credit2_cap_period_ms", boot_options.credit2_cap_period_ms, 1, 1000),
	OPTION_RANGE("credit2_load_window_shift", boot_options.credit2_load_window_shift, 16, 40),
	OPTION_RANGE("credit2_balance_under", boot_options.credit2_balance_under, -18, 18),
	OPTION_RANGE("credit2_balance_over", boot_options.credit2_balance_over, -18, 18),
	OPTION_RANGE("sched_credit2_migrate_resist", boot_options.credit2_migrate_resist_us, 0,
		     1000000),
	OPTION_FLAG("noreboot", boot_options.noreboot),
	OPTION_FLAG("upcall_vector", policy_upcall_vector),
	OPTION_FLAG("sync_console", boot_options.sync_console),
	OPTION_FLAG("module_guests", boot_options.module_guests),
	OPTION_END,
};

/* A table ends with an option without a name. */
static const struct option *find(const struct option *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(name, table->name))
			return table;
	return NULL;
}

/* Bytes with an optional unit B, K, M, G or T; K when there is none, as in Xen. */
static bool parse_size(const char *s, uint64_t *out)
{
	static const char units[] = "bkmgt";
	unsigned int shift = 10;
	char *end;
	uint64_t v = strtoull(s, &end, 0);
	const char *unit = *end ? strchr(units, *end | 0x20) : NULL;

	if (end == s)
		return false;
	if (unit && *unit) {
		shift = 10 * (unsigned int)(unit - units);
		end++;
	}
	if (*end || v > UINT64_MAX >> shift)
		return false;
	*out = v << shift;
	return true;
}

static bool parse_bool(const char *s, bool *out)
{
	static const char *const yes[] = {"1", "yes", "on", "true", "enable"};
	static const char *const no[] = {"0", "no", "off", "false", "disable"};

	for (unsigned int i = 0; i < ARRAY_SIZE(yes); i++) {
		if (!strcmp(s, yes[i]) || !strcmp(s, no[i])) {
			*out = !strcmp(s, yes[i]);
			return true;
		}
	}
	return false;
}

static bool set_option(const struct option *o, const char *value)
{
	bool minus = value && *value == '-';
	int64_t v;
	char *end;

	switch (o->kind) {
	case OPTION_BOOLEAN:
		return parse_bool(value ? value : "1", o->var);
	case OPTION_NUMBER:
		v = value ? (int64_t)strtoull(value + minus, &end, 0) : 0;
		if (!value || end == value + minus || *end)
			return false;
		v = minus ? -v : v;
		if (v < o->min || v > o->max)
			return false;
		*(int *)o->var = (int)v;
		return true;
	case OPTION_SIZE:
		return value && parse_size(value, o->var);
	case OPTION_TEXT:
		if (!value || strlen(value) >= o->size)
			return false;
		strlcpy(o->var, value, o->size);
		return true;
	}
	return false;
}

static void parse_word(const struct option *table, const char *what, char *word)
{
	char *value = strchr(word, '=');
	const struct option *o;

	if (value)
		*value++ = '\0';
	o = find(table, word);
	if (!o && !value && !strncmp(word, "no-", 3)) {
		o = find(table, word + 3);
		value = "0";
		if (o && o->kind != OPTION_BOOLEAN)
			o = NULL;
	}
	if (!o)
		printk("%s: unknown option \"%s\"\n", what, word);
	else if (!set_option(o, value))
		printk("%s: bad value for \"%s\": \"%s\"\n", what, word, value ? value : "");
}

void options_parse(const struct option *table, const char *what, const char *line)
{
	char word[128];
	bool first = true;

	while (*line) {
		size_t n = 0;

		while (*line == ' ')
			line++;
		while (line[n] && line[n] != ' ')
			n++;
		if (!n)
			break;
		/* Some loaders put the image's own path in front. */
		if (n >= sizeof(word)) {
			printk("%s: an option is longer than %zu characters\n", what,
			       sizeof(word) - 1);
		} else if (!first || *line != '/') {
			memcpy(word, line, n);
			word[n] = '\0';
			parse_word(table, what, word);
		}
		first = false;
		line += n;
	}
}

void cmdline_parse(const char *line)
{
	strlcpy(cmdline_saved, line, sizeof(cmdline_saved));
	options_parse(options, "Command line", line);
}
