/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static char told[512];

static void note(void *arg, enum model_change what, struct domain *d)
{
	static const char *const words[] = {"appeared", "renumbered", "paused",	  "unpaused",
					    "shutdown", "destroyed",  "forgotten"};
	size_t len = strlen(told);

	cr_assert_eq(d->ended, what == MODEL_DESTROYED || what == MODEL_FORGOTTEN);
	snprintf(told + len, sizeof(told) - len, "%u:%s ", d->domid, words[what]);
}

static struct model m;
static struct xen_domctl_getdomaininfo list[8];
static size_t nr;

static void reset(void)
{
	memset(&m, 0, sizeof(m));
	nr = 0;
}

static void forget(void)
{
	model_free(&m);
}

TestSuite(model, .init = reset, .fini = forget);

static void add(domid_t id, uint8_t uuid, uint32_t flags)
{
	memset(&list[nr], 0, sizeof(list[nr]));
	list[nr].domain = id;
	list[nr].handle[15] = uuid;
	list[nr++].flags = flags;
}

static void apply(const char *expected)
{
	told[0] = '\0';
	cr_assert_eq(model_apply(&m, list, nr, note, NULL), 0);
	cr_assert_str_eq(told, expected);
	nr = 0;
}

#define SHUT(reason) (XEN_DOMINF_shutdown | (reason) << XEN_DOMINF_shutdownshift)

Test(model, life_of_a_domain)
{
	add(0, 0, XEN_DOMINF_running);
	apply("0:appeared ");
	add(0, 0, XEN_DOMINF_running);
	add(1, 1, XEN_DOMINF_paused);
	apply("1:appeared ");
	add(0, 0, 0);
	add(1, 1, XEN_DOMINF_running);
	apply("1:unpaused ");
	add(0, 0, 0);
	add(1, 1, XEN_DOMINF_blocked | XEN_DOMINF_paused);
	apply("1:paused ");
	add(0, 0, 0);
	add(1, 1, XEN_DOMINF_paused | SHUT(1));
	apply("1:shutdown ");
	cr_assert_eq(domain_shutdown_reason(model_by_domid(&m, 1)), 1);
	add(0, 0, 0);
	add(1, 1, XEN_DOMINF_dying | SHUT(1));
	apply("1:unpaused 1:destroyed ");
	add(0, 0, 0);
	add(1, 1, XEN_DOMINF_dying | SHUT(1));
	apply("");
	add(0, 0, 0);
	apply("1:forgotten ");
	cr_assert_null(model_by_domid(&m, 1));
	cr_assert_eq(model_gone(&m, NULL, 1)->reason, 1);
}

Test(model, gone_at_once_is_destroyed_too)
{
	add(3, 3, 0);
	apply("3:appeared ");
	apply("3:destroyed 3:forgotten ");
	cr_assert_eq(model_gone(&m, NULL, 3)->reason, -1);
	cr_assert_null(model_gone(&m, NULL, 4));
	cr_assert_null(model_gone(&m, "nobody", -1));
}

Test(model, found_shut_down_at_start)
{
	add(5, 5, SHUT(3) | XEN_DOMINF_paused);
	apply("5:appeared 5:shutdown ");
}

Test(model, merges_at_both_ends_and_between)
{
	add(2, 2, 0);
	add(4, 4, 0);
	add(6, 6, 0);
	apply("2:appeared 4:appeared 6:appeared ");
	add(1, 1, 0);
	add(3, 3, 0);
	add(4, 4, 0);
	add(7, 7, 0);
	apply("1:appeared 2:destroyed 2:forgotten 3:appeared 6:destroyed 6:forgotten 7:appeared ");
	cr_assert_eq(m.nr, 4);
	cr_assert_eq(m.domains[2]->domid, 4);
}

/* Each of up to seven ids with gaps, and nothing in the gaps. */
Test(model, finds_each_id_and_no_other)
{
	for (unsigned int most = 0; most <= 7; most++) {
		for (unsigned int i = 0; i < most; i++)
			add((domid_t)(i * 3), (uint8_t)i, 0);
		told[0] = '\0';
		cr_assert_eq(model_apply(&m, list, nr, note, NULL), 0);
		nr = 0;
		for (unsigned int id = 0; id < 24; id++) {
			const struct domain *d = model_by_domid(&m, id);
			bool there = id % 3 == 0 && id / 3 < most;

			cr_assert_eq(d != NULL, there, "%u of %u", id, most);
			cr_assert(!d || d->domid == id);
		}
	}
}

Test(model, identity_survives)
{
	struct domain *d;

	add(1, 1, 0);
	apply("1:appeared ");
	d = model_by_domid(&m, 1);
	d->name = strdup("web");
	add(1, 1, 0);
	apply("");
	cr_assert_eq(model_by_name(&m, "web"), d);
	cr_assert_eq(model_by_uuid(&m, "00000000-0000-0000-0000-000000000001"), d);
}

Test(model, another_handle_is_told)
{
	add(1, 1, 0);
	apply("1:appeared ");
	add(1, 9, 0);
	apply("1:renumbered ");
	cr_assert_not_null(model_by_uuid(&m, "00000000-0000-0000-0000-000000000009"));
}

Test(model, an_id_given_again_is_another_domain)
{
	add(1, 1, XEN_DOMINF_dying);
	apply("1:appeared 1:destroyed ");
	add(1, 2, 0);
	apply("1:forgotten 1:appeared ");
	cr_assert_not(model_by_domid(&m, 1)->ended);
}

/* After a restart the dying one still has the UUID and the name. */
Test(model, the_living_goes_before_the_dying)
{
	add(1, 1, 0);
	apply("1:appeared ");
	model_by_domid(&m, 1)->name = strdup("web");
	add(1, 1, XEN_DOMINF_dying);
	add(2, 1, 0);
	apply("1:destroyed 2:appeared ");
	model_by_domid(&m, 2)->name = strdup("web");
	cr_assert_eq(model_by_name(&m, "web")->domid, 2);
	cr_assert_eq(model_by_uuid(&m, "00000000-0000-0000-0000-000000000001")->domid, 2);
}

Test(model, the_latest_end_of_a_name_is_remembered)
{
	unsigned int i;

	for (i = 1; i <= LIMIT_GONE + 8; i++) {
		add((domid_t)i, (uint8_t)i, SHUT(i % 5));
		told[0] = '\0';
		cr_assert_eq(model_apply(&m, list, nr, note, NULL), 0);
		nr = 0;
		model_by_domid(&m, i)->name = strdup("same");
	}
	cr_assert_eq(model_apply(&m, list, 0, note, NULL), 0);
	cr_assert_eq(model_gone(&m, "same", -1)->domid, LIMIT_GONE + 8);
	cr_assert_null(model_gone(&m, NULL, 8));
	cr_assert_not_null(model_gone(&m, NULL, 9));
}
