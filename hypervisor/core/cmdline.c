/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch_x86.h>
#include <hv/cmdline.h>
#include <hv/printk.h>
#include <hv/string.h>

struct boot_options boot_options = {
	.console = "com1,debugcon",
	.loglvl = "info",
	.conring_size = 64 << 10,
};
char cmdline_saved[1024];

static const struct option options[] = {
	{"console", OPTION_TEXT, boot_options.console, sizeof(boot_options.console)},
	{"loglvl", OPTION_TEXT, boot_options.loglvl, sizeof(boot_options.loglvl)},
	{"selftest", OPTION_TEXT, boot_options.selftest, sizeof(boot_options.selftest)},
	{"conring_size", OPTION_SIZE, &boot_options.conring_size, 0},
	{"mem", OPTION_SIZE, &boot_options.mem, 0},
	{"maxcpus", OPTION_NUMBER, &boot_options.maxcpus, 0},
	{"noreboot", OPTION_BOOLEAN, &boot_options.noreboot, 0},
	{"upcall_vector", OPTION_BOOLEAN, &policy_upcall_vector, 0},
	{"sync_console", OPTION_BOOLEAN, &boot_options.sync_console, 0},
	{"module_guests", OPTION_BOOLEAN, &boot_options.module_guests, 0},
	{NULL, OPTION_BOOLEAN, NULL, 0},
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
	char *end;
	uint64_t v;

	switch (o->kind) {
	case OPTION_BOOLEAN:
		return parse_bool(value ? value : "1", o->var);
	case OPTION_NUMBER:
		v = value ? strtoull(value, &end, 0) : 0;
		if (!value || end == value || *end || v > UINT32_MAX)
			return false;
		*(unsigned int *)o->var = (unsigned int)v;
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
