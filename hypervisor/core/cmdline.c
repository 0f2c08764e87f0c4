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

enum kind { BOOLEAN, NUMBER, SIZE, TEXT };

static const struct option {
	const char *name;
	enum kind kind;
	void *var;
	size_t size; /* of a TEXT */
} options[] = {
	{"console", TEXT, boot_options.console, sizeof(boot_options.console)},
	{"loglvl", TEXT, boot_options.loglvl, sizeof(boot_options.loglvl)},
	{"selftest", TEXT, boot_options.selftest, sizeof(boot_options.selftest)},
	{"conring_size", SIZE, &boot_options.conring_size, 0},
	{"mem", SIZE, &boot_options.mem, 0},
	{"maxcpus", NUMBER, &boot_options.maxcpus, 0},
	{"noreboot", BOOLEAN, &boot_options.noreboot, 0},
	{"upcall_vector", BOOLEAN, &policy_upcall_vector, 0},
	{"sync_console", BOOLEAN, &boot_options.sync_console, 0},
};

static const struct option *find(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(name, options[i].name))
			return &options[i];
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
	case BOOLEAN:
		return parse_bool(value ? value : "1", o->var);
	case NUMBER:
		v = value ? strtoull(value, &end, 0) : 0;
		if (!value || end == value || *end || v > UINT32_MAX)
			return false;
		*(unsigned int *)o->var = (unsigned int)v;
		return true;
	case SIZE:
		return value && parse_size(value, o->var);
	case TEXT:
		if (!value || strlen(value) >= o->size)
			return false;
		strlcpy(o->var, value, o->size);
		return true;
	}
	return false;
}

static void parse_word(char *word)
{
	char *value = strchr(word, '=');
	const struct option *o;

	if (value)
		*value++ = '\0';
	o = find(word);
	if (!o && !value && !strncmp(word, "no-", 3)) {
		o = find(word + 3);
		value = "0";
		if (o && o->kind != BOOLEAN)
			o = NULL;
	}
	if (!o)
		printk("Command line: unknown option \"%s\"\n", word);
	else if (!set_option(o, value))
		printk("Command line: bad value for \"%s\": \"%s\"\n", word, value ? value : "");
}

void cmdline_parse(const char *line)
{
	char word[128];
	bool first = true;

	strlcpy(cmdline_saved, line, sizeof(cmdline_saved));
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
			printk("Command line: an option is longer than %zu characters\n",
			       sizeof(word) - 1);
		} else if (!first || *line != '/') {
			memcpy(word, line, n);
			word[n] = '\0';
			parse_word(word);
		}
		first = false;
		line += n;
	}
}
