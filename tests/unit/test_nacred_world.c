/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * nacred over a hypervisor of a few lines: the wrappers that it calls are taken
 * over by the linker (--wrap).  Waits, ends and their actions, answers to calls.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctrl/domain.h"
#include "ctrl/sched.h"
#include "lifecycle.h"
#include "limits.h"
#include "nacred.h"
#include "nacred_loop.h"
#include "stores.h"
#include "teardown.h"
#include "wait.h"
#include "world.h"

static struct xen_domctl_getdomaininfo doms[8];
static size_t nr_doms;
static int list_error, steps_left;

int __wrap_ctrl_domain_list(struct ctrl *c, uint32_t first, struct xen_domctl_getdomaininfo *info,
			    unsigned int max)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < nr_doms && n < max; i++)
		if (doms[i].domain >= first)
			info[n++] = doms[i];
	return list_error ? list_error : (int)n;
}

static struct xen_domctl_getdomaininfo *find(uint32_t domid)
{
	size_t i;

	for (i = 0; i < nr_doms; i++)
		if (doms[i].domain == domid)
			return &doms[i];
	return NULL;
}

int __wrap_ctrl_domain_pause(struct ctrl *c, uint32_t domid)
{
	find(domid)->flags |= XEN_DOMINF_paused;
	return 0;
}

int __wrap_ctrl_domain_unpause(struct ctrl *c, uint32_t domid)
{
	find(domid)->flags &= ~XEN_DOMINF_paused;
	return 0;
}

static void vanish(uint32_t domid)
{
	struct xen_domctl_getdomaininfo *d = find(domid);

	memmove(d, d + 1, (size_t)(&doms[--nr_doms] - d) * sizeof(*d));
}

int __wrap_ctrl_domain_destroy_step(struct ctrl *c, uint32_t domid)
{
	if (!find(domid))
		return -ESRCH;
	if (steps_left-- > 0)
		return -EAGAIN;
	vanish(domid);
	return 0;
}

int __wrap_ctrl_sched_get_credit2(struct ctrl *c, uint32_t domid,
				  struct xen_domctl_sched_credit2 *params)
{
	*params = (struct xen_domctl_sched_credit2){.weight = 512, .cap = 30};
	return 0;
}

/* One pool, the domains' own. */
int __wrap_ctrl_cpupool_info(struct ctrl *c, uint32_t first, struct ctrl_cpupool *pool)
{
	if (first)
		return -ENOENT;
	*pool = (struct ctrl_cpupool){.sched_id = XEN_SCHEDULER_CREDIT2, .cpus = {1}};
	return 0;
}

static char dir[] = "/tmp/nacre-world-XXXXXX";

static void add(domid_t domid, uint8_t uuid, uint32_t flags)
{
	memset(&doms[nr_doms], 0, sizeof(doms[0]));
	doms[nr_doms].domain = domid;
	doms[nr_doms].handle[15] = uuid;
	doms[nr_doms].tot_pages = 2048;
	doms[nr_doms++].flags = flags | (domid ? XEN_DOMINF_hvm_guest : 0);
}

static struct record *record(uint8_t uuid, const char *name, const char *top)
{
	char text[512], id[UUID_TEXT], why[160];
	struct json *config;
	struct record *r;

	snprintf(id, sizeof(id), "00000000-0000-0000-0000-0000000000%02x", uuid);
	snprintf(text, sizeof(text),
		 "{\"c_info\":{\"type\":\"pvh\",\"name\":\"%s\"},\"b_info\":{}%s}", name, top);
	config = json_parse(text, strlen(text), NULL, why, sizeof(why));
	r = record_new(&n.records, id, name, config);
	r->state = RECORD_RUNNING;
	return r;
}

static void start(void)
{
	cr_assert_not_null(mkdtemp(dir));
	loop_start();
	records_load(&n.records, dir);
	cr_assert_eq(lifecycle_start(&n), 0);
	add(0, 0, XEN_DOMINF_running);
}

static void stop(void)
{
	teardown_stop(&n);
	lifecycle_stop(&n);
	loop_stop();
	model_free(&n.model);
	pools_free(&n.pools);
	records_free(&n.records);
	rmdir(dir);
}

TestSuite(world, .init = start, .fini = stop);

static const char *hear(int fd)
{
	loop_turn();
	loop_hear(fd);
	return heard;
}

static const char *call(int fd, const char *method, const char *params)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}\n", method,
		 params);
	cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	return hear(fd);
}

static void says(const char *text, const char *word)
{
	cr_assert(strstr(text, word), "no %s in: %s", word, text);
}

/* What the watch on @releaseDomain does. */
static void look(void)
{
	struct rpc_error e;

	cr_assert_eq(world_refresh(&n, &e), 0);
	loop_turn();
}

Test(world, lists_and_describes)
{
	int fd = loop_join();

	record(1, "web", "");
	add(1, 1, XEN_DOMINF_blocked);
	add(2, 2, XEN_DOMINF_running | XEN_DOMINF_dying);
	says(call(fd, "domain.list", "{}"), "\"name\":\"Domain-0\"");
	says(heard, "\"name\":\"web\"");
	says(heard, "\"type\":\"pv\"");
	says(heard, "\"state\":{\"running\":false,\"blocked\":true");
	says(heard, "{\"running\":false,\"blocked\":false,\"paused\":false,\"shutdown\":false,"
		    "\"dying\":true,\"building\":false}");
	says(heard, "\"current_memkb\":8192");
	says(call(fd, "domain.get", "{\"domain\":\"web\"}"), "\"weight\":512,\"cap\":30");
	says(call(fd, "domain.get", "{\"domain\":\"00000000-0000-0000-0000-000000000001\"}"),
	     "\"domid\":1");
	says(call(fd, "domain.get", "{\"domain\":2}"), "\"has_config\":false");
	says(call(fd, "domain.get", "{\"domain\":3}"), "\"code\":-32021");
	says(call(fd, "domain.get", "{\"domain\":\"nobody\"}"), "domain.not_found");
	close(fd);
}

Test(world, identifies)
{
	int fd = loop_join();

	record(1, "web", "");
	add(1, 1, 0);
	says(call(fd, "domain.identify", "{\"domain\":\"web\"}"),
	     "\"result\":{\"domid\":1,\"name\":\"web\",\"uuid\":"
	     "\"00000000-0000-0000-0000-000000000001\",\"generation\":1}");
	says(call(fd, "domain.identify", "{\"domain\":1}"), "\"name\":\"web\"");
	says(call(fd, "domain.identify", "{\"domain\":\"we\"}"), "domain.not_found");
	close(fd);
}

/* What has ended is acted on from then on. */
Test(world, supervises)
{
	int fd = loop_join();
	struct record *r = record(1, "web", ",\"on_poweroff\":\"preserve\"");

	r->keep_ended = true;
	add(1, 1, XEN_DOMINF_shutdown);
	add(2, 2, 0);
	look();
	cr_assert(!model_by_domid(&n.model, 1)->handled);
	says(call(fd, "domain.supervise", "{\"domain\":2}"), "domain.not_ours");
	says(call(fd, "domain.supervise", "{\"domain\":1}"), "\"name\":\"web\"");
	loop_turn();
	cr_assert(!r->keep_ended && model_by_domid(&n.model, 1)->handled);
	says(call(fd, "domain.supervise", "{\"domain\":1}"), "\"name\":\"web\"");
	record_remove(&n.records, r);
	close(fd);
}

Test(world, the_hypervisor_may_fail)
{
	int fd = loop_join();

	list_error = -EIO;
	says(call(fd, "domain.list", "{}"), "hypervisor.unreachable");
	list_error = 0;
	says(call(fd, "domain.list", "{}"), "\"result\"");
	close(fd);
}

Test(world, pauses_and_tells)
{
	int fd = loop_join(), other = loop_join();

	record(1, "web", "");
	add(1, 1, 0);
	call(other, "event.subscribe", "{\"types\":[\"domain.paused\",\"domain.unpaused\"]}");
	says(call(fd, "domain.pause", "{\"domain\":\"web\"}"), "\"result\"");
	says(hear(other), "\"type\":\"domain.paused\"");
	says(call(fd, "domain.unpause", "{\"domain\":1}"), "\"result\"");
	says(hear(other), "\"type\":\"domain.unpaused\"");
	close(fd);
	close(other);
}

Test(world, leaves_alone_what_must_not_be_changed)
{
	int fd = loop_join();

	record(1, "half", "")->state = RECORD_CREATING;
	add(1, 1, 0);
	add(2, 2, XEN_DOMINF_dying);
	says(call(fd, "domain.destroy", "{\"domain\":0}"), "domain.is_dom0");
	says(call(fd, "domain.pause", "{\"domain\":0}"), "domain.is_dom0");
	says(call(fd, "domain.pause", "{\"domain\":\"half\"}"), "domain.busy");
	says(call(fd, "domain.pause", "{\"domain\":2}"), "domain.dying");
	close(fd);
}

Test(world, without_xenstored_reads_go_on)
{
	int fd = loop_join();

	record(1, "web", "");
	add(1, 1, 0);
	says(call(fd, "domain.shutdown", "{\"domain\":1}"), "xenstore.unreachable");
	says(call(fd, "domain.rename", "{\"domain\":1,\"new_name\":\"x\"}"),
	     "xenstore.unreachable");
	says(call(fd, "domain.wait", "{\"domain\":1,\"for\":\"console\"}"), "xenstore.unreachable");
	says(call(fd, "domain.list", "{}"), "\"result\"");
	close(fd);
}

Test(world, destroy_goes_in_steps_and_forgets)
{
	int fd = loop_join(), i;

	record(1, "web", "");
	add(1, 1, 0);
	steps_left = 50;
	call(fd, "domain.destroy", "{\"domain\":\"web\"}");
	for (i = 0; !*heard && i < 1000; i++) {
		sd_event_run(n.loop, 1000);
		hear(fd);
	}
	says(heard, "\"result\":{\"domid\":1,\"name\":\"web\"");
	cr_assert_null(n.records.first);
	cr_assert_eq(n.model.nr, 1);
	close(fd);
}

static void waits(const char *what, void (*end)(void), const char *answer)
{
	char params[64];
	int fd = loop_join();

	record(1, "web", ",\"on_poweroff\":\"preserve\"");
	add(1, 1, 0);
	snprintf(params, sizeof(params), "{\"domain\":\"web\",\"for\":\"%s\"}", what);
	cr_assert_str_eq(call(fd, "domain.wait", params), "");
	look();
	cr_assert_str_eq(hear(fd), "");
	end();
	look();
	says(hear(fd), answer);
	close(fd);
}

static void end_shutdown(void)
{
	find(1)->flags |= XEN_DOMINF_shutdown;
}

static void end_dying(void)
{
	find(1)->flags |= XEN_DOMINF_dying;
}

static void end_vanish(void)
{
	vanish(1);
}

static void end_replaced(void)
{
	vanish(1);
	add(1, 2, 0);
	find(1)->handle[15] = 2;
}

Test(world, wait_for_shutdown)
{
	waits("shutdown", end_shutdown, "\"reached\":true,\"shutdown_reason\":0");
}

Test(world, wait_for_shutdown_of_one_that_is_killed)
{
	waits("shutdown", end_dying, "\"reached\":true,\"shutdown_reason\":null");
}

Test(world, wait_for_shutdown_of_one_that_vanishes)
{
	waits("shutdown", end_vanish, "\"reached\":true,\"shutdown_reason\":null");
}

Test(world, wait_for_the_end)
{
	waits("destroyed", end_dying, "\"reached\":true");
}

Test(world, wait_for_the_end_of_one_that_vanishes)
{
	waits("destroyed", end_vanish, "\"reached\":true");
}

Test(world, an_id_with_another_uuid_is_the_same_domain)
{
	int fd = loop_join();

	record(1, "web", "");
	add(1, 1, 0);
	cr_assert_str_eq(call(fd, "domain.wait", "{\"domain\":1,\"for\":\"destroyed\"}"), "");
	end_replaced();
	look();
	cr_assert_str_eq(hear(fd), "");
	close(fd);
}

Test(world, wait_has_a_limit)
{
	int fd = loop_join(), i;

	add(1, 1, 0);
	call(fd, "domain.wait", "{\"domain\":1,\"for\":\"shutdown\",\"timeout_ms\":20}");
	for (i = 0; !*heard && i < 1000; i++) {
		sd_event_run(n.loop, 10000);
		hear(fd);
	}
	says(heard, "\"reached\":false");
	close(fd);
}

Test(world, late_waits_are_answered)
{
	int fd = loop_join();

	record(1, "web", "");
	add(1, 1, XEN_DOMINF_shutdown | 3u << XEN_DOMINF_shutdownshift);
	look();
	loop_turn();
	cr_assert_null(find(1), "on_crash=destroy is the default");
	says(call(fd, "domain.wait", "{\"domain\":\"web\",\"for\":\"destroyed\"}"),
	     "\"reached\":true,\"shutdown_reason\":3");
	says(call(fd, "domain.wait", "{\"domain\":1,\"for\":\"shutdown\"}"), "\"reached\":true");
	says(call(fd, "domain.wait", "{\"domain\":\"web\",\"for\":\"console\"}"),
	     "domain.not_found");
	close(fd);
}

Test(world, waits_go_with_their_client)
{
	int fd = loop_join(), other = loop_join();

	add(1, 1, 0);
	call(fd, "domain.wait", "{\"domain\":1,\"for\":\"shutdown\"}");
	call(other, "domain.wait", "{\"domain\":1,\"for\":\"shutdown\"}");
	cr_assert_eq(n.nr_waiters, 2);
	close(fd);
	loop_turn();
	cr_assert_eq(n.nr_waiters, 1);
	find(1)->flags |= XEN_DOMINF_shutdown;
	look();
	says(hear(other), "\"reached\":true");
	close(other);
}

Test(world, preserve_keeps_it)
{
	record(1, "web", ",\"on_poweroff\":\"preserve\"");
	add(1, 1, XEN_DOMINF_shutdown);
	look();
	cr_assert_not_null(find(1));
	cr_assert_not_null(n.records.first);
}

Test(world, what_others_made_is_left_to_them)
{
	add(1, 1, XEN_DOMINF_shutdown);
	look();
	cr_assert_not_null(find(1));
}

Test(world, a_domain_that_others_destroyed_is_forgotten)
{
	record(1, "web", "");
	add(1, 1, 0);
	look();
	cr_assert_not_null(n.records.first);
	vanish(1);
	look();
	cr_assert_null(n.records.first);
}

Test(world, half_made_domains_are_taken_back_at_start)
{
	record(1, "half", "")->state = RECORD_CREATING;
	record(2, "nothing", "")->state = RECORD_CREATING;
	record(3, "whole", "");
	add(1, 1, XEN_DOMINF_paused);
	add(3, 3, 0);
	look();
	lifecycle_recover(&n);
	loop_turn();
	cr_assert_null(find(1));
	cr_assert_not_null(find(3));
	cr_assert_str_eq(n.records.first->name, "whole");
	cr_assert_null(n.records.first->next);
	cr_assert_eq(n.records.first->domid, 3);
	record_remove(&n.records, n.records.first);
}

Test(world, names_and_uuids_are_given_once)
{
	struct rpc_error e;

	record(1, "web", "");
	add(1, 1, 0);
	add(2, 2, 0);
	look();
	cr_assert_eq(world_check_free(&n, "web", NULL, &e), -1);
	cr_assert_str_eq(e.message, "Domain with name \"web\" already exists.");
	cr_assert_eq(world_check_free(&n, "Domain-0", NULL, &e), -1);
	cr_assert_eq(world_check_free(&n, "x", "00000000-0000-0000-0000-000000000002", &e), -1);
	cr_assert_eq(world_check_free(&n, "x", "00000000-0000-0000-0000-000000000009", &e), 0);
}
