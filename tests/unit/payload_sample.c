/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "payload_sample.h"

#include <string.h>

#include "patch_file.h"

_Static_assert(SAMPLE_MAX == PATCH_FILE_MAX, "room for each");

static void fill(struct patch_id *id, uint8_t byte)
{
	memset(id, 0, sizeof(*id));
	memset(id->bytes, byte, SAMPLE_ID_LEN);
	id->len = SAMPLE_ID_LEN;
}

/* In place of the image's: there is no hypervisor in these tests. */
int hypervisor_build_id(struct patch_id *out)
{
	fill(out, 0xaa);
	return 0;
}

size_t payload_sample(const struct payload_sample *s, uint8_t *out)
{
	static struct patch_file f;

	patch_file_good(&f);
	fill(&f.id, s->id);
	fill(&f.depends, s->depends);
	fill(&f.xen_depends, s->build);
	f.data_size = s->data_size;
	f.hook_section = s->hook;
	if (s->modinfo) {
		f.modinfo = s->modinfo;
		f.modinfo_len = s->modinfo_len;
	}
	patch_file_make(&f);
	memcpy(out, f.bytes, f.size);
	return f.size;
}
