/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Grants against a reference that only counts: two domains with two entries each,
 * every sequence of four steps of both (granting, revoking, mapping, unmapping and
 * copying), then long walks, in both versions.  After each step the result, the
 * flags that the granter sees and each page's reference count must be those of the
 * reference.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "grant_guest.h"

#define REFS	  2 /* entries FIRST and FIRST + 1, for gfns 8 and 9 */
#define FIRST	  8u
#define HANDLES	  3   /* mappings of each domain */
#define NO_HANDLE 77u /* never given */

struct ref_entry {
	bool granted, readonly;
	int readers, writers;
};
struct ref_map {
	bool used, write;
	int entry;
};

static struct ref_entry entry[2][REFS];
static struct ref_map map[2][HANDLES];
static struct domain *dom[2];
static struct gnttab_map_grant_ref real_map[2][HANDLES];
static void *table[2];
static grant_status_t *status[2];
static bool v2;

enum { GRANT, GRANT_RO, REVOKE, MAP, MAP_RO, UNMAP, COPY_FROM, COPY_TO, NR_WHAT };
struct step {
	int what, d, a; /* a: entry, or the mapping for UNMAP */
};

/* --- the granter's side, with the rules of xen/grant_table.h --------------------------- */

static uint16_t real_flags(int d, int e)
{
	if (v2)
		return ((grant_entry_v2_t *)table[d])[FIRST + e].hdr.flags | status[d][FIRST + e];
	return ((grant_entry_v1_t *)table[d])[FIRST + e].flags;
}

static void real_grant(int d, int e, bool readonly)
{
	uint16_t flags = GTF_permit_access | (readonly ? GTF_readonly : 0);
	domid_t to = dom[!d]->id;

	if (v2) {
		grant_entry_v2_t *g = &((grant_entry_v2_t *)table[d])[FIRST + e];

		g->full_page.frame = 8 + (uint64_t)e;
		g->hdr.domid = to;
		g->hdr.flags = flags;
	} else {
		((grant_entry_v1_t *)table[d])[FIRST + e] =
			(grant_entry_v1_t){flags, to, 8 + (uint32_t)e};
	}
}

/* Only what nobody uses may be changed: as a fair guest does it. */
static bool busy(int d, int e)
{
	return entry[d][e].readers || entry[d][e].writers;
}

static long ref_step(const struct step *s)
{
	int peer = !s->d, e = s->a, h;
	struct ref_entry *mine = &entry[s->d][e % REFS], *theirs = &entry[peer][e % REFS];
	bool write = s->what == MAP || s->what == COPY_TO;

	switch (s->what) {
	case GRANT:
	case GRANT_RO:
	case REVOKE:
		if (busy(s->d, e))
			return 0;
		*mine = (struct ref_entry){.granted = s->what != REVOKE,
					   .readonly = s->what == GRANT_RO};
		return 0;
	case UNMAP:
		if (!map[s->d][s->a].used)
			return GNTST_bad_handle;
		theirs = &entry[peer][map[s->d][s->a].entry];
		map[s->d][s->a].write ? theirs->writers-- : theirs->readers--;
		map[s->d][s->a].used = false;
		return GNTST_okay;
	}
	if (!theirs->granted || (write && theirs->readonly))
		return GNTST_general_error;
	if (s->what == COPY_FROM || s->what == COPY_TO)
		return GNTST_okay;
	for (h = 0; map[s->d][h].used; h++)
		;
	map[s->d][h] = (struct ref_map){true, write, e};
	write ? theirs->writers++ : theirs->readers++;
	return GNTST_okay;
}

static long real_copy(const struct step *s)
{
	struct gnttab_copy c = {.len = 8};
	struct gnttab_copy_ptr g = {.u.ref = FIRST + (uint32_t)s->a, .domid = dom[!s->d]->id},
			       own = {.u.gmfn = 10, .domid = DOMID_SELF};

	c.source = s->what == COPY_FROM ? g : own;
	c.dest = s->what == COPY_FROM ? own : g;
	c.flags = s->what == COPY_FROM ? GNTCOPY_source_gref : GNTCOPY_dest_gref;
	cr_assert_eq(GOP(dom[s->d]->vcpu[0], copy, &c), 0);
	return c.status;
}

/* @h: the mapping that the reference made; @was_busy: before the step. */
static long real_step(const struct step *s, int h, bool was_busy)
{
	struct vcpu *v = dom[s->d]->vcpu[0];
	struct gnttab_map_grant_ref m;
	long st;

	switch (s->what) {
	case GRANT:
	case GRANT_RO:
		if (!was_busy)
			real_grant(s->d, s->a, s->what == GRANT_RO);
		return 0;
	case REVOKE:
		if (!was_busy && v2)
			((grant_entry_v2_t *)table[s->d])[FIRST + s->a].hdr.flags = 0;
		else if (!was_busy)
			((grant_entry_v1_t *)table[s->d])[FIRST + s->a].flags = 0;
		return 0;
	case UNMAP:
		st = grant_unmap(v, &real_map[s->d][s->a]);
		real_map[s->d][s->a].handle = NO_HANDLE;
		return st;
	case COPY_FROM:
	case COPY_TO:
		return real_copy(s);
	}
	st = grant_map(v, dom[!s->d], FIRST + (uint32_t)s->a,
		       GNTMAP_host_map | (s->what == MAP_RO ? GNTMAP_readonly : 0),
		       0x1000 + (uint64_t)h, &m);
	if (st == GNTST_okay)
		real_map[s->d][h] = m;
	return st;
}

static void compare(void)
{
	for (int d = 0; d < 2; d++)
		for (int e = 0; e < REFS; e++) {
			const struct ref_entry *r = &entry[d][e];
			uint16_t want = r->granted ? GTF_permit_access : 0;

			want |= r->readonly ? GTF_readonly : 0;
			want |= r->readers || r->writers ? GTF_reading : 0;
			want |= r->writers ? GTF_writing : 0;
			cr_assert_eq(real_flags(d, e), want);
			cr_assert_eq(refs_of(dom[d], 8 + (uint64_t)e),
				     1 + (uint32_t)(r->readers + r->writers));
		}
}

static int free_map(int d)
{
	int h = 0;

	while (h < HANDLES && map[d][h].used)
		h++;
	return h;
}

static void do_step(const struct step *s)
{
	int h = free_map(s->d);
	bool was_busy = s->what <= REVOKE && busy(s->d, s->a);
	long want, got;

	if ((s->what == MAP || s->what == MAP_RO) && h == HANDLES)
		return;
	want = ref_step(s);
	got = real_step(s, h, was_busy);
	cr_assert_eq(want, got, "step %d of %d (%d): %ld, not %ld", s->what, s->d, s->a, got, want);
}

static void start_over(void)
{
	for (int d = 0; d < 2; d++) {
		for (int h = 0; h < HANDLES; h++)
			if (map[d][h].used)
				do_step(&(struct step){UNMAP, d, h});
		for (int h = 0; h < HANDLES; h++)
			real_map[d][h].handle = NO_HANDLE;
	}
	for (int d = 0; d < 2; d++)
		for (int e = 0; e < REFS; e++)
			do_step(&(struct step){REVOKE, d, e});
}

static struct step steps[64];
static int nr_steps;

static void start(bool version2)
{
	struct gnttab_set_version s = {.version = 2};

	hv_boot(1, 64);
	v2 = version2;
	for (int d = 0; d < 2; d++) {
		dom[d] = hv_guest(1, 16);
		if (v2)
			cr_assert_eq(GOP(dom[d]->vcpu[0], set_version, &s), 0);
		table[d] = grant_frame_of(dom[d], 0, false);
		status[d] = v2 ? grant_frame_of(dom[d], 0, true) : NULL;
		for (int what = 0; what < NR_WHAT; what++)
			for (int a = 0; a < REFS; a++)
				steps[nr_steps++] = (struct step){what, d, a};
	}
}

/* Only the other domain's steps can meet those on the first one's grants, so the
 * first step is the first one's. */
static void every_sequence_of_four(void)
{
	for (int i = 0; i < nr_steps / 2; i++)
		for (int j = 0; j < nr_steps; j++)
			for (int k = 0; k < nr_steps; k++)
				for (int l = 0; l < nr_steps; l++) {
					start_over();
					do_step(&steps[i]);
					do_step(&steps[j]);
					do_step(&steps[k]);
					do_step(&steps[l]);
					compare();
				}
}

static void long_walks(void)
{
	srand(1);
	for (int n = 0; n < 100000; n++) {
		struct step s = steps[rand() % nr_steps];

		if (s.what == UNMAP)
			s.a = rand() % HANDLES;
		do_step(&s);
		compare();
	}
	host_kill(dom[0]);
	dom[0] = NULL;
	host_kill(dom[1]);
}

Test(gnttab_model, every_sequence_in_version_1)
{
	start(false);
	every_sequence_of_four();
}

Test(gnttab_model, every_sequence_in_version_2)
{
	start(true);
	every_sequence_of_four();
}

Test(gnttab_model, long_walks_in_version_1)
{
	start(false);
	long_walks();
}

Test(gnttab_model, long_walks_in_version_2)
{
	start(true);
	long_walks();
}
