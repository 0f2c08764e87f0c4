/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The live patch calls: names, the list that changes under its reader, outcomes. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "fake_livepatch.h"
#include "fake_xen.h"

static struct ctrl *ctrl;

/* "ID DEPENDS METADATA": two digits, and the rest with '|' for NUL. */
static int read_text(struct fake_patch *p, const void *file, size_t size)
{
	const char *text = file;

	if (size < 4)
		return -EINVAL;
	p->id = (struct ctrl_build_id){{(uint8_t)text[0]}, 1};
	p->depends = (struct ctrl_build_id){{(uint8_t)text[1]}, 1};
	p->metadata_len = (uint32_t)size - 3;
	memcpy(p->metadata, text + 3, size - 3);
	for (uint32_t i = 0; i < p->metadata_len; i++)
		if (p->metadata[i] == '|')
			p->metadata[i] = '\0';
	return 0;
}

static void setup(void)
{
	fake_reset();
	fake_livepatch_reset();
	fake_patches.read = read_text;
	fake_patches.hypervisor = (struct ctrl_build_id){{'0'}, 1};
	cr_assert_eq(ctrl_open(&ctrl), 0);
}

static void teardown(void)
{
	cr_assert_eq(fake.buffers, 0u);
	ctrl_close(ctrl);
}

TestSuite(ctrl_livepatch, .init = setup, .fini = teardown);

static int upload(const char *name, const char *text)
{
	return ctrl_livepatch_upload(ctrl, name, text, strlen(text));
}

static int run(const char *name, uint32_t cmd)
{
	int ret = ctrl_livepatch_action(ctrl, name, cmd, 0, 0);

	return ret ? ret : ctrl_livepatch_wait(ctrl, name, cmd, 1000);
}

Test(ctrl_livepatch, names_have_their_length)
{
	char name[130];

	memset(name, 'n', sizeof(name));
	name[129] = '\0';
	cr_assert_eq(upload(name, "10 a=b|"), -EINVAL);
	cr_assert_eq(upload("", "10 a=b|"), -EINVAL);
	cr_assert_eq(fake.calls, 0u);
	name[127] = '\0';
	cr_assert_eq(upload(name, "10 a=b|"), 0);
	cr_assert_str_eq(fake_patches.patch[0].name, name);
	cr_assert_eq(ctrl_livepatch_upload(ctrl, "x", "", 0), -EINVAL);
	cr_assert_eq(ctrl_livepatch_upload(ctrl, "x", "", CTRL_LIVEPATCH_SIZE_MAX + 1), -EINVAL);
	cr_assert_eq(fake.calls, 1u);
}

Test(ctrl_livepatch, list_and_its_metadata)
{
	struct ctrl_livepatch_list list;

	cr_assert_eq(ctrl_livepatch_list(ctrl, &list), 0);
	cr_assert_eq(list.nr, 0u);
	/* The second has no NUL at its end, the third nothing at all. */
	cr_assert_eq(upload("one", "10 advisory=XSA-1|cve=CVE-1|advisory=XSA-2|"), 0);
	cr_assert_eq(upload("two", "21 adv=x|advisory=XSA-3"), 0);
	cr_assert_eq(upload("three", "32  "), 0);
	fake_patches.patch[2].metadata_len = 0;
	cr_assert_eq(ctrl_livepatch_list(ctrl, &list), 0);
	cr_assert_eq(list.nr, 3u);
	cr_assert_str_eq(list.payload[1].name, "two");
	cr_assert_eq(list.payload[1].state, (uint32_t)LIVEPATCH_STATE_CHECKED);
	cr_assert_str_eq(ctrl_livepatch_meta(&list.payload[0], "advisory", 0), "XSA-1");
	cr_assert_str_eq(ctrl_livepatch_meta(&list.payload[0], "advisory", 1), "XSA-2");
	cr_assert_null(ctrl_livepatch_meta(&list.payload[0], "advisory", 2));
	cr_assert_str_eq(ctrl_livepatch_meta(&list.payload[1], "advisory", 0), "XSA-3");
	cr_assert_null(ctrl_livepatch_meta(&list.payload[1], "advisor", 0));
	cr_assert_null(ctrl_livepatch_meta(&list.payload[2], "advisory", 0));
	ctrl_livepatch_list_free(&list);
}

static int growth;

/* Somebody else uploads between the question for sizes and the one for entries. */
static void grow(uint32_t nr)
{
	if (!nr || !growth--)
		return;
	fake_patches.version++;
	if (fake_patches.nr < FAKE_PATCHES)
		fake_patches.patch[fake_patches.nr++] =
			(struct fake_patch){.name = "a-long-name-that-does-not-fit",
					    .metadata = "x=y",
					    .metadata_len = 4};
}

Test(ctrl_livepatch, a_list_that_changes_is_read_again)
{
	struct ctrl_livepatch_list list;

	cr_assert_eq(upload("one", "10 a=b|"), 0);
	fake_patches.before_list = grow;
	growth = 3;
	cr_assert_eq(ctrl_livepatch_list(ctrl, &list), 0);
	cr_assert_eq(list.nr, 4u);
	cr_assert_eq(list.version, fake_patches.version);
	cr_assert_str_eq(list.payload[3].name, "a-long-name-that-does-not-fit");
	ctrl_livepatch_list_free(&list);
	growth = 1000;
	cr_assert_eq(ctrl_livepatch_list(ctrl, &list), -EBUSY);
	cr_assert_null(list.payload);
}

Test(ctrl_livepatch, lengths_are_not_believed)
{
	struct ctrl_livepatch_list list;

	cr_assert_eq(upload("one", "10 a=b|"), 0);
	fake_patches.lie = 1;
	cr_assert_eq(ctrl_livepatch_list(ctrl, &list), -EPROTO);
	cr_assert_eq(list.nr, 0u);
}

Test(ctrl_livepatch, actions_end_with_their_outcome)
{
	struct xen_livepatch_status status;

	cr_assert_eq(upload("a", "10 a=b|"), 0);
	cr_assert_eq(upload("b", "21 a=b|"), 0);
	cr_assert_eq(upload("c", "10 a=b|"), -EEXIST);
	cr_assert_eq(run("b", LIVEPATCH_ACTION_APPLY), -EINVAL);
	fake_patches.polls = 5;
	cr_assert_eq(run("a", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(ctrl_livepatch_get(ctrl, "a", &status), 0);
	cr_assert_eq(status.state, (uint32_t)LIVEPATCH_STATE_APPLIED);
	cr_assert_eq(run("b", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(run("a", LIVEPATCH_ACTION_REVERT), -EBUSY);
	/* Xen takes an action that does not fit the state and does nothing. */
	cr_assert_eq(ctrl_livepatch_action(ctrl, "a", LIVEPATCH_ACTION_APPLY, 0, 0), 0);
	cr_assert_eq(run("b", LIVEPATCH_ACTION_REVERT), 0);
	fake_patches.outcome = -EBUSY; /* the CPUs do not meet */
	cr_assert_eq(run("a", LIVEPATCH_ACTION_REVERT), -EBUSY);
	cr_assert_eq(fake_livepatch_find("a")->state, (uint32_t)LIVEPATCH_STATE_APPLIED);
	fake_patches.outcome = 0;
	cr_assert_eq(run("a", LIVEPATCH_ACTION_REVERT), 0);
	cr_assert_eq(run("a", LIVEPATCH_ACTION_REVERT), 0, "it is reverted, as was wanted");
	cr_assert_eq(run("a", LIVEPATCH_ACTION_UNLOAD), 0);
	cr_assert_eq(run("a", LIVEPATCH_ACTION_UNLOAD), -ENOENT);
	cr_assert_eq(ctrl_livepatch_get(ctrl, "a", &status), -ENOENT);
}

Test(ctrl_livepatch, waiting_has_an_end)
{
	cr_assert_eq(upload("a", "10 a=b|"), 0);
	fake_patches.polls = 1000000;
	cr_assert_eq(ctrl_livepatch_action(ctrl, "a", LIVEPATCH_ACTION_APPLY, 0, 0), 0);
	cr_assert_eq(ctrl_livepatch_wait(ctrl, "a", LIVEPATCH_ACTION_APPLY, 20), -ETIMEDOUT);
	cr_assert_eq(ctrl_livepatch_action(ctrl, "a", LIVEPATCH_ACTION_APPLY, 0, 0), -EBUSY);
	/* The pauses grow and stay bounded. */
	for (unsigned int n = 0; n < 100; n++) {
		cr_assert_leq(ctrl_livepatch_poll_ms(n), ctrl_livepatch_poll_ms(n + 1));
		cr_assert_leq(ctrl_livepatch_poll_ms(n), 64u);
	}
	cr_assert_eq(ctrl_livepatch_poll_ms(0), 1u);
}

Test(ctrl_livepatch, what_only_nacre_tells)
{
	struct ctrl_livepatch_info info;

	cr_assert_eq(upload("a", "10 a=b|"), 0);
	cr_assert_eq(ctrl_livepatch_info(ctrl, "a", &info), 0);
	cr_assert_eq(info.position, 0u);
	cr_assert_eq(run("a", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(ctrl_livepatch_info(ctrl, "a", &info), 0);
	cr_assert_eq(info.position, 1u);
	cr_assert_eq(info.pause_ns, 1234u);
	cr_assert_eq(info.cmd, (uint32_t)LIVEPATCH_ACTION_APPLY);
	cr_assert_eq(info.id.len, 1u);
	cr_assert_eq(info.id.bytes[0], '1');
	cr_assert_eq(ctrl_livepatch_info(ctrl, "b", &info), -ENOENT);
	fake_patches.is_xen = true;
	cr_assert_eq(ctrl_livepatch_info(ctrl, "a", &info), -ENOSYS);
}
