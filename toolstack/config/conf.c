/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "conf.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

const char *const conf_keys[] = {
	"autoballoon",
	"blkdev_start",
	"claim_mode",
	"colo.default.proxyscript",
	"defaultbridge",
	"domid_policy",
	"lockfile",
	"max_grant_frames",
	"max_grant_version",
	"max_maptrack_frames",
	"output_format",
	"remus.default.netbufscript",
	"run_hotplug_scripts",
	"vif.default.backend",
	"vif.default.bridge",
	"vif.default.gatewaydev",
	"vif.default.script",
	"vifscript",
	"vm.cpumask",
	"vm.hvm.cpumask",
	"vm.pv.cpumask",
	NULL,
};

static bool known(const char *key)
{
	size_t i;

	for (i = 0; conf_keys[i]; i++)
		if (!strcmp(conf_keys[i], key))
			return true;
	return false;
}

static void warn(const struct cfg *cfg, const char *key, const char *what, FILE *report)
{
	const struct cfg_setting *setting = cfg_find(cfg, key);

	fprintf(report, "xl: warning: %s:%d: key `%s' %s\n", cfg->source, setting->line, key, what);
}

/* A word out of a few; NULL when it is not set or wrong. */
static const char *word(const struct cfg *cfg, const char *key, const char *const *words,
			FILE *report)
{
	const char *value;
	size_t i;

	if (cfg_string(cfg, key, &value, report))
		return NULL;
	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], value))
			return words[i];
	if (!strcmp(key, "output_format"))
		fprintf(report, "invalid default output format \"%s\"\n", value);
	else
		fprintf(report, "invalid %s option\n", key);
	return NULL;
}

/* Settings whose other value would change nothing here. */
static void read_without_effect(const struct cfg *cfg, FILE *report)
{
	static const char *const ballooning[] = {"on", "1", "off", "0", "auto", NULL};
	static const char *const policies[] = {"xen", "random", NULL};
	static const char *const formats[] = {"json", "sxp", NULL};
	static const char *const others[][2] = {
		{"lockfile", "has no effect: nacred creates one domain after the other itself"},
		{"vm.pv.cpumask", "has no effect: there are no PV guests"},
		{"remus.default.netbufscript", "has no effect: there is no migration"},
		{"colo.default.proxyscript", "has no effect: there is no migration"},
	};
	const char *value = word(cfg, "autoballoon", ballooning, report);
	size_t i;

	if (value && (!strcmp(value, "on") || !strcmp(value, "1")))
		warn(cfg, "autoballoon", "has no effect: domain 0 is never made smaller", report);
	value = word(cfg, "output_format", formats, report);
	if (value && !strcmp(value, "sxp"))
		warn(cfg, "output_format", "has no effect: the output is JSON", report);
	value = word(cfg, "domid_policy", policies, report);
	if (value && !strcmp(value, "random"))
		warn(cfg, "domid_policy", "has no effect: the hypervisor numbers domains", report);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (cfg_find(cfg, others[i][0]) && !cfg_string(cfg, others[i][0], &value, report))
			warn(cfg, others[i][0], others[i][1], report);
}

/* A key of xm's time that became another one. */
static void read_renamed(const struct cfg *cfg, const char *old, const char *key,
			 const char **value, FILE *report)
{
	if (!cfg_string(cfg, old, value, report))
		fprintf(report, "the global config option %s is deprecated, please switch to %s\n",
			old, key);
	cfg_string(cfg, key, value, report);
}

static void read_bool(const struct cfg *cfg, const char *key, bool *value, FILE *report)
{
	long number;

	if (!cfg_long(cfg, key, &number, report))
		*value = number;
}

static bool read_limit(const struct cfg *cfg, const char *key, long *limit, FILE *report)
{
	long number;
	int rc = cfg_long(cfg, key, &number, NULL);

	if (rc == -ESRCH)
		return true;
	if (!rc && number >= 0 && number <= INT_MAX) {
		*limit = number;
		return true;
	}
	fprintf(report, "%s:%d: parameter `%s' must be a number from 0 to %d\n", cfg->source,
		cfg_find(cfg, key)->line, key, INT_MAX);
	return false;
}

bool conf_read(const struct cfg *cfg, struct config_defaults *defaults, FILE *report)
{
	size_t i;

	*defaults = config_no_defaults;
	for (i = 0; i < cfg->nr; i++)
		if (!known(cfg->settings[i].key))
			warn(cfg, cfg->settings[i].key, "is unknown and ignored", report);
	read_without_effect(cfg, report);
	read_bool(cfg, "run_hotplug_scripts", &defaults->run_hotplug_scripts, report);
	read_bool(cfg, "claim_mode", &defaults->claim_mode, report);
	read_renamed(cfg, "vifscript", "vif.default.script", &defaults->nic.script, report);
	read_renamed(cfg, "defaultbridge", "vif.default.bridge", &defaults->nic.bridge, report);
	cfg_string(cfg, "vif.default.gatewaydev", &defaults->nic.gatewaydev, report);
	cfg_string(cfg, "vif.default.backend", &defaults->nic.backend, report);
	cfg_string(cfg, "blkdev_start", &defaults->blkdev_start, report);
	cfg_string(cfg, "vm.cpumask", &defaults->vm_cpumask, report);
	cfg_string(cfg, "vm.hvm.cpumask", &defaults->hvm_cpumask, report);
	return read_limit(cfg, "max_grant_frames", &defaults->max_grant_frames, report) &&
	       read_limit(cfg, "max_maptrack_frames", &defaults->max_maptrack_frames, report) &&
	       read_limit(cfg, "max_grant_version", &defaults->max_grant_version, report);
}
