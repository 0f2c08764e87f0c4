/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "disk_spec.h"
#include "disk_words.h"

static bool put_string(struct json *object, const char *member, const char *value)
{
	return !value || json_set_string(object, member, value);
}

static bool put_word(struct json *object, const char *member, const struct disk_word *words,
		     unsigned int value)
{
	while (words->name && (words->value != value || !*words->name))
		words++;
	return !words->name || json_set_string(object, member, words->name);
}

static bool put_switch(struct json *object, const char *member, enum spec_switch value)
{
	return value == SPEC_UNSET ||
	       json_set_string(object, member, value == SPEC_ON ? "True" : "False");
}

static bool put_number(struct json *object, const char *member, int value)
{
	return !value || json_set_int(object, member, value);
}

struct json *disk_spec_to_json(const struct disk_spec *disk)
{
	struct json *v = json_new_object();

	if (v && put_string(v, "backend_domname", disk->backend_domname) &&
	    put_string(v, "pdev_path", disk->pdev_path) && put_string(v, "vdev", disk->vdev) &&
	    put_word(v, "backend", disk_backends, disk->backend) &&
	    put_word(v, "format", disk_formats, disk->format) &&
	    put_string(v, "script", disk->script) && put_number(v, "removable", disk->removable) &&
	    put_number(v, "readwrite", disk->readwrite) &&
	    put_number(v, "is_cdrom", disk->is_cdrom) &&
	    (!disk->direct_io_safe || json_set_bool(v, "direct_io_safe", true)) &&
	    put_switch(v, "discard_enable", disk->discard) &&
	    put_word(v, "specification", disk_specifications, disk->specification) &&
	    put_switch(v, "colo_enable", disk->colo) &&
	    put_string(v, "colo_host", disk->colo_host) &&
	    put_number(v, "colo_port", disk->colo_port) &&
	    put_string(v, "colo_export", disk->colo_export) &&
	    put_string(v, "active_disk", disk->active_disk) &&
	    put_string(v, "hidden_disk", disk->hidden_disk))
		return v;
	json_free(v);
	return NULL;
}
