/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched.*: over a scheduler of a few lines. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <xen/vcpu.h>

#include "ctrl/sched.h"
#include "fake_cpus.h"
#include "revision.h"

static struct xen_domctl_sched_credit2 share[4];
static uint32_t ratelimit[8];
static struct nacre_sched_record records[80];
static unsigned int nr_records, calls;
static int stats_error;

int __wrap_ctrl_sched_get_credit2(struct ctrl *c, uint32_t domid,
				  struct xen_domctl_sched_credit2 *params)
{
	if (fake.pools[fake.domains[domid].pool].sched_id != XEN_SCHEDULER_CREDIT2)
		return -EINVAL;
	*params = share[domid];
	return 0;
}

int __wrap_ctrl_sched_set_credit2(struct ctrl *c, uint32_t domid,
				  const struct xen_domctl_sched_credit2 *params)
{
	fake.nr_changes++;
	share[domid] = *params;
	return 0;
}

int __wrap_ctrl_sched_pool_op(struct ctrl *c, struct xen_sysctl_scheduler_op *op)
{
	if (op->sched_id != fake.pools[op->cpupool_id].sched_id)
		return -EINVAL;
	if (op->cmd == XEN_SYSCTL_SCHEDOP_getinfo) {
		op->u.sched_credit2.ratelimit_us = ratelimit[op->cpupool_id];
		return 0;
	}
	fake.nr_changes++;
	ratelimit[op->cpupool_id] = op->u.sched_credit2.ratelimit_us;
	return 0;
}

/* At most 32 at once, as the hypervisor does. */
int __wrap_ctrl_sched_stats(struct ctrl *c, uint32_t *next, struct nacre_sched_record *out,
			    unsigned int max, uint64_t *now_ns)
{
	unsigned int got = 0, i;

	calls++;
	for (i = 0; i < nr_records && got < max && got < 32 && !stats_error; i++)
		if (records[i].domid >= *next)
			out[got++] = records[i];
	*next = got ? out[got - 1].domid + 1 : *next;
	*now_ns = 5000000000;
	return stats_error ? stats_error : (int)got;
}

static void start(void)
{
	unsigned int i;

	fake_start();
	for (i = 0; i < 4; i++)
		share[i].weight = 256;
	ratelimit[0] = 1000;
	/* Pool 1 belongs to the null scheduler. */
	fake.pools[1] = (struct fake_pool){.there = true, .sched_id = XEN_SCHEDULER_NULL};
	fake_set_node("/local/pool/1/name", "rt");
	fake_call("sched.params.get", "{}");
	fake.told[0] = '\0'; /* that this pool came */
}

TestSuite(sched, .init = start, .fini = fake_stop);

static void says(const char *text, const char *word)
{
	cr_assert(strstr(text, word), "no %s in: %s", word, text);
}

/* Domain 1's file, with these members in sched_params. */
static void configure(const char *params)
{
	char text[256];

	fake_call("sched.credit2.get", "{}");
	snprintf(text, sizeof(text), "{\"c_info\":{},\"b_info\":{\"sched_params\":{%s}}}", params);
	record_new(&n.records, n.model.domains[1]->uuid, "web",
		   json_parse(text, strlen(text), NULL, NULL, 0));
}

Test(sched, pools_tell_their_parameters)
{
	const char *all = fake_text("sched.params.get", "{}");

	says(all, "\"sched\":\"credit2\",\"ratelimit_us\":1000,\"id\":0,\"name\":\"Pool-0\"");
	says(all, "\"sched\":\"null\",\"ratelimit_us\":null,\"id\":1,\"name\":\"rt\"");
	cr_assert_null(strstr(fake_text("sched.params.get", "{\"pool\":\"rt\"}"), "Pool-0"));
	fake_refused("sched.params.get", "{\"pool\":\"x\"}", "cpupool.not_found",
		     "unknown cpupool");
}

Test(sched, a_rate_limit_has_its_range)
{
	static const char *const bad[] = {"-1", "1", "99", "500001", "4294968296"};
	char params[64];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(params, sizeof(params), "{\"ratelimit_us\":%s}", bad[i]);
		fake_refused("sched.params.set", params, "sched.ratelimit_out_of_range",
			     "Ratelimit out of range, valid range is from 100 to 500000");
		cr_assert_str_eq(fake_error()->field, "ratelimit_us");
	}
	says(fake_text("sched.params.set", "{\"ratelimit_us\":500000}"),
	     "\"changes\":[{\"path\":\"ratelimit_us\",\"from\":1000,\"to\":500000}]");
	cr_assert_eq(ratelimit[0], 500000);
	cr_assert_str_eq(fake.told, "sched.changed ");
	cr_assert_str_eq(json_string(json_get(fake.last, "name"), ""), "Pool-0");
	says(fake_text("sched.params.set", "{\"ratelimit_us\":0,\"dry_run\":true}"),
	     "\"from\":500000,\"to\":0}],\"dry_run\":true");
	cr_assert_eq(ratelimit[0], 500000);
	fake_text("sched.params.set", "{\"ratelimit_us\":500000}");
	cr_assert_str_eq(fake.told, "sched.changed ", "nothing has changed");
	fake_refused("sched.params.set", "{\"pool\":\"rt\",\"ratelimit_us\":100}",
		     "sched.unknown_parameter", "cpupool rt is null: it knows no ratelimit_us");
	fake_refused("sched.params.set", "{\"ratelimit_us\":100,\"if_revision\":\"0\"}",
		     "revision.mismatch", "the pool's scheduler has changed");
}

Test(sched, weights_and_caps_have_their_ranges)
{
	static const char *const weights[] = {"-1", "0", "65536", "4294967552"};
	static const char *const caps[] = {"-1", "201", "65536", "4294967346"};
	char params[64];
	size_t i;

	for (i = 0; i < 4; i++) {
		snprintf(params, sizeof(params), "{\"domain\":1,\"weight\":%s}", weights[i]);
		fake_refused("sched.credit2.set", params, "sched.weight_out_of_range",
			     "Cpu weight out of range, valid values are within range from 1 to "
			     "65535");
		cr_assert_str_eq(fake_error()->field, "weight");
		snprintf(params, sizeof(params), "{\"domain\":1,\"cap\":%s}", caps[i]);
		fake_refused("sched.credit2.set", params, "sched.cap_out_of_range",
			     "Cpu cap out of range, valid range is from 0 to 200 for specified "
			     "number of vcpus");
		cr_assert_str_eq(fake_error()->field, "cap");
	}
	says(fake_text("sched.credit2.set", "{\"domain\":\"web\",\"weight\":65535,\"cap\":200}"),
	     "{\"path\":\"weight\",\"from\":256,\"to\":65535},"
	     "{\"path\":\"cap\",\"from\":0,\"to\":200}");
	cr_assert_eq(share[1].weight, 65535);
	cr_assert_eq(share[1].cap, 200);
	cr_assert_str_eq(fake.told, "sched.changed ");
	cr_assert_str_eq(json_string(json_get(fake.last, "name"), ""), "web");
	cr_assert_eq(json_get(fake.last, "changes")->nr, 2);
	fake_text("sched.credit2.set", "{\"domain\":1,\"cap\":0}");
	cr_assert_eq(share[1].weight, 65535, "what is not given stays");
	fake_refused("sched.credit2.set", "{\"domain\":9,\"weight\":1}", "domain.not_found", "9");
	fake_refused("sched.credit2.set", "{\"domain\":1,\"weight\":\"x\"}",
		     "request.invalid_params", "integer");
}

Test(sched, a_dry_run_checks_and_changes_nothing)
{
	says(fake_text("sched.credit2.set", "{\"domain\":1,\"weight\":512,\"dry_run\":true}"),
	     "\"from\":256,\"to\":512}],\"dry_run\":true");
	cr_assert_eq(share[1].weight, 256);
	cr_assert_str_empty(fake.told);
	fake_refused("sched.credit2.set", "{\"domain\":1,\"cap\":201,\"dry_run\":true}",
		     "sched.cap_out_of_range", "0 to 200");
}

Test(sched, only_what_was_read_is_changed)
{
	char revision[REVISION_TEXT], params[128];
	const struct json *v = fake_call("sched.credit2.get", "{\"domain\":1}");

	snprintf(revision, sizeof(revision), "%s",
		 json_string(json_get(json_get(v, "domains")->items[0], "revision"), ""));
	share[1].cap = 50; /* somebody else, past nacred */
	snprintf(params, sizeof(params), "{\"domain\":1,\"weight\":9,\"if_revision\":\"%s\"}",
		 revision);
	fake_refused("sched.credit2.set", params, "revision.mismatch", "has changed");
	share[1].cap = 0;
	says(fake_text("sched.credit2.set", params), "\"to\":9");
}

Test(sched, another_scheduler_knows_no_weight)
{
	fake.domains[1].pool = 1;
	fake_refused("sched.credit2.set", "{\"domain\":1,\"weight\":70000}",
		     "sched.unknown_parameter", "cpupool rt is null: it knows no weight");
	fake_refused("sched.credit2.set", "{\"domain\":1,\"cap\":5,\"dry_run\":true}",
		     "sched.unknown_parameter", "it knows no cap");
	says(fake_text("sched.credit2.get", "{\"domain\":1}"),
	     "\"cpupool\":\"rt\",\"sched\":\"null\",\"max_cap\":200,\"drift\":false,"
	     "\"weight\":null,\"cap\":null,\"configured\":null");
}

Test(sched, drift_is_what_differs_from_the_file)
{
	says(fake_text("sched.credit2.get", "{\"domain\":1}"),
	     "\"drift\":false,\"weight\":256,\"cap\":0,\"configured\":null");
	configure("\"weight\":512");
	says(fake_text("sched.credit2.get", "{\"domain\":1}"),
	     "\"drift\":true,\"weight\":256,\"cap\":0,\"configured\":{\"weight\":512,\"cap\":0}");
	share[1].weight = 512;
	says(fake_text("sched.credit2.get", "{\"domain\":1}"), "\"drift\":false");
	share[1].cap = 1;
	says(fake_text("sched.credit2.get", "{\"domain\":1}"), "\"drift\":true");
	fake.domains[1].pool = 1;
	says(fake_text("sched.credit2.get", "{\"domain\":1}"), "\"drift\":true,\"weight\":null");
}

Test(sched, a_file_without_values_means_the_defaults)
{
	configure("");
	says(fake_text("sched.credit2.get", "{\"domain\":1}"),
	     "\"drift\":false,\"weight\":256,\"cap\":0,\"configured\":{\"weight\":256,\"cap\":0}");
	fake.domains[1].pool = 1;
	says(fake_text("sched.credit2.get", "{\"domain\":1}"), "\"drift\":false");
}

Test(sched, statistics_name_each_nanosecond_once)
{
	const char *text;

	records[0] = (struct nacre_sched_record){.domid = 0};
	records[1] = (struct nacre_sched_record){
		.domid = 1,
		.sched_id = XEN_SCHEDULER_CREDIT2,
		.nr_vcpus = 2,
		.state_ns = {[RUNSTATE_running] = 10,
			     [RUNSTATE_runnable] = 20,
			     [RUNSTATE_blocked] = 30,
			     [RUNSTATE_offline] = 45},
		.sum = {.parks = 3, .parked_ns = 40, .wake_delay = {[0] = 7, [19] = 1}}};
	nr_records = 2;
	text = fake_text("sched.stats", "{}");
	says(text, "{\"now_ns\":5000000000,\"domains\":[{\"domid\":0,");
	says(text, "\"sched\":\"credit2\",\"vcpus\":2,\"running_ns\":10,\"waiting_ns\":20,"
		   "\"blocked_ns\":30,\"parked_ns\":40,\"offline_ns\":5,\"parks\":3,");
	says(text, "\"wake_delay\":[7,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]}");
	calls = 0;
	text = fake_text("sched.stats", "{\"domain\":\"web\"}");
	cr_assert_null(strstr(text, "\"domid\":0"));
	cr_assert_eq(calls, 1);
	/* The list of domains is one of before: what it does not know is left out. */
	records[1].domid = 2;
	cr_assert_eq(json_get(fake_call("sched.stats", "{\"domain\":1}"), "domains")->nr, 0);
}

Test(sched, statistics_of_many_domains_come_in_parts)
{
	for (nr_records = 0; nr_records < 80; nr_records++)
		records[nr_records].domid = nr_records;
	cr_assert_eq(json_get(fake_call("sched.stats", "{}"), "domains")->nr, 2);
	cr_assert_eq(calls, 4, "32, 32, 16, and none");
}

Test(sched, a_hypervisor_without_statistics_is_told)
{
	stats_error = -ENOSYS;
	fake_refused("sched.stats", "{}", "sched.no_statistics",
		     "this hypervisor keeps no scheduler statistics");
	stats_error = -EINVAL;
	fake_refused("sched.stats", "{}", "sched.no_statistics", "in another form");
	stats_error = -EFAULT;
	fake_refused("sched.stats", "{}", "hypervisor.refused", "Bad address");
}
