/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "cfg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cfg_value.h"

void cfg_free(struct cfg *cfg)
{
	size_t i;

	if (!cfg)
		return;
	for (i = 0; i < cfg->nr; i++) {
		free(cfg->settings[i].key);
		cfg_value_free(cfg->settings[i].value);
	}
	free(cfg->settings);
	free(cfg->source);
	free(cfg);
}

const struct cfg_setting *cfg_find(const struct cfg *cfg, const char *key)
{
	size_t i;

	for (i = cfg->nr; i > 0; i--)
		if (!strcmp(cfg->settings[i - 1].key, key))
			return &cfg->settings[i - 1];
	return NULL;
}

static void warn(const struct cfg *cfg, const struct cfg_setting *setting, const char *what,
		 FILE *report)
{
	if (report)
		fprintf(report, "%s:%d: warning: parameter `%s' %s\n", cfg->source, setting->line,
			setting->key, what);
}

int cfg_string(const struct cfg *cfg, const char *key, const char **value, FILE *report)
{
	const struct cfg_setting *setting = cfg_find(cfg, key);

	if (!setting)
		return -ESRCH;
	if (setting->value->type != CFG_STRING) {
		warn(cfg, setting, "is a list but should be a single value", report);
		return -EINVAL;
	}
	*value = setting->value->string;
	return 0;
}

int cfg_list(const struct cfg *cfg, const char *key, const struct cfg_value **value, FILE *report)
{
	const struct cfg_setting *setting = cfg_find(cfg, key);

	if (!setting)
		return -ESRCH;
	if (setting->value->type != CFG_LIST) {
		warn(cfg, setting, "is a single value but should be a list", report);
		return -EINVAL;
	}
	*value = setting->value;
	return 0;
}

int cfg_number(const char *text, long *value)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 0);
	if (errno)
		return -ERANGE;
	if (end == text || *end)
		return -EINVAL;
	*value = number;
	return 0;
}

int cfg_long(const struct cfg *cfg, const char *key, long *value, FILE *report)
{
	const struct cfg_setting *setting;
	const char *text;
	int rc = cfg_string(cfg, key, &text, report);

	if (rc)
		return rc;
	setting = cfg_find(cfg, key);
	if (setting->added) {
		if (report)
			fprintf(report,
				"%s:%d: warning: can't use += with numbers for parameter `%s'\n",
				cfg->source, setting->line, key);
		return -EINVAL;
	}
	rc = cfg_number(text, value);
	if (rc == -ERANGE)
		warn(cfg, setting, "could not be parsed as a number: Numerical result out of range",
		     report);
	else if (rc)
		warn(cfg, setting, "is not a valid number", report);
	return rc;
}

bool cfg_value_is_off(const struct cfg_value *value)
{
	long number;

	if (value->type == CFG_LIST)
		return value->nr == 0;
	if (!value->string[0] || !strcmp(value->string, "none") ||
	    !strcmp(value->string, "disabled"))
		return true;
	return !cfg_number(value->string, &number) && number == 0;
}
