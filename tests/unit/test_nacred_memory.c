/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* memory.*, domain.trigger, domain.sysrq, domain.update_config, host.debug_keys,
 * host.set_parameters: over a hypervisor and a xenstore of a few lines. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/domain.h"
#include "ctrl/host.h"
#include "ctrl/hypfs.h"
#include "fake_cpus.h"

#define TARGET "/local/domain/1/memory/target"
#define MAX    "/local/domain/1/memory/static-max"

static uint64_t limit_kib;
static int limit_rc, trigger_rc, hypfs_rc;
static uint32_t triggered, triggered_vcpu;
static char pressed[200], parameters[200];

int __wrap_ctrl_domain_set_max_mem(struct ctrl *c, uint32_t domid, uint64_t kib)
{
	if (!limit_rc)
		limit_kib = kib;
	return limit_rc;
}

int __wrap_ctrl_domain_trigger(struct ctrl *c, uint32_t domid, uint32_t vcpu, uint32_t trigger)
{
	triggered = trigger + 1;
	triggered_vcpu = vcpu;
	return trigger_rc;
}

int __wrap_ctrl_host_debug_keys(struct ctrl *c, const char *keys)
{
	strncat(pressed, keys, sizeof(pressed) - 1);
	return 0;
}

int __wrap_ctrl_hypfs_probe(struct ctrl *c)
{
	return hypfs_rc;
}

int __wrap_ctrl_hypfs_write(struct ctrl *c, const char *path, const char *value)
{
	snprintf(parameters + strlen(parameters), sizeof(parameters) - strlen(parameters), "%s=%s ",
		 path, value);
	return strstr(path, "nosuch") ? -ENOENT : 0;
}

static void start(void)
{
	fake_start();
	fake_set_node(TARGET, "131072");
	fake_set_node(MAX, "262144");
}

TestSuite(memory, .init = start, .fini = fake_stop);

static void says(const char *text, const char *word)
{
	cr_assert(strstr(text, word), "no %s in: %s", word, text);
}

Test(memory, get_reads_the_nodes)
{
	says(fake_text("memory.get", "{\"domain\":1}"),
	     "\"target_kib\":131072,\"max_kib\":262144,\"current_kib\":0");
	fake_set_node(TARGET, "12x");
	says(fake_text("memory.get", "{\"domain\":1}"), "\"target_kib\":0,");
	fake_set_node(TARGET, "-1");
	says(fake_text("memory.get", "{\"domain\":1}"), "\"target_kib\":0,");
}

Test(memory, target_moves_limit_and_nodes)
{
	says(fake_text("memory.set_target", "{\"domain\":1,\"target_kib\":65536}"),
	     "\"changes\":[{\"path\":\"target_kib\",\"from\":131072,\"to\":65536}]");
	cr_assert_str_eq(fake_node(TARGET), "65536");
	cr_assert_str_eq(fake_node(MAX), "262144");
	cr_assert_str_eq(fake_node("/vm/00000000-0000-0000-0000-000000000001/memory"), "64");
	cr_assert_eq(limit_kib, 65536 + 1024);
	cr_assert_str_eq(fake.told, "memory.changed ");
	fake_text("memory.set_target", "{\"domain\":1,\"by_kib\":1024,\"enforce\":false}");
	cr_assert_str_eq(fake_node(TARGET), "66560");
	cr_assert_eq(limit_kib, 65536 + 1024);
	fake_text("memory.set_target", "{\"domain\":1,\"by_kib\":-99999999}");
	cr_assert_str_eq(fake_node(TARGET), "0");
}

Test(memory, target_refused)
{
	fake_refused("memory.set_target", "{\"domain\":1,\"target_kib\":262145}",
		     "memory.above_max", "memory_dynamic_max must be less than or equal");
	says(fake_error()->hint, "262144 KiB");
	fake_refused("memory.set_target", "{\"domain\":1}", "request.invalid_params", "either");
	fake_refused("memory.set_target", "{\"domain\":1,\"target_kib\":1,\"by_kib\":1}",
		     "request.invalid_params", "either");
	fake_refused("memory.set_target", "{\"domain\":1,\"target_kib\":-1}",
		     "request.invalid_params", "target_kib");
	fake_refused("memory.set_target", "{\"domain\":0,\"target_kib\":1}", "domain.is_dom0",
		     "domain 0");
	fake_refused("memory.set_target",
		     "{\"domain\":1,\"target_kib\":1,\"if_revision\":\"0123456789abcdef\"}",
		     "revision.mismatch", "");
	limit_rc = -EINVAL;
	fake_refused("memory.set_target", "{\"domain\":1,\"target_kib\":1}", "hypervisor.refused",
		     "xc_domain_setmaxmem domid=1 memkb=1025 failed");
	cr_assert_str_eq(fake_node(TARGET), "131072");
}

Test(memory, nothing_is_moved_when_dry)
{
	says(fake_text("memory.set_target", "{\"domain\":1,\"target_kib\":1,\"dry_run\":true}"),
	     "\"to\":1}],\"dry_run\":true");
	says(fake_text("memory.set_max", "{\"domain\":1,\"max_kib\":131072,\"dry_run\":true}"),
	     "\"to\":131072}]");
	cr_assert(!limit_kib && !fake.nr_changes && !*fake.told);
}

Test(memory, max_not_below_target)
{
	fake_text("memory.set_max", "{\"domain\":\"web\",\"max_kib\":131072}");
	cr_assert_str_eq(fake_node(MAX), "131072");
	cr_assert_eq(limit_kib, 131072 + 1024);
	fake_refused("memory.set_max", "{\"domain\":1,\"max_kib\":131071}", "memory.below_target",
		     "memory_static_max must be greater");
	fake.no_store = true;
	fake_refused("memory.set_max", "{\"domain\":1,\"max_kib\":262144}", "xenstore.refused",
		     "memory of domain 1");
}

Test(memory, trigger)
{
	fake_text("domain.trigger", "{\"domain\":1,\"trigger\":\"nmi\",\"vcpu\":1}");
	cr_assert_eq(triggered, XEN_DOMCTL_SENDTRIGGER_NMI + 1);
	cr_assert_eq(triggered_vcpu, 1);
	trigger_rc = -ENOSYS;
	fake_refused("domain.trigger", "{\"domain\":1,\"trigger\":\"power\"}",
		     "domain.trigger_failed",
		     "Domain 1:Send trigger 'power' failed: Function not implemented");
	cr_assert_eq(triggered, XEN_DOMCTL_SENDTRIGGER_POWER + 1);
	says(fake_error()->hint, "nmi");
	triggered = 0;
	fake_refused("domain.trigger", "{\"domain\":1,\"trigger\":\"s3resume\"}",
		     "domain.trigger_failed", "Send trigger 's3resume' failed, rc=-6");
	cr_assert_eq(triggered, 0);
	fake_refused("domain.trigger", "{\"domain\":1,\"trigger\":\"kick\"}",
		     "request.invalid_params", "trigger");
}

Test(memory, sysrq)
{
	fake_text("domain.sysrq", "{\"domain\":1,\"letter\":\"h\"}");
	cr_assert_str_eq(fake_node("/local/domain/1/control/sysrq"), "h");
	fake_refused("domain.sysrq", "{\"domain\":1,\"letter\":\"hh\"}", "request.invalid_params",
		     "letter");
	fake_refused("domain.sysrq", "{\"domain\":1,\"letter\":\"\"}", "request.invalid_params",
		     "letter");
}

Test(memory, debug_keys)
{
	fake_text("host.debug_keys", "{\"keys\":\"hq\"}");
	fake_text("host.debug_keys", "{\"keys\":\"\"}");
	cr_assert_str_eq(pressed, "hq");
}

Test(memory, parameters)
{
	fake_text("host.set_parameters", "{\"parameters\":\" a=1  nob c=x=y \"}");
	cr_assert_str_eq(parameters, "/params/a=1 /params/b=no /params/c=x=y ");
	fake_refused("host.set_parameters", "{\"parameters\":\"ept\"}",
		     "host.parameter_without_value", "value is missing");
	fake_refused("host.set_parameters", "{\"parameters\":\"nosuch=1\"}",
		     "host.parameter_unknown", "setting parameters: No such file");
	hypfs_rc = -EPERM;
	fake_refused("host.set_parameters", "{\"parameters\":\"\"}", "host.no_parameters",
		     "opening Xen hypfs: Operation not permitted");
}

#define CONFIG(name)                                                                               \
	"{\"domain\":1,\"config\":{\"c_info\":{\"type\":\"pvh\",\"name\":\"" name "\"},"           \
	"\"b_info\":{\"max_vcpus\":1,\"max_memkb\":8192,\"target_memkb\":8192,"                    \
	"\"kernel\":\"/k\"}}}"

Test(memory, update_config)
{
	fake_refused("domain.update_config", CONFIG("other"), "domain.name_differs", "\"other\"");
	fake_refused("domain.update_config", CONFIG("web"), "domain.not_ours",
		     "not made by nacred");
	fake_refused("domain.update_config", "{\"domain\":1,\"config\":{}}", "config.invalid", "");
}
