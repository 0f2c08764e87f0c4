/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.vcpus, vcpu.*: over a hypervisor and a xenstore of a few lines. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "fake_cpus.h"
#include "revision.h"
#include "vcpus.h"
#include "world.h"

TestSuite(vcpu, .init = fake_start, .fini = fake_stop);

static void says(const char *text, const char *word)
{
	cr_assert(strstr(text, word), "no %s in: %s", word, text);
}

Test(vcpu, lists_place_and_state)
{
	const char *text = fake_text("domain.vcpus", "{\"domain\":\"web\"}");

	says(text, "\"cpupool\":\"Pool-0\",\"vcpus\":[{\"id\":0,\"online\":true,\"wanted\":true");
	says(text, "\"hard\":\"all\",\"soft\":\"all\"");
	fake.domains[1].hard[1] = 5;
	says(fake_text("domain.vcpus", "{}"), "\"hard\":[0,2],\"soft\":\"all\"}]");
	says(fake_text("vcpu.affinity.get", "{\"domain\":1}"),
	     "\"vcpus\":[{\"id\":0,\"hard\":\"all\",\"soft\":\"all\"},{\"id\":1,\"hard\":[0,2],");
}

Test(vcpu, pins_one_or_all_hard_or_soft)
{
	fake_text("vcpu.affinity.set", "{\"domain\":1,\"vcpu\":1,\"hard\":[1,3]}");
	cr_assert(fake.domains[1].hard[1] == 0xa && fake.domains[1].hard[0] == 0xff);
	cr_assert(fake.domains[1].soft[1] == 0xff);
	cr_assert_str_eq(fake.told, "vcpu.changed ");
	says(fake_text("vcpu.affinity.set", "{\"domain\":1,\"soft\":[2]}"),
	     "\"no_effective_soft\":[1]");
	cr_assert(fake.domains[1].soft[0] == 4 && fake.domains[1].soft[1] == 4);
	says(fake_text("vcpu.affinity.set", "{\"domain\":1,\"hard\":\"all\",\"soft\":\"all\"}"),
	     "\"no_effective_soft\":[]");
	cr_assert(fake.domains[1].hard[0] == 0xff && fake.domains[1].soft[1] == 0xff);
}

Test(vcpu, force_alone_is_a_change_of_nothing)
{
	says(fake_text("vcpu.affinity.set", "{\"domain\":1,\"vcpu\":0,\"force\":true}"),
	     "\"changes\":[]");
	cr_assert_eq(fake.nr_changes, 1);
	cr_assert_str_empty(fake.told);
}

Test(vcpu, pin_refuses_what_cannot_be)
{
	fake.pools[0].cpus = 3;
	fake.pools[1] = (struct fake_pool){true, XEN_SCHEDULER_CREDIT2, 0xc};
	fake_refused("vcpu.affinity.set", "{\"domain\":1,\"vcpu\":0,\"hard\":[3]}",
		     "vcpu.unreachable", "Domain 1:Setting vcpu affinity: Invalid argument");
	says(fake_error()->hint, "Pool-0");
	fake_refused("vcpu.affinity.set", "{\"domain\":1,\"hard\":[2,3],\"dry_run\":true}",
		     "vcpu.unreachable", "Invalid argument");
	fake_refused("vcpu.affinity.set", "{\"domain\":1,\"hard\":[]}", "vcpu.unreachable",
		     "Invalid argument");
	fake_refused("vcpu.affinity.set", "{\"domain\":1,\"vcpu\":2,\"hard\":[0]}",
		     "vcpu.not_found", "Domain 1:Setting vcpu affinity: Invalid argument");
	fake_refused("vcpu.affinity.set", "{\"domain\":1}", "request.invalid_params", "neither");
	fake_refused("vcpu.affinity.set", "{\"domain\":1,\"hard\":\"some\"}",
		     "request.invalid_params", "\"hard\"");
	fake_refused("vcpu.affinity.set", "{\"domain\":1,\"soft\":[1024]}",
		     "request.invalid_params", "\"soft\"");
	fake_refused("vcpu.affinity.set", "{\"domain\":1,\"vcpu\":-1,\"hard\":[0]}",
		     "request.invalid_params", "vcpu");
}

Test(vcpu, all_are_pinned_or_none)
{
	fake.domains[1].hard[0] = 1;
	fake.calls_left = 2;
	cr_assert_null(fake_call("vcpu.affinity.set", "{\"domain\":1,\"hard\":[2]}"));
	cr_assert_eq(fake.domains[1].hard[0], 1);
	cr_assert_eq(fake.domains[1].soft[0] & 0xf, 0xf); /* all there are */
	cr_assert_str_empty(fake.told);
}

Test(vcpu, dry_run_pins_nothing)
{
	says(fake_text("vcpu.affinity.set", "{\"domain\":1,\"hard\":[1],\"dry_run\":true}"),
	     "{\"path\":\"vcpus.0.hard\",\"from\":\"all\",\"to\":[1]}");
	says(fake_text("vcpu.set", "{\"domain\":1,\"count\":1,\"dry_run\":true}"),
	     "{\"path\":\"vcpus.1.wanted\",\"from\":true,\"to\":false}");
	cr_assert_eq(fake.nr_changes, 0);
	cr_assert_str_empty(fake.told);
}

Test(vcpu, asks_the_guest_for_so_many)
{
	fake_text("vcpu.set", "{\"domain\":\"web\",\"count\":1}");
	cr_assert_str_eq(fake_node("/local/domain/1/cpu/0/availability"), "online");
	cr_assert_str_eq(fake_node("/local/domain/1/cpu/1/availability"), "offline");
	cr_assert_str_eq(fake.told, "vcpu.changed ");
	says(fake_text("domain.vcpus", "{\"domain\":1}"),
	     "\"id\":1,\"online\":true,\"wanted\":false");
	fake_refused("vcpu.set", "{\"domain\":1,\"count\":3}", "vcpu.count_out_of_range",
		     "Domain 1:Requested 3 VCPUs, however maxcpus is 2!");
	fake_refused("vcpu.set", "{\"domain\":1,\"count\":0}", "vcpu.count_out_of_range",
		     "Requested 0 VCPUs!");
	fake_refused("vcpu.set", "{\"domain\":1,\"count\":-5}", "vcpu.count_out_of_range",
		     "Requested 0 VCPUs!");
	fake.no_store = true;
	fake_refused("vcpu.set", "{\"domain\":1,\"count\":2}", "xenstore.refused", "availability");
}

Test(vcpu, asks_the_guest_for_these)
{
	fake_text("vcpu.set", "{\"domain\":1,\"vcpus\":[1]}");
	cr_assert_str_eq(fake_node("/local/domain/1/cpu/0/availability"), "offline");
	cr_assert_str_eq(fake_node("/local/domain/1/cpu/1/availability"), "online");
	says(fake_text("vcpu.set", "{\"domain\":1,\"vcpus\":[1,0],\"dry_run\":true}"),
	     "[{\"path\":\"vcpus.0.wanted\",\"from\":false,\"to\":true}]");
	fake_refused("vcpu.set", "{\"domain\":1,\"vcpus\":[2]}", "vcpu.not_found",
		     "Domain 1:there is no vCPU 2");
	fake_refused("vcpu.set", "{\"domain\":1,\"vcpus\":[-1]}", "vcpu.not_found", "vCPU -1");
	fake_refused("vcpu.set", "{\"domain\":1,\"vcpus\":[1,1]}", "vcpu.not_found",
		     "no vCPU 1 twice");
	fake_refused("vcpu.set", "{\"domain\":1,\"vcpus\":[]}", "vcpu.count_out_of_range",
		     "Requested 0 VCPUs!");
	fake_refused("vcpu.set", "{\"domain\":1,\"vcpus\":[0,1,2]}", "vcpu.count_out_of_range",
		     "Requested 3 VCPUs, however maxcpus is 2!");
	fake_refused("vcpu.set", "{\"domain\":1}", "request.invalid_params", "neither \"count\"");
	fake_refused("vcpu.set", "{\"domain\":1,\"count\":1,\"vcpus\":[0]}",
		     "request.invalid_params", "both \"count\"");
	cr_assert_str_eq(fake_node("/local/domain/1/cpu/0/availability"), "offline");
}

Test(vcpu, configuration_of_the_next_life)
{
	struct rpc_error e;
	struct json *v;

	cr_assert_eq(world_refresh(&n, &e), 0);
	v = vcpus_wanted(&n, model_by_domid(&n.model, 1));
	cr_assert_eq(v->nr, 2);
	json_free(v);
	fake_text("vcpu.set", "{\"domain\":1,\"count\":1}");
	v = vcpus_wanted(&n, model_by_domid(&n.model, 1));
	cr_assert_eq(v->nr, 1);
	json_free(v);
	cr_assert_null(vcpus_wanted(&n, model_by_domid(&n.model, 0)), "no node, no answer");
}

/* As `xl list -l' shows it, and as the next life of the domain is built. */
Test(vcpu, configuration_shows_what_runs)
{
	fake_text("vcpu.set", "{\"domain\":1,\"count\":1}");
	says(fake_text("domain.get", "{\"domain\":1}"),
	     "\"b_info\":{\"max_vcpus\":2,\"avail_vcpus\":[0],");
	says(fake_text("domain.get", "{\"domain\":1}"),
	     "\"sched_params\":{\"sched\":\"credit2\",\"weight\":300,\"cap\":20}");
	fake.pools[1] = (struct fake_pool){true, XEN_SCHEDULER_NULL, 0};
	fake.domains[1].pool = 1;
	says(fake_text("domain.get", "{\"domain\":1}"), "\"sched_params\":{\"sched\":\"null\"}");
	says(fake_text("domain.get", "{\"domain\":0}"), "\"b_info\":{\"max_memkb\"");
}

/* One revision for all that can be changed about a domain's vCPUs. */
Test(vcpu, changes_only_the_revision_that_was_seen)
{
	static const char *const methods[][2] = {
		{"vcpu.affinity.set", "\"hard\":[1]"},
		{"vcpu.set", "\"count\":1"},
		{"cpupool.move_domain", "\"pool\":\"p1\""},
	};
	char params[128], seen[REVISION_TEXT];
	const struct json *v;
	size_t i;

	fake.pools[0].cpus = 3;
	fake.pools[1] = (struct fake_pool){true, XEN_SCHEDULER_CREDIT2, 0xc};
	fake_set_node("/local/pool/1/name", "p1");
	v = fake_call("vcpu.affinity.get", "{\"domain\":1}");
	snprintf(seen, sizeof(seen), "%s", json_string(json_get(v, "revision"), ""));
	v = json_get(fake_call("domain.vcpus", "{\"domain\":1}"), "domains")->items[0];
	cr_assert_str_eq(json_string(json_get(v, "revision"), ""), seen);
	fake.domains[1].soft[0] = 1; /* Debian's xl */
	for (i = 0; i < 3; i++) {
		snprintf(params, sizeof(params), "{\"domain\":1,%s,\"if_revision\":\"%s\"}",
			 methods[i][1], seen);
		fake_refused(methods[i][0], params, "revision.mismatch", "placement");
	}
	fake.domains[1].soft[0] = 0xff;
	snprintf(params, sizeof(params), "{\"domain\":1,\"count\":1,\"if_revision\":\"%s\"}", seen);
	fake_text("vcpu.set", params);
}
