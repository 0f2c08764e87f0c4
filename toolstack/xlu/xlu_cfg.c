/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xlu_cfg_*: libxlutil's view of toolstack/config's parser. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "xlu.h"

XLU_Config *xlu_cfg_init(FILE *report, const char *report_source)
{
	XLU_Config *config = calloc(1, sizeof(*config));

	if (!config)
		return NULL;
	config->report = report;
	config->source = strdup(report_source);
	if (config->source)
		return config;
	free(config);
	return NULL;
}

void xlu_cfg_destroy(XLU_Config *config)
{
	if (!config)
		return;
	cfg_free(config->cfg);
	free(config->source);
	free(config);
}

/* A caller may read several texts; what comes later counts. */
static int add_text(XLU_Config *config, struct cfg *more)
{
	struct cfg *all = config->cfg;
	struct cfg_setting *settings;

	if (!all || !more->nr) {
		cfg_free(all ? more : NULL);
		config->cfg = all ? all : more;
		return 0;
	}
	settings = reallocarray(all->settings, all->nr + more->nr, sizeof(*settings));
	if (!settings) {
		cfg_free(more);
		return ENOMEM;
	}
	memcpy(settings + all->nr, more->settings, more->nr * sizeof(*settings));
	all->settings = settings;
	all->nr += more->nr;
	more->nr = 0;
	cfg_free(more);
	return 0;
}

static int read_text(XLU_Config *config, const char *data, size_t len)
{
	struct cfg *cfg = cfg_parse(config->source, data, len, config->report);

	return cfg ? add_text(config, cfg) : EINVAL;
}

int xlu_cfg_readdata(XLU_Config *config, const char *data, int length)
{
	return length < 0 ? EINVAL : read_text(config, data, (size_t)length);
}

/* One byte more than the parser takes, so that it tells of a text too long. */
static int read_stream(FILE *file, char **text, size_t *len)
{
	char *buffer = malloc(CFG_MAX_BYTES + 1);

	if (!buffer)
		return ENOMEM;
	*len = fread(buffer, 1, CFG_MAX_BYTES + 1, file);
	if (ferror(file)) {
		int error = errno ? errno : EIO;

		free(buffer);
		return error;
	}
	*text = buffer;
	return 0;
}

int xlu_cfg_readfile(XLU_Config *config, const char *real_filename)
{
	FILE *file = fopen(real_filename, "re");
	size_t len = 0;
	char *text = NULL;
	int rc = file ? read_stream(file, &text, &len) : errno;

	if (rc)
		fprintf(config->report, "%s: unable to open configuration file: %s\n",
			real_filename, strerror(rc));
	if (file)
		fclose(file);
	if (rc)
		return rc;
	rc = read_text(config, text, len);
	free(text);
	return rc;
}

static FILE *report_unless(const XLU_Config *config, int dont_warn)
{
	return dont_warn ? NULL : config->report;
}

/* toolstack/config answers -errno. */
int xlu_cfg_get_string(const XLU_Config *config, const char *n, const char **value_r, int dont_warn)
{
	if (!config->cfg)
		return ESRCH;
	return -cfg_string(config->cfg, n, value_r, report_unless(config, dont_warn));
}

int xlu_cfg_replace_string(const XLU_Config *config, const char *n, char **value_r, int dont_warn)
{
	const char *value;
	int rc = xlu_cfg_get_string(config, n, &value, dont_warn);
	char *copy;

	if (rc)
		return rc;
	copy = strdup(value);
	if (!copy)
		return ENOMEM;
	free(*value_r);
	*value_r = copy;
	return 0;
}

int xlu_cfg_get_long(const XLU_Config *config, const char *n, long *value_r, int dont_warn)
{
	if (!config->cfg)
		return ESRCH;
	return -cfg_long(config->cfg, n, value_r, report_unless(config, dont_warn));
}

int xlu_cfg_get_bounded_long(const XLU_Config *config, const char *n, long min, long max,
			     long *value_r, int dont_warn)
{
	long value;
	int rc = xlu_cfg_get_long(config, n, &value, dont_warn);

	if (rc)
		return rc;
	if (value >= min && value <= max) {
		*value_r = value;
		return 0;
	}
	if (!dont_warn)
		fprintf(config->report, "%s:%d: warning: value `%ld' is %s bound '%ld'\n",
			config->source, cfg_find(config->cfg, n)->line, value,
			value < min ? "smaller than minimum" : "greater than maximum",
			value < min ? min : max);
	return EINVAL;
}

int xlu_cfg_get_defbool(const XLU_Config *config, const char *n, libxl_defbool *b, int dont_warn)
{
	long value;
	int rc = xlu_cfg_get_long(config, n, &value, dont_warn);

	if (!rc)
		libxl_defbool_set(b, value != 0);
	return rc;
}

int xlu_cfg_get_list(const XLU_Config *config, const char *n, XLU_ConfigList **list_r,
		     int *entries_r, int dont_warn)
{
	const struct cfg_value *list;
	int rc = ESRCH;

	if (config->cfg)
		rc = -cfg_list(config->cfg, n, &list, report_unless(config, dont_warn));
	if (rc)
		return rc;
	if (list_r)
		*list_r = (XLU_ConfigList *)list;
	if (entries_r)
		*entries_r = (int)list->nr;
	return 0;
}

XLU_ConfigValue *xlu_cfg_get_listitem2(const XLU_ConfigList *list, int entry)
{
	const struct cfg_value *value = (const struct cfg_value *)list;

	if (entry < 0 || (size_t)entry >= value->nr)
		return NULL;
	return (XLU_ConfigValue *)value->items[entry];
}

const char *xlu_cfg_get_listitem(const XLU_ConfigList *list, int entry)
{
	const struct cfg_value *value = (struct cfg_value *)xlu_cfg_get_listitem2(list, entry);

	return value && value->type == CFG_STRING ? value->string : NULL;
}

/* A libxl_string_list ends at its first NULL, and so it does at an item that is
 * no string. */
int xlu_cfg_get_list_as_string_list(const XLU_Config *config, const char *n, libxl_string_list *psl,
				    int dont_warn)
{
	XLU_ConfigList *list;
	const char *item;
	char **strings;
	int i, nr, rc = xlu_cfg_get_list(config, n, &list, &nr, dont_warn);

	if (rc)
		return rc;
	strings = calloc((size_t)nr + 1, sizeof(*strings));
	if (!strings)
		return ENOMEM;
	for (i = 0; i < nr && (item = xlu_cfg_get_listitem(list, i)); i++) {
		strings[i] = strdup(item);
		if (strings[i])
			continue;
		while (i--)
			free(strings[i]);
		free(strings);
		return ENOMEM;
	}
	*psl = strings;
	return 0;
}

enum XLU_ConfigValueType xlu_cfg_value_type(const XLU_ConfigValue *value)
{
	return ((const struct cfg_value *)value)->type == CFG_LIST ? XLU_LIST : XLU_STRING;
}

/* Debian's library has no column either: always 0. */
static int wrong_type(const XLU_Config *config, const XLU_ConfigValue *value, const char *wanted,
		      int dont_warn)
{
	if (!dont_warn)
		fprintf(config->report, "%s:%d:0: warning: value is not a %s\n", config->source,
			((const struct cfg_value *)value)->line, wanted);
	return EINVAL;
}

int xlu_cfg_value_get_string(const XLU_Config *config, XLU_ConfigValue *value, char **value_r,
			     int dont_warn)
{
	*value_r = NULL;
	if (xlu_cfg_value_type(value) != XLU_STRING)
		return wrong_type(config, value, "string", dont_warn);
	*value_r = ((struct cfg_value *)value)->string;
	return 0;
}

int xlu_cfg_value_get_list(const XLU_Config *config, XLU_ConfigValue *value,
			   XLU_ConfigList **value_r, int dont_warn)
{
	*value_r = NULL;
	if (xlu_cfg_value_type(value) != XLU_LIST)
		return wrong_type(config, value, "list", dont_warn);
	*value_r = (XLU_ConfigList *)value;
	return 0;
}
