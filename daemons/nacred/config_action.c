/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* on_poweroff and its like: what becomes of a domain that ended. */
#include <ctype.h>
#include <string.h>

#include "config.h"

struct action_name {
	const char *word; /* libxl's in JSON, with '-' as '_' */
	enum config_action action;
};

static const struct action_name action_names[] = {
	{"destroy", ACTION_DESTROY},
	{"restart", ACTION_RESTART},
	{"restart_rename", ACTION_RENAME_RESTART},
	{"rename_restart", ACTION_RENAME_RESTART},
	{"preserve", ACTION_PRESERVE},
	{"coredump_destroy", ACTION_COREDUMP_DESTROY},
	{"coredump_restart", ACTION_COREDUMP_RESTART},
	{"soft_reset", ACTION_SOFT_RESET},
};

/* -1 when there is no such action. */
static int find_action(const char *word)
{
	char plain[32];
	size_t i;

	if (strlen(word) >= sizeof(plain))
		return -1;
	for (i = 0; word[i]; i++)
		plain[i] = word[i] == '-' ? '_' : (char)tolower((unsigned char)word[i]);
	plain[i] = '\0';
	for (i = 0; i < sizeof(action_names) / sizeof(action_names[0]); i++)
		if (strcmp(plain, action_names[i].word) == 0)
			return (int)action_names[i].action;
	return -1;
}

const char *config_action_word(enum config_action action)
{
	size_t i;

	for (i = 0; action_names[i].action != action; i++)
		;
	return action_names[i].word;
}

/* Indexed by SHUTDOWN_*; a suspended domain waits for whoever suspended it. */
static const char *const reason_keys[] = {"on_poweroff", "on_reboot",	NULL,
					  "on_crash",	 "on_watchdog", "on_soft_reset"};

enum config_action config_action(const struct json *tree, unsigned int reason)
{
	const char *key;
	int action;

	if (reason >= sizeof(reason_keys) / sizeof(reason_keys[0]) || !reason_keys[reason])
		return ACTION_PRESERVE;
	key = json_string(json_get(tree, reason_keys[reason]), "destroy");
	action = find_action(key);
	return action < 0 ? ACTION_DESTROY : (enum config_action)action;
}

int config_check_actions(const struct json *tree, struct rpc_error *e)
{
	const struct json *action;
	size_t i;

	for (i = 0; i < sizeof(reason_keys) / sizeof(reason_keys[0]); i++) {
		action = reason_keys[i] ? json_get(tree, reason_keys[i]) : NULL;
		if (!action || action->type == JSON_NULL ||
		    (action->type == JSON_STRING && find_action(action->string) >= 0))
			continue;
		fail(e, XL_INVAL, "config.invalid", "config: %s: there is no action \"%.32s\"",
		     reason_keys[i], json_string(action, "(not a string)"));
		fail_hint(e, "destroy, restart, rename-restart, preserve, coredump-destroy or "
			     "coredump-restart");
		return fail_field(e, "config.%s", reason_keys[i]);
	}
	return 0;
}
