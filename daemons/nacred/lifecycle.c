/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "lifecycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <store.h>
#include <uuid/uuid.h>

#include "build.h"
#include "config.h"
#include "core_file.h"
#include "ctrl/domain.h"
#include "events.h"
#include "limits.h"
#include "log.h"
#include "nodes.h"
#include "stores.h"
#include "synthesis.h"
#include "teardown.h"
#include "world.h"

static void save_or_log(struct nacred *n, struct record *r)
{
	struct rpc_error e;

	if (record_save(&n->records, r, &e))
		log_error("%s", e.message);
}

/* The domain has gone: so does its record. */
static void forget(struct nacred *n, const char *uuid, const struct rpc_error *e, void *arg)
{
	struct record *r = record_by_uuid(&n->records, uuid);
	const struct domain *d = model_by_uuid(&n->model, uuid);

	if (e)
		log_error("%s", e->message);
	else if (r && (!d || domain_dying(d)))
		record_remove(&n->records, r);
}

static void start_again(struct nacred *n, const char *uuid, const struct rpc_error *e, void *arg)
{
	struct record *r = record_by_uuid(&n->records, uuid);

	if (!r)
		return;
	if (e) {
		log_error("%s is not started again: %s", r->name, e->message);
		r->state = RECORD_RUNNING;
		save_or_log(n, r);
		return;
	}
	r->generation++;
	r->domid = -1;
	r->quick_ends = time(NULL) - r->start_time < LIMIT_QUICK_END_SEC ? r->quick_ends + 1 : 0;
	build_restart(n, r, r->quick_ends > LIMIT_QUICK_ENDS ? LIMIT_QUICK_DELAY_MSEC : 0);
}

static void destroy(struct nacred *n, int64_t domid, const char *uuid, teardown_done done)
{
	struct rpc_error e;

	if (teardown_start(n, domid, uuid, TEARDOWN_DEAD, done, NULL, &e))
		log_error("%s", e.message);
}

/*
 * A copy of @r for the ended domain: it stays for inspection under @uuid and a
 * name of its own, as xl's rename-restart leaves it.
 */
static struct record *preserved_copy(struct nacred *n, const struct record *r, const char *uuid,
				     const char *name)
{
	static const char *const keys[] = {"on_poweroff", "on_reboot", "on_crash", "on_watchdog"};
	struct record *copy;
	size_t i;

	copy = record_new(&n->records, uuid, name, json_copy(r->config));
	if (!copy)
		return NULL;
	copy->state = RECORD_RUNNING;
	copy->domid = r->domid;
	copy->generation = r->generation;
	copy->start_time = r->start_time;
	record_set_name(copy, name);
	json_set_string(json_get(copy->config, "c_info"), "uuid", uuid);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_set_string(copy->config, keys[i], "preserve");
	return copy;
}

/* Domain @d becomes what @copy describes. 0, or -errno with @copy gone. */
static int change_identity(struct nacred *n, struct record *copy, struct domain *d)
{
	char old_uuid[UUID_TEXT];
	struct rpc_error e;
	uuid_t handle;
	int rc;

	memcpy(old_uuid, d->uuid, sizeof(old_uuid));
	uuid_parse(copy->uuid, handle);
	rc = ctrl_domain_set_handle(n->ctrl, d->domid, handle);
	if (rc) {
		log_error("cannot preserve domain %u: %s", d->domid, strerror(-rc));
		record_remove(&n->records, copy);
		return rc;
	}
	if (n->store && nodes_change_uuid(n->store, d->domid, old_uuid, copy->uuid, copy->name,
					  copy->start_time))
		log_warning("cannot rename domain %u in xenstore", d->domid);
	d->handled = true;
	if (world_refresh(n, &e))
		log_error("%s", e.message);
	return 0;
}

/* Give the ended domain @d its other identity, r->preserve_as. */
static int preserve(struct nacred *n, const struct record *r, struct domain *d)
{
	char name[LIMIT_NAME_BYTES + 32], stamp[24];
	time_t now = time(NULL);
	struct record *copy;
	struct tm tm;
	size_t i;

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%MZ", gmtime_r(&now, &tm));
	snprintf(name, sizeof(name), "%s-%s", r->name, stamp);
	for (i = 2; record_by_name(&n->records, name); i++)
		snprintf(name, sizeof(name), "%s-%s-%zu", r->name, stamp, i);
	copy = preserved_copy(n, r, r->preserve_as, name);
	if (!copy)
		return -1;
	save_or_log(n, copy);
	return change_identity(n, copy, d);
}

static int not_ours(const struct domain *d, struct rpc_error *e)
{
	return fail(e, XL_INVAL, "domain.not_ours",
		    "domain %u was not made by nacred, which keeps no configuration of it",
		    d->domid);
}

int lifecycle_preserve(struct nacred *n, struct domain *d, const char *uuid, const char *name,
		       struct rpc_error *e)
{
	struct record *r = world_record(n, d), *copy;
	int rc;

	if (!r)
		return not_ours(d, e);
	copy = preserved_copy(n, r, uuid, name);
	if (!copy)
		return fail_memory(e);
	copy->keep_ended = r->keep_ended;
	/* Killed from here on, nacred finds a record that no domain has, and forgets it: with
	 * the domain's number in it, it would end the domain, too. */
	copy->domid = r->domid = -1;
	if (record_save(&n->records, copy, e) || record_save(&n->records, r, e)) {
		record_remove(&n->records, copy);
		rc = -1;
	} else {
		rc = change_identity(n, copy, d);
		if (rc)
			fail_errno(e, rc, "hypervisor.refused", "cannot preserve domain %u",
				   d->domid);
	}
	if (rc) {
		r->domid = d->domid;
		save_or_log(n, r);
		return -1;
	}
	copy->domid = d->domid;
	save_or_log(n, copy);
	record_remove(&n->records, r);
	return 0;
}

/* The next life of @r: the old domain goes or is preserved, then a new one. */
static void restart(struct nacred *n, struct record *r, struct domain *d, bool keep_old)
{
	uuid_t other;

	/* As libxl does: the next life has the weight, the cap, the memory and the number of
	 * vCPUs of this one, but is pinned and placed as the configuration says; one that
	 * was stored since then is followed in all. */
	if (r->next_config) {
		json_free(r->config);
		r->config = r->next_config;
		r->next_config = NULL;
	} else {
		complete_running_config(n, d, r->config);
	}
	r->state = RECORD_RESTARTING;
	if (keep_old) {
		uuid_generate(other);
		uuid_unparse_lower(other, r->preserve_as);
	}
	save_or_log(n, r);
	if (keep_old && preserve(n, r, d) == 0)
		start_again(n, r->uuid, NULL, NULL);
	else
		destroy(n, d->domid, r->uuid, start_again);
	r->preserve_as[0] = '\0';
}

static void carry_out(struct nacred *n, struct record *r, struct domain *d,
		      enum config_action action)
{
	switch (action) {
	case ACTION_RESTART:
	case ACTION_COREDUMP_RESTART:
	case ACTION_RENAME_RESTART:
		restart(n, r, d, action == ACTION_RENAME_RESTART);
		break;
	case ACTION_PRESERVE:
		break;
	case ACTION_SOFT_RESET:
		log_warning("%s: soft-reset is not available, destroying only", r->name);
		destroy(n, d->domid, r->uuid, forget);
		break;
	case ACTION_DESTROY:
	case ACTION_COREDUMP_DESTROY:
		destroy(n, d->domid, r->uuid, forget);
		break;
	}
}

static enum config_action action_of(const struct record *r, const struct domain *d)
{
	return config_action(r->config, (unsigned int)domain_shutdown_reason(d));
}

static bool wants_core(enum config_action action)
{
	return action == ACTION_COREDUMP_RESTART || action == ACTION_COREDUMP_DESTROY;
}

/* Core or not, its domain is dealt with, unless somebody has destroyed it meanwhile. */
static void core_done(struct nacred *n, const char *uuid)
{
	struct record *r = record_by_uuid(&n->records, uuid);
	struct domain *d = model_by_uuid(&n->model, uuid);

	if (r && d && r->state == RECORD_RUNNING && domain_shutdown_reason(d) >= 0 &&
	    !teardown_running(n, uuid))
		carry_out(n, r, d, action_of(r, d));
}

static void act(struct nacred *n, struct record *r, struct domain *d)
{
	enum config_action action = action_of(r, d);
	struct rpc_error e;

	log_entry(SD_NOTICE, LOG_FIELDS(.id = LOG_ID_ENDED, .domain = r->name),
		  "domain %u (%s) ended with reason %d: %s", d->domid, r->name,
		  domain_shutdown_reason(d), config_action_word(action));
	if (wants_core(action)) {
		if (!core_file_begin(n, d->domid, r->uuid, r->name, core_done, &e))
			return;
		log_error("%s has no core: %s", r->name, e.message);
	}
	carry_out(n, r, d, action);
}

int lifecycle_supervise(struct nacred *n, const struct domain *d, struct rpc_error *e)
{
	struct record *r = world_record(n, d);

	if (!r)
		return not_ours(d, e);
	if (!r->keep_ended)
		return 0;
	r->keep_ended = false;
	if (record_save(&n->records, r, e)) {
		r->keep_ended = true;
		return -1;
	}
	lifecycle_schedule(n);
	return 0;
}

/* Looks again from the start after each action: it may have changed the model. */
static bool act_on_one(struct nacred *n)
{
	size_t i;

	for (i = 0; i < n->model.nr; i++) {
		struct domain *d = n->model.domains[i];
		struct record *r;

		/* Looking for a record is left to the few for which it matters. */
		if (d->handled || domain_shutdown_reason(d) < 0)
			continue;
		r = world_record(n, d);
		if (!r || r->state != RECORD_RUNNING || teardown_running(n, d->uuid))
			continue;
		if (r->keep_ended)
			continue;
		if (wants_core(action_of(r, d)) && n->nr_dumps >= LIMIT_DUMPS)
			continue; /* the end of one brings us back here */
		d->handled = true;
		act(n, r, d);
		return true;
	}
	return false;
}

/* The domain of a record.  All records are looked at after each change of any domain: the
 * domain is nearly always the one with the id that the record has. */
static const struct domain *domain_of(const struct nacred *n, const struct record *r)
{
	const struct domain *d =
		r->domid < 0 ? NULL : model_by_domid(&n->model, (uint32_t)r->domid);

	if (d && !domain_dying(d) && strcmp(d->uuid, r->uuid) == 0)
		return d;
	return model_by_uuid(&n->model, r->uuid);
}

/* Records whose domain somebody else destroyed. */
static bool forget_one(struct nacred *n)
{
	struct record *r;

	for (r = n->records.first; r; r = r->next) {
		const struct domain *d = domain_of(n, r);

		if (r->state != RECORD_RUNNING || (d && !domain_dying(d)) ||
		    teardown_running(n, r->uuid))
			continue;
		log_entry(SD_NOTICE, LOG_FIELDS(.id = LOG_ID_ENDED, .domain = r->name),
			  "domain %lld (%s) was destroyed by others", (long long)r->domid, r->name);
		destroy(n, r->domid, r->uuid, forget);
		return teardown_running(n, r->uuid);
	}
	return false;
}

static int on_scan(sd_event_source *s, void *arg)
{
	struct nacred *n = arg;

	while (act_on_one(n) || forget_one(n))
		;
	return 0;
}

void lifecycle_schedule(struct nacred *n)
{
	if (n->scan)
		sd_event_source_set_enabled(n->scan, SD_EVENT_ONESHOT);
}

int lifecycle_start(struct nacred *n)
{
	int rc = sd_event_add_defer(n->loop, &n->scan, on_scan, n);

	return rc < 0 ? rc : 0;
}

void lifecycle_stop(struct nacred *n)
{
	n->scan = sd_event_source_disable_unref(n->scan);
}

static int64_t living_domid(struct nacred *n, const char *uuid)
{
	const struct domain *d = model_by_uuid(&n->model, uuid);

	return d ? (int64_t)d->domid : -1;
}

/* Its record was complete, and then nacred was killed before the domain ran at all. */
static void start_unstarted(struct nacred *n, const struct record *r, const struct domain *d)
{
	int rc;

	if (r->begins_paused || d->info.cpu_time || !(d->info.flags & XEN_DOMINF_paused))
		return;
	log_notice("%s was made, but not started: starting it", r->name);
	rc = ctrl_domain_unpause(n->ctrl, d->domid);
	if (rc)
		log_error("cannot start domain %u: %s", d->domid, strerror(-rc));
}

static void recover_one(struct nacred *n, struct record *r)
{
	struct domain *d = model_by_uuid(&n->model, r->uuid);
	int64_t domid = living_domid(n, r->uuid);

	if (r->state == RECORD_CREATING) {
		log_notice("%s was half made: taking it back", r->name);
		destroy(n, domid < 0 ? r->domid : domid, r->uuid, forget);
	} else if (r->state == RECORD_RESTARTING) {
		log_notice("%s was being started again: going on", r->name);
		if (r->preserve_as[0] && d && domain_shutdown_reason(d) >= 0 && !domain_dying(d) &&
		    preserve(n, r, d) == 0)
			start_again(n, r->uuid, NULL, NULL);
		else
			destroy(n, domid, r->uuid, start_again);
		r->preserve_as[0] = '\0';
	} else if (domid >= 0) {
		r->domid = domid;
		start_unstarted(n, r, d);
	}
}

static void mend(struct nacred *n, const struct domain *d, const struct record *r)
{
	char *vm = NULL;
	const char *old;
	uuid_t u;

	if (store_readf(n->store, XBT_NULL, &vm, "/local/domain/%u/vm", d->domid))
		return;
	old = strncmp(vm, "/vm/", 4) == 0 ? vm + 4 : "";
	if (uuid_parse(old, u) == 0 && strcmp(old, d->uuid) != 0) {
		log_notice("domain %u was becoming %s: going on", d->domid, r->name);
		/* The next life of a domain that is kept has what that was called by. */
		if (model_by_uuid(&n->model, old))
			old = d->uuid;
		if (nodes_change_uuid(n->store, d->domid, old, d->uuid, r->name, r->start_time))
			log_warning("cannot rename domain %u in xenstore", d->domid);
	}
	free(vm);
}

void lifecycle_mend(struct nacred *n)
{
	const struct record *r;
	size_t i;

	for (i = 0; i < n->model.nr; i++) {
		r = record_by_uuid(&n->records, n->model.domains[i]->uuid);
		if (r && n->store && n->model.domains[i]->domid)
			mend(n, n->model.domains[i], r);
	}
}

void lifecycle_recover(struct nacred *n)
{
	struct record *r, *next;

	for (r = n->records.first; r; r = next) {
		next = r->next;
		recover_one(n, r);
	}
	lifecycle_schedule(n);
}
