/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "devices.h"

#include <errno.h>

#include "disk_spec.h"
#include "nic_spec.h"

/* One entry of a list; NULL after failing the build. */
typedef struct json *(*read_entry)(struct builder *b, const char *spec, size_t index);

static void put_list(struct builder *b, struct json *config, const char *member, const char *key,
		     read_entry read)
{
	const struct cfg_value *list;
	struct json *devices;
	size_t i;

	if (cfg_list(b->cfg, key, &list, b->report))
		return;
	devices = json_new_array();
	/* As in xl, the list ends where something other than text stands. */
	for (i = 0; i < list->nr && list->items[i]->type == CFG_STRING && !b->failed; i++)
		if (!json_append(devices, read(b, list->items[i]->string, i)))
			b->failed = true;
	if (devices && devices->nr)
		builder_set(b, config, member, devices);
	else
		json_free(devices);
}

static struct json *read_disk(struct builder *b, const char *spec, size_t index)
{
	struct disk_spec disk = {0};
	struct json *v = NULL;

	(void)index;
	if (!disk_spec_parse(b->cfg->source, &spec, 1, &disk, b->report))
		v = disk_spec_to_json(&disk);
	disk_spec_clear(&disk);
	b->failed |= !v;
	return v;
}

/* Parameters that are wrong are left out, as xl does; only a wrong number stops it. */
static struct json *read_nic(struct builder *b, const char *spec, size_t index)
{
	static const struct nic_defaults none = {NULL, NULL, NULL, NULL};
	struct json *nic;
	int rc = nic_spec_parse(b->cfg->source, spec, &none, (int)index, &nic, b->report);

	if (!rc || rc == -EINVAL)
		return nic;
	b->failed = true;
	json_free(nic);
	return NULL;
}

void devices_put_disks(struct builder *b, struct json *config)
{
	put_list(b, config, "disks", "disk", read_disk);
}

void devices_put_nics(struct builder *b, struct json *config)
{
	put_list(b, config, "nics", "vif", read_nic);
}
