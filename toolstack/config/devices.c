/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Lists of devices: each entry is a text of KEY=VALUE, separated by commas. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "disk_spec.h"
#include "members.h"
#include "sections.h"
#include "spec_params.h"

/* One entry of a list; NULL after failing the build. */
typedef struct json *(*read_entry)(struct builder *b, const char *spec, int index);

static void put_list(struct builder *b, const char *member, const char *key, read_entry read)
{
	const struct cfg_value *list;
	struct json *devices;
	size_t i;

	if (cfg_list(b->cfg, key, &list, b->report))
		return;
	/* vfb= brings entries of vkb= along. */
	devices = json_copy(json_get(b->at[PLACE_CONFIG], member));
	if (!devices)
		devices = json_new_array();
	/* As in xl, the list ends where something other than text stands. */
	for (i = 0; devices && i < list->nr && list->items[i]->type == CFG_STRING && !b->failed;
	     i++)
		if (!json_append(devices, read(b, list->items[i]->string, (int)devices->nr)))
			b->failed = true;
	if (!devices || devices->nr)
		builder_set(b, b->at[PLACE_CONFIG], member, devices);
	else
		json_free(devices);
}

/* An empty device, but for its number (-1: without). */
static struct json *new_device(struct builder *b, int devid)
{
	struct json *device = json_new_object();

	if (device && members_set_int(device, "devid", devid, -1))
		return device;
	json_free(device);
	b->failed = true;
	return NULL;
}

/* A device of what @params says; @order: libxl's order of members. */
static struct json *read_device(struct builder *b, const char *spec, int devid,
				const struct spec_params *params, const char *const *order)
{
	struct json *device = new_device(b, devid);

	if (device && !spec_params_read(params, spec, device, b->report))
		b->failed = true;
	if (device)
		members_sort(device, order);
	return device;
}

static bool has(const struct json *device, const char *member)
{
	return json_get(device, member);
}

static struct json *read_disk(struct builder *b, const char *spec, int index)
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

void section_disks(struct builder *b)
{
	put_list(b, "disks", "disk", read_disk);
}

/* Parameters that are wrong are left out, as xl does; only a wrong number stops it. */
static struct json *read_nic(struct builder *b, const char *spec, int index)
{
	struct json *nic;
	int rc = nic_spec_parse(b->cfg->source, spec, &b->defaults->nic, index, &nic, b->report);

	if (!rc || rc == -EINVAL)
		return nic;
	b->failed = true;
	json_free(nic);
	return NULL;
}

void section_nics(struct builder *b)
{
	put_list(b, "nics", "vif", read_nic);
}

void section_vif2(struct builder *b)
{
	const struct cfg_value *list;

	if (!cfg_list(b->cfg, "vif2", &list, b->report))
		fputs("WARNING: vif2: netchannel2 is deprecated and not supported by xl\n",
		      b->report);
}

static struct json *read_dtdev(struct builder *b, const char *spec, int index)
{
	struct json *device = new_device(b, -1);

	(void)index;
	builder_set(b, device, "path", json_new_string(spec));
	return device;
}

void section_dtdevs(struct builder *b)
{
	put_list(b, "dtdevs", "dtdev", read_dtdev);
}

static struct json *read_p9(struct builder *b, const char *spec, int index)
{
	static const char *const order[] = {"backend_domname", "tag", "path", "security_model",
					    NULL};
	static const struct spec_param keys[] = {
		{"security_model", SPEC_STRING, "security_model", NULL, NULL},
		{"path", SPEC_STRING, "path", NULL, NULL},
		{"tag", SPEC_STRING, "tag", NULL, NULL},
		{"backend", SPEC_STRING, "backend_domname", NULL, NULL},
		{NULL, 0, NULL, NULL, NULL},
	};
	static const struct spec_params params = {keys, "Unknown string `%s' in 9pfs spec\n",
						  SPEC_ENDS_WITHOUT_VALUE};
	struct json *p9 = read_device(b, spec, -1, &params, order);

	(void)index;
	if (!b->failed && (!has(p9, "path") || !has(p9, "security_model") || !has(p9, "tag")))
		builder_fail(b, "9pfs spec missing required field!");
	return p9;
}

void section_p9s(struct builder *b)
{
	put_list(b, "p9s", "p9", read_p9);
}

static struct json *read_vtpm(struct builder *b, const char *spec, int index)
{
	static const char *const order[] = {"backend_domname", "devid", "uuid", NULL};
	static const struct spec_param keys[] = {
		{"backend", SPEC_STRING, "backend_domname", NULL, NULL},
		{"uuid", SPEC_UUID, "uuid", NULL, "Failed to parse vtpm UUID: %s\n"},
		{NULL, 0, NULL, NULL, NULL},
	};
	static const struct spec_params params = {keys, "Unknown string `%s' in vtpm spec\n",
						  SPEC_ENDS_WITHOUT_VALUE};
	struct json *vtpm = read_device(b, spec, index, &params, order);

	if (!b->failed && !has(vtpm, "backend_domname"))
		builder_fail(b, "vtpm spec missing required backend field!");
	return vtpm;
}

void section_vtpms(struct builder *b)
{
	put_list(b, "vtpms", "vtpm", read_vtpm);
}

static struct json *read_pvcalls(struct builder *b, const char *spec, int index)
{
	static const char *const order[] = {"backend_domname", "devid", NULL};
	static const struct spec_param keys[] = {
		{"backend", SPEC_STRING, "backend_domname", NULL, NULL},
		{NULL, 0, NULL, NULL, NULL},
	};
	static const struct spec_params params = {keys, "Unknown string `%s' in pvcalls spec\n",
						  SPEC_ENDS_WITHOUT_VALUE};

	return read_device(b, spec, index, &params, order);
}

void section_pvcalls(struct builder *b)
{
	put_list(b, "pvcallsifs", "pvcalls", read_pvcalls);
}

static struct json *read_vfb(struct builder *b, const char *spec, int index)
{
	static const char *const order[] = {"devid", "vnc", "sdl", "keymap", NULL};
	static const char *const vnc[] = {"enable",  "listen",	   "passwd",
					  "display", "findunused", NULL};
	static const char *const sdl[] = {"enable", "opengl", "display", "xauthority", NULL};
	static const struct spec_param keys[] = {
		{"vnc", SPEC_DEFBOOL, "vnc.enable", NULL, NULL},
		{"vnclisten", SPEC_STRING, "vnc.listen", NULL, NULL},
		{"vncpasswd", SPEC_STRING, "vnc.passwd", NULL, NULL},
		{"vncdisplay", SPEC_INT, "vnc.display", NULL, NULL},
		{"vncunused", SPEC_DEFBOOL, "vnc.findunused", NULL, NULL},
		{"keymap", SPEC_STRING, "keymap", NULL, NULL},
		{"sdl", SPEC_DEFBOOL, "sdl.enable", NULL, NULL},
		{"opengl", SPEC_DEFBOOL, "sdl.opengl", NULL, NULL},
		{"display", SPEC_STRING, "sdl.display", NULL, NULL},
		{"xauthority", SPEC_STRING, "sdl.xauthority", NULL, NULL},
		{NULL, 0, NULL, NULL, NULL},
	};
	static const struct spec_params params = {keys, NULL, SPEC_ENDS_WITHOUT_VALUE};
	struct json *vfb = new_device(b, index), *keyboards;

	builder_set(b, vfb, "vnc", json_new_object());
	builder_set(b, vfb, "sdl", json_new_object());
	if (!b->failed && !spec_params_read(&params, spec, vfb, b->report))
		b->failed = true;
	if (b->failed) {
		json_free(vfb);
		return NULL;
	}
	members_sort(vfb, order);
	members_sort(json_get(vfb, "vnc"), vnc);
	members_sort(json_get(vfb, "sdl"), sdl);
	/* Each screen has a keyboard. */
	keyboards = json_get(b->at[PLACE_CONFIG], "vkbs");
	if (!keyboards)
		builder_set(b, b->at[PLACE_CONFIG], "vkbs", keyboards = json_new_array());
	if (!b->failed && !json_append(keyboards, new_device(b, index)))
		b->failed = true;
	return vfb;
}

void section_vfbs(struct builder *b)
{
	put_list(b, "vfbs", "vfb", read_vfb);
}

static struct json *read_usbctrl(struct builder *b, const char *spec, int index)
{
	static const char *const order[] = {"type", "devid", "version", "ports", NULL};
	static const char *const types[] = {"auto", "pv", "devicemodel", "qusb", NULL};
	static const struct spec_param keys[] = {
		{"type", SPEC_WORD, "type", types, "Invalid usb controller type '%s'\n"},
		{"version", SPEC_INT, "version", NULL, NULL},
		{"ports", SPEC_INT, "ports", NULL, NULL},
		{NULL, 0, NULL, NULL, NULL},
	};
	static const struct spec_params params = {keys, "Unknown string `%s' in usbctrl spec\n", 0};

	return read_device(b, spec, index, &params, order);
}

void section_usbctrls(struct builder *b)
{
	put_list(b, "usbctrls", "usbctrl", read_usbctrl);
}

/* The host's device shows only where type= says that there is one. */
static struct json *read_usbdev(struct builder *b, const char *spec, int index)
{
	static const char *const order[] = {"ctrl", "port", "type.hostdev", NULL};
	static const char *const host[] = {"hostbus", "hostaddr", NULL};
	static const char *const types[] = {"", "hostdev", NULL};
	static const struct spec_param keys[] = {
		{"type", SPEC_WORD, "type", types, "Invalid usb device type: %s\n"},
		{"hostbus", SPEC_BYTE, "type.hostdev.hostbus", NULL, NULL},
		{"hostaddr", SPEC_BYTE, "type.hostdev.hostaddr", NULL, NULL},
		{"controller", SPEC_DEVID, "ctrl", NULL, NULL},
		{"port", SPEC_INT, "port", NULL, NULL},
		{NULL, 0, NULL, NULL, NULL},
	};
	static const struct spec_params params = {keys, "Unknown string `%s' in usbdev spec\n", 0};
	struct json *device = new_device(b, -1);

	(void)index;
	builder_set(b, device, "type.hostdev", json_new_object());
	if (!b->failed && !spec_params_read(&params, spec, device, b->report))
		b->failed = true;
	if (b->failed) {
		json_free(device);
		return NULL;
	}
	if (!has(device, "type"))
		members_remove(device, "type.hostdev");
	else
		members_sort(json_get(device, "type.hostdev"), host);
	members_remove(device, "type");
	members_sort(device, order);
	return device;
}

void section_usbdevs(struct builder *b)
{
	put_list(b, "usbdevs", "usbdev", read_usbdev);
}

/* Three figures of a touch screen belong together. */
static void check_touch(struct builder *b, struct json *vkb)
{
	bool sizes = has(vkb, "multi_touch_width") || has(vkb, "multi_touch_height") ||
		     has(vkb, "multi_touch_num_contacts");

	if (!has(vkb, "backend_type"))
		builder_fail(b, "backend-type should be set in vkb spec");
	else if (sizes)
		builder_set(b, vkb, "feature_multi_touch", json_new_bool(true));
	else if (has(vkb, "feature_multi_touch"))
		builder_fail(b, "multi-touch-width, multi-touch-height, multi-touch-num-contacts "
				"should be set for multi touch in vkb spec");
}

static struct json *read_vkb(struct builder *b, const char *spec, int index)
{
	static const char *const order[] = {"backend_domname",
					    "devid",
					    "backend_type",
					    "unique_id",
					    "feature_disable_keyboard",
					    "feature_disable_pointer",
					    "feature_abs_pointer",
					    "feature_raw_pointer",
					    "feature_multi_touch",
					    "width",
					    "height",
					    "multi_touch_width",
					    "multi_touch_height",
					    "multi_touch_num_contacts",
					    NULL};
	static const char *const types[] = {"unknown", "qemu", "linux", NULL};
	static const struct spec_param keys[] = {
		{"backend", SPEC_STRING, "backend_domname", NULL, NULL},
		{"backend-type", SPEC_WORD, "backend_type", types,
		 "Unknown backend_type \"%s\" in vkb spec\n"},
		{"unique-id", SPEC_STRING, "unique_id", NULL, NULL},
		{"feature-disable-keyboard", SPEC_BOOL, "feature_disable_keyboard", NULL, NULL},
		{"feature-disable-pointer", SPEC_BOOL, "feature_disable_pointer", NULL, NULL},
		{"feature-abs-pointer", SPEC_BOOL, "feature_abs_pointer", NULL, NULL},
		{"feature-raw-pointer", SPEC_BOOL, "feature_raw_pointer", NULL, NULL},
		{"feature-multi-touch", SPEC_BOOL, "feature_multi_touch", NULL, NULL},
		{"multi-touch-width", SPEC_UNSIGNED, "multi_touch_width", NULL, NULL},
		{"multi-touch-height", SPEC_UNSIGNED, "multi_touch_height", NULL, NULL},
		{"multi-touch-num-contacts", SPEC_UNSIGNED, "multi_touch_num_contacts", NULL, NULL},
		{"width", SPEC_UNSIGNED, "width", NULL, NULL},
		{"height", SPEC_UNSIGNED, "height", NULL, NULL},
		{NULL, 0, NULL, NULL, NULL},
	};
	static const struct spec_params params = {keys, "Unknown string \"%s\" in vkb spec\n", 0};
	struct json *vkb = read_device(b, spec, index, &params, order);

	if (!b->failed)
		check_touch(b, vkb);
	if (vkb)
		members_sort(vkb, order);
	return vkb;
}

void section_vkbs(struct builder *b)
{
	put_list(b, "vkbs", "vkb", read_vkb);
}
