/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "undo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "durable.h"
#include "log.h"
#include "nacred.h"

#define UNDO_BYTES (1024 * 1024)

static const struct {
	const char *word;
	undo_fn *take_back;
} kinds[] = {
	[UNDO_CPUPOOLS] = {"cpupools", undo_cpupools},
	[UNDO_AFFINITY] = {"affinity", undo_affinity},
	[UNDO_NAME] = {"name", undo_name},
	[UNDO_MEMORY] = {"memory", undo_memory},
};

static void file_path(const struct nacred *n, char path[NACRED_PATH_MAX + sizeof(UNDO_FILE)])
{
	snprintf(path, NACRED_PATH_MAX + sizeof(UNDO_FILE), "%s/" UNDO_FILE, n->statedir);
}

/* NULL: there is none, or it cannot be used and is put aside. */
static struct json *read_file(const char *path)
{
	char why[DURABLE_WHY], *text;
	struct json *v = NULL;
	size_t len = 0;

	text = durable_read(path, UNDO_BYTES, &len, why);
	if (text)
		v = json_parse(text, len, NULL, why, sizeof(why));
	if (!v && why[0])
		durable_set_aside(path, why, "a change may be half done");
	free(text);
	return v;
}

static int take_back(struct nacred *n, const struct json *v)
{
	const char *word = json_string(json_get(v, "what"), "");
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].word, word) == 0)
			return kinds[i].take_back(n, json_get(v, "before"));
	return -EINVAL;
}

/* @v has been taken back, or cannot be. */
static void finish(struct nacred *n, const struct json *v, int rc)
{
	char path[NACRED_PATH_MAX + sizeof(UNDO_FILE)], effect[100];
	struct rpc_error e;

	if (rc) {
		file_path(n, path);
		snprintf(effect, sizeof(effect),
			 "a change of the %.20s that was begun is half done",
			 json_string(json_get(v, "what"), "?"));
		durable_set_aside(path, strerror(-rc), effect);
	} else if (durable_remove(n->statedir, UNDO_FILE, &e)) {
		log_error("%s; remove it, or the last change is taken back at the next start",
			  e.message);
	}
}

void undo_recover(struct nacred *n)
{
	char path[NACRED_PATH_MAX + sizeof(UNDO_FILE)];
	struct json *v;
	int rc;

	if (n->undone)
		return;
	n->undone = true;
	file_path(n, path);
	v = read_file(path);
	if (!v)
		return;
	rc = take_back(n, v);
	if (!rc)
		log_notice("took back a change of the %s that was begun",
			   json_string(json_get(v, "what"), "?"));
	finish(n, v, rc);
	json_free(v);
}

/* --- a change ----------------------------------------------------------------------- */

/* One that waits for xenstored comes first. */
static int check_left_over(struct nacred *n, struct rpc_error *e)
{
	char path[NACRED_PATH_MAX + sizeof(UNDO_FILE)];

	file_path(n, path);
	if (n->undone || access(path, F_OK))
		return 0;
	fail(e, XL_FAIL, "xenstore.unreachable",
	     "an earlier change is to be taken back first, for which xenstored cannot be reached");
	return fail_hint(e, "is it running? see log/xenstored.log in %s", n->rundir);
}

/* Nothing is changed before this is on disk. */
static int begin(struct nacred *n, const struct json *v, struct rpc_error *e)
{
	char *text = json_print(v, false);
	int rc = text ? durable_replace(n->statedir, UNDO_FILE, text, strlen(text), e)
		      : fail_memory(e);

	free(text);
	return rc;
}

static void give_up(struct nacred *n, const struct json *v)
{
	int rc = take_back(n, v);

	if (rc && !n->store)
		n->undone = false;
	else
		finish(n, v, rc);
}

int undo_run(struct nacred *n, enum undo_kind kind, struct json *before, change_fn *steps,
	     void *arg, struct rpc_error *e)
{
	struct json *v = json_new_object();
	bool built = json_set(v, "before", before) && json_set_string(v, "what", kinds[kind].word);
	int rc = built ? check_left_over(n, e) : fail_memory(e);

	if (!rc)
		rc = begin(n, v, e);
	if (!rc) {
		rc = steps(n, arg, e);
		if (rc)
			give_up(n, v);
		else
			finish(n, v, 0);
	}
	json_free(v);
	return rc;
}
