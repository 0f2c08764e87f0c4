/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xl.conf: what its keys set, and what is said against wrong ones. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

static char *report;

static const struct cpumap_host machine = {.nr_cpus = 4, .node = {0, 0, 1, 1}};

static struct cfg *conf(const char *text, bool good, struct config_defaults *defaults)
{
	size_t size;
	FILE *out;
	struct cfg *cfg;

	free(report);
	out = open_memstream(&report, &size);
	cfg = cfg_parse("xl.conf", text, strlen(text), out);
	cr_assert_not_null(cfg, "%s", text);
	cr_expect_eq(conf_read(cfg, defaults, out), good, "%s", text);
	fclose(out);
	return cfg;
}

/* The compact JSON of @path for a guest with @more under this xl.conf; NULL: refused. */
static void expect(const char *text, const char *more, const char *path, const char *expected)
{
	struct config_defaults defaults;
	struct cfg *c = conf(text, true, &defaults), *guest;
	struct json *config;
	char source[512], *printed;
	FILE *out = fopen("/dev/null", "w");

	snprintf(source, sizeof(source), "name=\"x\"\ntype=\"pvh\"\nkernel=\"k\"\n%s\n", more);
	guest = cfg_parse("g", source, strlen(source), out);
	config = domain_config_build(guest, &machine, &defaults, out, NULL);
	printed = config && json_path(config, path) ? json_print(json_path(config, path), false)
						    : NULL;
	if (expected)
		cr_expect(printed && !strcmp(printed, expected), "%s with %s: %s", text, more,
			  printed);
	else
		cr_expect_null(printed, "%s with %s: %s", text, more, printed);
	free(printed);
	json_free(config);
	cfg_free(guest);
	cfg_free(c);
	fclose(out);
}

Test(xl_conf, what_it_sets)
{
	expect("", "", "b_info.claim_mode", "\"True\"");
	expect("claim_mode=0", "", "b_info.claim_mode", "\"False\"");
	expect("run_hotplug_scripts=0", "", "c_info.run_hotplug_scripts", "\"False\"");
	expect("blkdev_start=\"xvdf\"", "", "b_info.blkdev_start", "\"xvdf\"");
	expect("max_grant_frames=7", "", "b_info.max_grant_frames", "7");
	expect("max_grant_frames=7", "max_grant_frames=9", "b_info.max_grant_frames", "9");
	expect("max_maptrack_frames=0", "", "b_info.max_maptrack_frames", "0");
	expect("max_grant_version=1", "", "b_info.max_grant_version", "1");
	expect("vif.default.bridge=\"b\"\nvif.default.script=\"s\"", "vif=[\"bridge=own\"]", "nics",
	       "[{\"devid\":0,\"bridge\":\"own\",\"script\":\"s\"}]");
	expect("vif.default.backend=\"d\"\nvif.default.gatewaydev=\"e\"", "vif=[\"\"]", "nics",
	       "[{\"backend_domname\":\"d\",\"devid\":0,\"gatewaydev\":\"e\"}]");
}

Test(xl_conf, cpu_masks)
{
	expect("vm.cpumask=\"1-2\"", "vcpus=2\ncpus=\"0-1\"", "b_info.vcpu_hard_affinity",
	       "[[1],[1]]");
	expect("vm.cpumask=\"1-2\"\nvm.hvm.cpumask=\"2-3\"", "vcpus=1", "b_info.vcpu_hard_affinity",
	       "[[2]]");
	expect("vm.pv.cpumask=\"1\"", "vcpus=1", "b_info.vcpu_hard_affinity", NULL);
	/* A vCPU that is left without a CPU. */
	expect("vm.cpumask=\"1\"", "vcpus=1\ncpus=\"0\"", "c_info.name", NULL);
}

static void says(const char *text, bool good, const char *message)
{
	struct config_defaults defaults;

	cfg_free(conf(text, good, &defaults));
	cr_expect(strstr(report, message), "%s: %s", text, report);
	cr_expect_eq(*message == '\0', *report == '\0', "%s: %s", text, report);
}

Test(xl_conf, what_it_says)
{
	says("autoballoon=\"auto\"\noutput_format=\"json\"\ndomid_policy=\"xen\"", true, "");
	says("autoballoon=\"on\"", true, "xl.conf:1: key `autoballoon' has no effect");
	says("autoballoon=1", true, "key `autoballoon' has no effect");
	says("autoballoon=0", true, "");
	says("autoballoon=\"maybe\"", true, "invalid autoballoon option\n");
	says("output_format=\"sxp\"", true, "has no effect: the output is JSON");
	says("output_format=\"x\"", true, "invalid default output format \"x\"\n");
	says("domid_policy=\"random\"", true, "the hypervisor numbers domains");
	says("domid_policy=\"x\"", true, "invalid domid_policy option\n");
	says("lockfile=\"/l\"", true, "key `lockfile' has no effect");
	says("vifscript=\"s\"", true,
	     "the global config option vifscript is deprecated, please switch to "
	     "vif.default.script\n");
	says("claim_mode=\"x\"", true, "warning: parameter `claim_mode' is not a valid number\n");
	says("nonsense=1", true, "key `nonsense' is unknown and ignored\n");
	says("max_grant_frames=\"x\"", false, "must be a number from 0 to 2147483647\n");
	says("max_grant_version=[1]", false, "must be a number");
}

Test(xl_conf, keys_are_documented)
{
	static char manual[65536];
	FILE *file = fopen(XL_CONF_MANUAL, "r");
	size_t i, len;

	cr_assert_not_null(file);
	len = fread(manual, 1, sizeof(manual) - 1, file);
	manual[len] = '\0';
	fclose(file);
	for (i = 0; conf_keys[i]; i++)
		cr_expect(strstr(manual, conf_keys[i]), "%s", conf_keys[i]);
	cr_expect_geq(i, 21);
}
