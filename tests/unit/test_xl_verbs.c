/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>

#include "console.h"
#include "follow.h"
#include "verbs.h"

static void finds(const char *word, const char *expected)
{
	const struct verb *verb = verb_find(word);

	if (expected)
		cr_expect(verb && !strcmp(verb->name, expected), "%s", word);
	else
		cr_expect_null(verb, "%s", word);
}

Test(xl_verbs, prefixes)
{
	finds("create", "create");
	finds("cr", "create");
	finds("list", "list");
	finds("li", "list");
	finds("l", NULL);
	finds("pa", "pause"); /* not patch-status, which Xen does not have */
	finds("patch-s", NULL);
	finds("patch-status", "patch-status");
	finds("p", NULL);
	finds("debug", "debug-keys");
	finds("console", "console");
	finds("domid", "domid");
	finds("dom", NULL);
	finds("sched-credit", "sched-credit"); /* exact before sched-credit2 */
	finds("", NULL);
	finds("nosuch", NULL);
	finds("createx", NULL);
	finds("li", "list"); /* as in Xen's, whatever verbs of our own there are */
	finds("livepatch", "livepatch");
	finds("livepatc", NULL);
}

Test(xl_verbs, table)
{
	size_t i, j, xens = 0;

	for (i = 0; i < nr_verbs; i++) {
		xens += !(verbs[i].flags & VERB_OURS);
		cr_expect_not_null(verbs[i].description);
		cr_expect(verbs[i].run, "%s", verbs[i].name);
		for (j = 0; j < i; j++)
			cr_expect_str_neq(verbs[i].name, verbs[j].name);
	}
	cr_expect_eq(xens, 92);
}

Test(xl_verbs, escape_characters)
{
	cr_expect_eq(console_escape("^]"), 0x1d);
	cr_expect_eq(console_escape("^a"), 1);
	cr_expect_eq(console_escape("^A"), 1);
	cr_expect_eq(console_escape("q"), 'q');
	cr_expect_eq(console_escape("none"), CONSOLE_NO_ESCAPE);
	cr_expect_eq(console_escape(""), -2);
	cr_expect_eq(console_escape("^]x"), -2);
	cr_expect_eq(console_escape("ab"), -2);
}

Test(xl_verbs, actions)
{
	const libxl_domain_config config = {
		.on_poweroff = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE,
		.on_crash = LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME,
	};

	cr_expect_str_eq(follow_action(&config, 0), "preserve");
	cr_expect_str_eq(follow_action(&config, 1), "destroy");
	cr_expect_str_eq(follow_action(&config, 3), "rename-restart");
	cr_expect_str_eq(follow_action(&config, 99), "destroy");
	cr_expect_str_eq(follow_action(&config, -1), "destroy");
}
