/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "advisories.h"

#include <errno.h>
#include <instance.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "advisory_file.h"
#include "advisory_host.h"
#include "advisory_set.h"
#include "evidence.h"
#include "events.h"
#include "import.h"
#include "log.h"
#include "nacred.h"
#include "report.h"
#include "revision.h"

#define PATH_BYTES 512

enum { DIR_INSTALLED, DIR_IMPORTED, DIR_LOCAL, NR_DIRS };

struct advisories {
	char dirs[NR_DIRS][PATH_BYTES];
	uint64_t signature[NR_DIRS];
	struct advisory_set set;
	struct evidence_store evidence;
	/* Views of everybody and of administrators, for the time from when they were made
	 * until the next disclosure. */
	struct json *views[2];
	int64_t from, until;
	struct live_patch asked; /* advisories_public_name() */
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

static int find_dirs(struct advisories *a)
{
	int rc =
		instance_program("../share/nacre/advisories.d", a->dirs[DIR_INSTALLED], PATH_BYTES);

	/* An environment without a home: then nothing can be imported. */
	if (!rc && instance_state("advisories", a->dirs[DIR_IMPORTED], PATH_BYTES))
		a->dirs[DIR_IMPORTED][0] = '\0';
	return rc ? rc : instance_config("advisories.d", a->dirs[DIR_LOCAL], PATH_BYTES);
}

/* Names of files may be names of undisclosed advisories: they stay out of the
 * log. */
static void tell_problems(const struct advisory_set *rs)
{
	if (rs->problems->nr)
		log_warning("%zu advisory files cannot be used; administrators find them by "
			    "advisory.list",
			    rs->problems->nr);
}

static int read_all(struct advisories *a)
{
	static const enum advisory_layer layers[] = {LAYER_INSTALLED, LAYER_IMPORTED, LAYER_LOCAL};
	struct advisory_set fresh;
	int i, rc;

	if (!advisory_set_init(&fresh))
		return -ENOMEM;
	for (i = 0; i < NR_DIRS; i++) {
		a->signature[i] = advisory_dir_signature(a->dirs[i]);
		rc = advisory_set_load(&fresh, a->dirs[i], layers[i]);
		if (rc && rc != -ENOENT)
			log_warning("cannot read %s: %s", a->dirs[i], strerror(-rc));
	}
	advisory_set_free(&a->set);
	a->set = fresh;
	tell_problems(&a->set);
	return 0;
}

static void drop_views(struct advisories *a)
{
	json_free(a->views[false]);
	json_free(a->views[true]);
	a->views[false] = a->views[true] = NULL;
}

/* What everybody may know has changed; not why, nor what only administrators see. */
static void tell_change(struct nacred *n, const char *what)
{
	struct json *v = json_new_object();

	json_set_string(v, "changed", what);
	events_tell(n, "advisory.changed", "advisory", v);
}

static int make_views(struct nacred *n, struct advisories *a)
{
	char before[REVISION_TEXT] = "", after[REVISION_TEXT] = "";

	if (a->views[false])
		revision_of(a->views[false], before);
	a->from = now();
	a->until = advisory_set_next_disclosure(&a->set, a->from);
	drop_views(a);
	a->views[false] = advisory_set_view(&a->set, a->from, false);
	a->views[true] = advisory_set_view(&a->set, a->from, true);
	if (!a->views[false] || !a->views[true]) {
		drop_views(a);
		return -ENOMEM;
	}
	revision_of(a->views[false], after);
	if (before[0] && strcmp(before, after) != 0)
		tell_change(n, "records");
	return 0;
}

int advisories_refresh(struct nacred *n, struct rpc_error *e)
{
	struct advisories *a = n->advisories;
	bool stale = !a->views[true] || now() < a->from || now() >= a->until;
	int i, rc = 0;

	for (i = 0; i < NR_DIRS && !rc; i++)
		if (advisory_dir_signature(a->dirs[i]) != a->signature[i]) {
			rc = read_all(a);
			stale = true;
		}
	if (!rc && stale)
		rc = make_views(n, a);
	return rc ? fail_memory(e) : 0;
}

int advisories_reload(struct nacred *n)
{
	int rc = read_all(n->advisories);

	return rc ? rc : make_views(n, n->advisories);
}

const struct json *advisories_view(struct nacred *n, bool privileged)
{
	return n->advisories->views[privileged];
}

/* What runs when nacred starts is what may be upgraded before anybody asks. */
static void look_at_host(struct nacred *n)
{
	struct advisory_host host;
	struct rpc_error e;

	if (advisory_host_is_kept(n))
		return;
	if (advisory_host_open(&host, n, &e)) {
		log_warning("%s", e.message);
		return;
	}
	advisory_host_keep(&host, n);
	advisory_host_close(&host);
}

int advisories_start(struct nacred *n)
{
	struct advisories *a = calloc(1, sizeof(*a));
	char path[PATH_BYTES];
	int rc = a ? find_dirs(a) : -ENOMEM;

	n->advisories = a;
	/* The records are read when somebody asks for the first time: advisories_refresh() finds
	 * that the directories are not as they were. */
	if (!rc && !advisory_set_init(&a->set))
		rc = -ENOMEM;
	if (rc) {
		log_error("cannot read the advisories: %s", strerror(-rc));
		return rc;
	}
	snprintf(path, sizeof(path), "%s/evidence.jsonl", n->statedir);
	rc = evidence_open(&a->evidence, path);
	if (rc)
		log_error("cannot read %s: %s; move it away", path, strerror(-rc));
	else
		look_at_host(n);
	return rc;
}

void advisories_stop(struct nacred *n)
{
	struct advisories *a = n->advisories;

	if (!a)
		return;
	live_patch_free(&a->asked);
	drop_views(a);
	evidence_close(&a->evidence);
	advisory_set_free(&a->set);
	free(a);
	n->advisories = NULL;
}

const struct json *advisories_problems(struct nacred *n)
{
	return n->advisories->set.problems;
}

struct json *advisories_report(struct nacred *n, bool privileged, const struct json *ids,
			       struct rpc_error *e)
{
	struct report_source src = {.view = advisories_view(n, privileged),
				    .hidden = privileged ? NULL : advisories_view(n, true),
				    .evidence = &n->advisories->evidence,
				    .now = now()};
	struct advisory_host host;
	struct json *report;

	if (advisory_host_open(&host, n, e))
		return NULL;
	advisory_host_keep(&host, n); /* daemons may have been started again */
	src.host = &host.facts;
	report = report_make(&src, ids);
	if (!report)
		fail_memory(e);
	advisory_host_close(&host);
	return report;
}

/* One file for the index; one for each other source, by the name of its file.
 */
static void kept_path(const struct advisories *a, const struct import *im, const char *path,
		      char *kept, size_t len)
{
	const char *base = strrchr(path, '/');
	char name[100];
	size_t i;

	if (im->format == IMPORT_XSA_INDEX) {
		snprintf(kept, len, "%s/index.json", a->dirs[DIR_IMPORTED]);
		return;
	}
	snprintf(name, sizeof(name), "%s", base ? base + 1 : path);
	for (i = 0; name[i]; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_",
			    name[i]))
			name[i] = '_';
	snprintf(kept, len, "%s/%s-%s.json", a->dirs[DIR_IMPORTED], import_format_words[im->format],
		 name);
}

/* The directory and the one above it. */
static int make_imported_dir(const struct advisories *a)
{
	char parent[PATH_BYTES], *slash;

	snprintf(parent, sizeof(parent), "%s", a->dirs[DIR_IMPORTED]);
	slash = strrchr(parent, '/');
	if (slash)
		*slash = '\0';
	if ((mkdir(parent, 0755) && errno != EEXIST) ||
	    (mkdir(a->dirs[DIR_IMPORTED], 0700) && errno != EEXIST))
		return -errno;
	return 0;
}

static int keep(const struct advisories *a, const struct import *im, const char *path,
		struct rpc_error *e)
{
	struct json *file = import_file(im, now());
	char kept[PATH_BYTES + 120];
	int rc = file ? make_imported_dir(a) : -ENOMEM;

	kept_path(a, im, path, kept, sizeof(kept));
	rc = rc ? rc : advisory_file_write(kept, file);
	json_free(file);
	return rc ? fail_errno(e, rc, "daemon.state", "cannot write into %s", a->dirs[DIR_IMPORTED])
		  : 0;
}

static struct json *import_answer(const struct import *im)
{
	struct json *v = json_new_object();

	if (v && json_set_string(v, "format", import_format_words[im->format]) &&
	    json_set_int(v, "records", (int64_t)im->records->nr) &&
	    json_set_int(v, "skipped", im->skipped))
		return v;
	json_free(v);
	return NULL;
}

struct json *advisories_import(struct nacred *n, const char *path, struct rpc_error *e)
{
	char why[sizeof(e->message) - 40] = "";
	struct json *file, *answer = NULL;
	struct import im;

	if (path[0] != '/') {
		fail(e, XL_INVAL, "advisory.bad_file", "the path of the file is not absolute");
		fail_field(e, "path");
		return NULL;
	}
	file = advisory_file_read(path, why, sizeof(why));
	if (!file || !import_json(file, advisories_view(n, true), &im, why, sizeof(why))) {
		fail(e, XL_INVAL, "advisory.bad_file", "cannot import the file: %s", why);
		fail_field(e, "path");
		fail_hint(e, "xsa.json, OSV and CSAF 2.0 files can be imported");
	} else {
		if (keep(n->advisories, &im, path, e) == 0 && !(answer = import_answer(&im)))
			fail_memory(e);
		import_free(&im);
	}
	json_free(file);
	return answer;
}

int advisories_result(struct nacred *n, const char *advisory, const char *test, const char *verdict,
		      struct rpc_error *e)
{
	const struct json *view;
	struct advisory_host host;
	struct json *payloads;
	int rc = -EAGAIN;

	if (advisory_host_open(&host, n, e))
		return -1;
	payloads = evidence_payloads(&host.facts);
	if (payloads && host.facts.payloads_known)
		rc = evidence_add(&n->advisories->evidence, advisory, test, verdict,
				  n->version.build_id, payloads, now());
	json_free(payloads);
	advisory_host_close(&host);
	if (rc)
		return fail_errno(e, rc, "daemon.state", "cannot store the result");
	view = advisories_view(n, false);
	if (view && advisory_find(view, advisory))
		tell_change(n, "evidence");
	return 0;
}

const char *advisories_public_name(struct nacred *n, const char *name, const char *metadata,
				   size_t len)
{
	struct advisories *a = n->advisories;
	struct rpc_error e;

	live_patch_free(&a->asked);
	/* Without memory to look nothing is told. */
	if (advisories_refresh(n, &e) ||
	    !live_patch_read(&a->asked, name, LIVE_PATCH_LOADED, metadata, len))
		return "(unknown)";
	return report_patch_name(&a->asked, advisories_view(n, true), now());
}
