/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* XEN_SYSCTL_livepatch_op: states and actions, on text that really runs. */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/nacre_sysctl.h>
#include <hv/pcpu.h>
#include "hvcall.h"
#include "patch_file.h"

#define FILE_AT 0x10000u /* in dom0's arena */

static struct vcpu *zero;
static struct patch_file good;
static uint8_t original[HOST_TEXT_SIZE];

/* mov $n, %eax; ret */
static void write_function(size_t offset, uint8_t n)
{
	const uint8_t insn[] = {0xb8, n, 0, 0, 0, 0xc3};

	memcpy(host_text() + offset, insn, sizeof(insn));
}

static int call(size_t offset)
{
	return ((int (*)(void))(host_text() + offset))();
}

static void boot(void)
{
	hv_boot(1, 64);
	zero = dom0->vcpu[0];
	write_function(HOST_VICTIM, 1);
	write_function(HOST_BYSTANDER, 2);
	memcpy(original, host_text(), sizeof(original));
	patch_file_good(&good);
	patch_file_make(&good);
}

TestSuite(livepatch, .init = boot);

static struct xen_livepatch_name name_at(uint64_t addr, const char *name)
{
	struct xen_livepatch_name n = {.size = (uint16_t)(strlen(name) + 1)};

	hv_put(zero, addr, name, n.size);
	n.name.p = (void *)addr;
	return n;
}

static long op(struct xen_sysctl *s, uint32_t cmd)
{
	s->cmd = XEN_SYSCTL_livepatch_op;
	s->u.livepatch.cmd = cmd;
	return hv_sysctl(zero, s);
}

static long upload(const char *name, const struct patch_file *f)
{
	struct xen_sysctl s = {0};
	struct xen_sysctl_livepatch_upload *u = &s.u.livepatch.u.upload;

	hv_put(zero, FILE_AT, f->bytes, f->size);
	u->name = name_at(BUF2, name);
	u->size = f->size;
	u->payload.p = (void *)(uintptr_t)FILE_AT;
	return op(&s, XEN_SYSCTL_LIVEPATCH_UPLOAD);
}

static long action_with(const char *name, uint32_t cmd, uint32_t flags)
{
	struct xen_sysctl s = {0};
	struct xen_sysctl_livepatch_action *a = &s.u.livepatch.u.action;
	long rc;

	a->name = name_at(BUF2, name);
	a->cmd = cmd;
	a->flags = flags;
	rc = op(&s, XEN_SYSCTL_LIVEPATCH_ACTION);
	/* The dispatch loop comes round. */
	livepatch_rendezvous();
	return rc;
}

static long action(const char *name, uint32_t cmd)
{
	return action_with(name, cmd, 0);
}

static long get(const char *name, uint32_t *state)
{
	struct xen_sysctl s = {0};
	long rc;

	s.u.livepatch.u.get.name = name_at(BUF2, name);
	rc = op(&s, XEN_SYSCTL_LIVEPATCH_GET);
	*state = s.u.livepatch.u.get.status.state;
	return rc ? rc : s.u.livepatch.u.get.status.rc;
}

#define is(name, wanted, result)                                                                   \
	do {                                                                                       \
		uint32_t state_;                                                                   \
		cr_assert_eq(get(name, &state_), result);                                          \
		cr_assert_eq(state_, wanted);                                                      \
	} while (0)

#define CHECKED LIVEPATCH_STATE_CHECKED
#define APPLIED LIVEPATCH_STATE_APPLIED

Test(livepatch, a_function_is_replaced_and_comes_back)
{
	cr_assert_eq(upload("a", &good), 0);
	is("a", CHECKED, 0);
	cr_assert_eq(call(HOST_VICTIM), 1);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	is("a", APPLIED, 0);
	cr_assert_eq(call(HOST_VICTIM), 42);
	cr_assert_eq(call(HOST_BYSTANDER), 2);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REVERT), 0);
	is("a", CHECKED, 0);
	cr_assert_arr_eq(host_text(), original, sizeof(original));
	cr_assert_gt(host.syncs, 0);
	/* Without data it can be applied again. */
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	is("a", APPLIED, 0);
}

Test(livepatch, names_are_checked)
{
	struct xen_sysctl s = {0};
	uint32_t state;

	cr_assert_eq(upload("", &good), -XEN_EINVAL);
	cr_assert_eq(upload("two words", &good), -XEN_EINVAL);
	cr_assert_eq(upload("esc\033[2J", &good), -XEN_EINVAL);
	cr_assert_eq(upload("a", &good), 0);
	cr_assert_eq(upload("a", &good), -XEN_EEXIST);
	cr_assert_eq(upload("b", &good), -XEN_EEXIST, "the same build-id");
	cr_assert_eq(get("b", &state), -XEN_ENOENT);
	cr_assert_eq(action("b", LIVEPATCH_ACTION_APPLY), -XEN_ENOENT);
	s.u.livepatch.u.get.name = name_at(BUF2, "a");
	s.u.livepatch.u.get.name.size = 129;
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_GET), -XEN_EINVAL);
	s.u.livepatch.u.get.name.size = 1; /* not terminated */
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_GET), -XEN_EINVAL);
	s.u.livepatch.u.get.name = name_at(BUF2, "a");
	s.u.livepatch.u.get.name.pad[1] = 1;
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_GET), -XEN_EINVAL);
	cr_assert_eq(op(&s, 4), -XEN_EOPNOTSUPP);
}

/* Every action in every state: result of the call, state and rc afterwards. */
Test(livepatch, states_and_actions)
{
	cr_assert_eq(upload("a", &good), 0);
	cr_assert_eq(action("a", 0), -XEN_EOPNOTSUPP);
	cr_assert_eq(action("a", 5), -XEN_EOPNOTSUPP);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REVERT), 0);
	is("a", CHECKED, 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REPLACE), 0);
	is("a", APPLIED, 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_UNLOAD), -XEN_EINVAL);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	is("a", APPLIED, 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REPLACE), 0);
	is("a", APPLIED, 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REVERT), 0);
	is("a", CHECKED, 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_UNLOAD), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_UNLOAD), -XEN_ENOENT);
	cr_assert_arr_eq(host_text(), original, sizeof(original));
}

/* "b" on top of "a", whose build-id it names. */
static void make_second(struct patch_file *f)
{
	patch_file_good(f);
	f->id.bytes[0] = 8;
	f->depends = good.id;
	f->function = "bystander";
	patch_file_make(f);
}

Test(livepatch, they_stack_by_build_id)
{
	struct patch_file second;

	make_second(&second);
	cr_assert_eq(upload("b", &second), 0);
	cr_assert_eq(action("b", LIVEPATCH_ACTION_APPLY), -XEN_EINVAL, "not on the hypervisor");
	cr_assert_eq(upload("a", &good), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(action("b", LIVEPATCH_ACTION_APPLY), 0);
	is("b", APPLIED, 0);
	cr_assert_eq(call(HOST_VICTIM) + call(HOST_BYSTANDER), 84);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REVERT), -XEN_EBUSY);
	cr_assert_eq(action("b", LIVEPATCH_ACTION_REVERT), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REVERT), 0);
	cr_assert_eq(action_with("b", LIVEPATCH_ACTION_APPLY, LIVEPATCH_ACTION_APPLY_NODEPS), 0);
	is("b", APPLIED, 0);
	cr_assert_eq(call(HOST_VICTIM), 1);
	cr_assert_eq(action("b", LIVEPATCH_ACTION_REVERT), 0);
	cr_assert_arr_eq(host_text(), original, sizeof(original));
}

Test(livepatch, one_replaces_the_whole_stack)
{
	struct patch_file second, third;

	make_second(&second);
	patch_file_good(&third);
	third.id.bytes[0] = 9;
	patch_file_make(&third);
	cr_assert_eq(upload("a", &good), 0);
	cr_assert_eq(upload("b", &second), 0);
	cr_assert_eq(upload("c", &third), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(action("b", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(action("c", LIVEPATCH_ACTION_REPLACE), 0);
	is("a", CHECKED, 0);
	is("b", CHECKED, 0);
	is("c", APPLIED, 0);
	cr_assert_eq(call(HOST_VICTIM), 42);
	cr_assert_eq(call(HOST_BYSTANDER), 2);
	cr_assert_eq(action("c", LIVEPATCH_ACTION_REVERT), 0);
	cr_assert_arr_eq(host_text(), original, sizeof(original));
}

/* The hook's third byte is its result. */
static void hooked(struct patch_file *f, const char *section, uint8_t result)
{
	patch_file_good(f);
	f->hook_section = section;
	patch_file_make(f);
	f->bytes[f->section[PF_TEXT].offset + 17] = result;
}

Test(livepatch, hooks_may_veto)
{
	struct patch_file f;

	hooked(&f, ".livepatch.hooks.preapply", 16);
	cr_assert_eq(upload("a", &f), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REPLACE), -XEN_EOPNOTSUPP);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 16);
	is("a", CHECKED, 16);
	cr_assert_eq(call(HOST_VICTIM), 1);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_UNLOAD), 0);
	hooked(&f, ".livepatch.hooks.prerevert", 17);
	cr_assert_eq(upload("a", &f), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REVERT), 17);
	is("a", APPLIED, 17);
	cr_assert_eq(call(HOST_VICTIM), 42);
}

/* An action hook that fails, or does nothing, leaves the text as it was. */
Test(livepatch, actions_of_hooks_are_whole_or_nothing)
{
	struct patch_file f;

	hooked(&f, ".livepatch.hooks.apply", 5);
	cr_assert_eq(upload("a", &f), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	is("a", CHECKED, 5);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_UNLOAD), 0);
	hooked(&f, ".livepatch.hooks.apply", 0);
	cr_assert_eq(upload("a", &f), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	is("a", CHECKED, -XEN_EINVAL);
	cr_assert_arr_eq(host_text(), original, sizeof(original));
	cr_assert_eq(action("a", LIVEPATCH_ACTION_UNLOAD), 0);
	hooked(&f, ".livepatch.hooks.revert", 0);
	cr_assert_eq(upload("a", &f), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REVERT), 0);
	is("a", APPLIED, -XEN_EINVAL);
	cr_assert_eq(call(HOST_VICTIM), 42);
}

Test(livepatch, the_other_hooks_run)
{
	static const char *const sections[] = {".livepatch.hooks.load", ".livepatch.hooks.unload",
					       ".livepatch.hooks.postapply",
					       ".livepatch.hooks.postrevert"};

	for (unsigned int i = 0; i < ARRAY_SIZE(sections); i++) {
		struct patch_file f;

		hooked(&f, sections[i], 0);
		cr_assert_eq(upload("a", &f), 0);
		cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
		is("a", APPLIED, 0);
		cr_assert_eq(action("a", LIVEPATCH_ACTION_REVERT), 0);
		is("a", CHECKED, 0);
		cr_assert_eq(action("a", LIVEPATCH_ACTION_UNLOAD), 0);
	}
}

Test(livepatch, used_data_is_not_used_again)
{
	struct patch_file f;

	patch_file_good(&f);
	f.data_size = 8;
	patch_file_make(&f);
	cr_assert_eq(upload("a", &f), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_REVERT), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	is("a", CHECKED, -XEN_EINVAL);
	cr_assert_eq(call(HOST_VICTIM), 1);
}

Test(livepatch, expectations_are_held_against_the_text)
{
	struct patch_file f;

	patch_file_good(&f);
	patch_file_make(&f);
	f.record->expect_flags = 1 | 2 << 1;
	f.record->expect[0] = 0xb8;
	f.record->expect[1] = 9;
	cr_assert_eq(upload("a", &f), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), -XEN_EINVAL);
	write_function(HOST_VICTIM, 9);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	is("a", APPLIED, 0);
	cr_assert_eq(call(HOST_VICTIM), 42);
}

Test(livepatch, code_can_be_blanked)
{
	struct patch_file f;

	patch_file_good(&f);
	patch_file_make(&f);
	f.rela[1].type = 0; /* no new address: the bytes become no-ops */
	f.record->new_size = 5;
	cr_assert_eq(upload("a", &f), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(host_text()[0], 0x0f);
	cr_assert_eq(host_text()[5], 0xc3);
	call(HOST_VICTIM);
}

Test(livepatch, later_payloads_use_earlier_ones)
{
	struct patch_file second;

	patch_file_good(&second);
	second.id.bytes[0] = 8;
	second.depends = good.id;
	second.function = "bystander";
	second.wanted = "nobody_has_it";
	patch_file_make(&second);
	cr_assert_eq(upload("b", &second), -XEN_ENOENT);
	second.wanted = "fresh";
	patch_file_make(&second);
	cr_assert_eq(upload("b", &second), -XEN_ENOENT);
	cr_assert_eq(upload("a", &good), 0);
	cr_assert_eq(upload("b", &second), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_UNLOAD), -XEN_EBUSY);
	cr_assert_eq(action("b", LIVEPATCH_ACTION_UNLOAD), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_UNLOAD), 0);
}

static bool nobody_comes(void)
{
	host.now = stime_add(host.now, 1000000);
	return true;
}

Test(livepatch, when_cpus_do_not_meet_nothing_changes)
{
	nr_cpus_online = 2;
	host.relax = nobody_comes;
	cr_assert_eq(upload("a", &good), 0);
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	is("a", CHECKED, -XEN_EBUSY);
	cr_assert_gt(host.kicks[1], 0);
	cr_assert_arr_eq(host_text(), original, sizeof(original));
	/* Who comes late finds nobody. */
	host_on_cpu(1);
	livepatch_rendezvous();
	host_on_cpu(0);
	nr_cpus_online = 1;
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	is("a", APPLIED, 0);
}

Test(livepatch, one_action_at_a_time)
{
	struct xen_sysctl s = {0};
	struct xen_sysctl_livepatch_action *a = &s.u.livepatch.u.action;

	cr_assert_eq(upload("a", &good), 0);
	a->name = name_at(BUF2, "a");
	a->cmd = LIVEPATCH_ACTION_APPLY;
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_ACTION), 0);
	is("a", CHECKED, -XEN_EAGAIN);
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_ACTION), -XEN_EBUSY);
	a->pad = 1;
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_ACTION), -XEN_EINVAL);
	livepatch_rendezvous();
	is("a", APPLIED, 0);
}

Test(livepatch, the_list)
{
	struct xen_sysctl s = {0};
	struct xen_sysctl_livepatch_list *l = &s.u.livepatch.u.list;
	struct xen_livepatch_status status[2];
	char names[8], metadata[64];
	uint32_t len[2];

	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_LIST), 0);
	cr_assert_eq(l->nr, 0);
	cr_assert_eq(upload("abc", &good), 0);
	*l = (struct xen_sysctl_livepatch_list){0};
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_LIST), 0);
	cr_assert_eq(l->nr, 1);
	cr_assert_eq(l->name_total_size, 4);
	cr_assert_eq(l->metadata_total_size, 28);
	l->nr = 2;
	l->status.p = (void *)BUF2;
	l->name.p = (void *)(BUF2 + 256);
	l->len.p = (void *)(BUF2 + 512);
	l->metadata.p = (void *)BUF3;
	l->metadata_len.p = (void *)(BUF3 + 512);
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_LIST), 1);
	cr_assert_eq(l->nr, 0);
	hv_get(zero, BUF2, status, sizeof(status));
	hv_get(zero, BUF2 + 256, names, sizeof(names));
	hv_get(zero, BUF2 + 512, len, sizeof(len));
	hv_get(zero, BUF3, metadata, sizeof(metadata));
	cr_assert_eq(status[0].state, CHECKED);
	cr_assert_str_eq(names, "abc");
	cr_assert_eq(len[0], 4);
	cr_assert_arr_eq(metadata, "advisory=XSA-1\0builder=test", 28);
	l->nr = 1;
	l->name_total_size = 3;
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_LIST), -XEN_ENOBUFS);
	l->pad = 1;
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_LIST), -XEN_EINVAL);
	l->pad = 0;
	l->nr = 1025;
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_LIST), -XEN_E2BIG);
	l->nr = l->idx = 1;
	cr_assert_eq(op(&s, XEN_SYSCTL_LIVEPATCH_LIST), -XEN_EINVAL);
}

static struct nacre_sysctl_livepatch_info info(const char *name, long wanted)
{
	struct xen_sysctl s = {.cmd = NACRE_SYSCTL_livepatch_info};

	NACRE_SYSCTL_ARG(&s, livepatch_info)->name = name_at(BUF2, name);
	cr_assert_eq(hv_sysctl(zero, &s), wanted);
	return *NACRE_SYSCTL_ARG(&s, livepatch_info);
}

Test(livepatch, what_is_known_of_one)
{
	cr_assert_eq(upload("a", &good), 0);
	cr_assert_eq(info("a", 0).cmd, 0);
	cr_assert_eq(info("a", 0).position, 0);
	nr_cpus_online = 2;
	host.relax = nobody_comes;
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(info("a", 0).position, 0);
	cr_assert_eq(info("a", 0).cmd, LIVEPATCH_ACTION_APPLY);
	cr_assert_geq(info("a", 0).pause_ns, 30000000);
	nr_cpus_online = 1;
	cr_assert_eq(action("a", LIVEPATCH_ACTION_APPLY), 0);
	cr_assert_eq(info("a", 0).position, 1);
	cr_assert_eq(info("a", 0).functions, 1);
	cr_assert_eq(info("a", 0).pause_ns, 0);
	cr_assert_eq(info("a", 0).id_len, good.id.len);
	cr_assert_arr_eq(info("a", 0).build_id, good.id.bytes, good.id.len);
	info("b", -XEN_ENOENT);
}

Test(livepatch, guests_may_not)
{
	struct xen_sysctl s = {.cmd = XEN_SYSCTL_livepatch_op};
	struct domain *d = hv_guest(1, 16);

	for (uint32_t cmd = 0; cmd < 5; cmd++) {
		s.u.livepatch.cmd = cmd;
		cr_assert_eq(hv_sysctl(d->vcpu[0], &s), -XEN_EPERM);
	}
}
