/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Keys of the device model and of HVM firmware: there is neither, but the configuration shows
 * what was said. */
#include <errno.h>
#include <string.h>

#include "sections.h"

void section_device_model(struct builder *b)
{
	const char *model = builder_string(b, "device_model");

	if (!model)
		return;
	fputs("WARNING: ignoring device_model directive.\n"
	      "WARNING: Use \"device_model_override\" instead if you really want a non-default "
	      "device_model\n",
	      b->report);
	if (!strstr(model, "stubdom-dm"))
		return;
	if (b->type == GUEST_HVM)
		fputs("WARNING: Or use \"device_model_stubdomain_override\" if you  want to "
		      "enable stubdomains\n",
		      b->report);
	else
		fputs("WARNING: ignoring \"device_model_stubdomain_override\" directive for pv "
		      "guest\n",
		      b->report);
}

void section_device_model_version(struct builder *b)
{
	static const char *const versions[][2] = {
		{"qemu-xen-traditional", "qemu_xen_traditional"},
		{"qemu-xen", "qemu_xen"},
	};
	const char *version = builder_string(b, "device_model_version");
	struct json *info = b->at[PLACE_BUILD];
	size_t i;

	if (!version) {
		if (json_get(info, "device_model"))
			fputs("WARNING: device model override given without specific DM version\n",
			      b->report);
		return;
	}
	for (i = 0; i < 2; i++)
		if (!strcmp(version, versions[i][0])) {
			builder_set(b, info, "device_model_version",
				    json_new_string(versions[i][1]));
			return;
		}
	builder_fail(b, "Unknown device_model_version \"%s\" specified", version);
}

static void put_arguments(struct builder *b, const char *key, const char *member)
{
	const struct cfg_value *list;
	int rc = b->failed ? -ESRCH : cfg_list(b->cfg, key, &list, b->report);

	if (!rc) {
		builder_put_strings(b, b->at[PLACE_BUILD], member, list);
	} else if (rc != -ESRCH) {
		builder_fail(b, "xl: Unable to parse %s.", key);
		b->status = 3;
	}
}

void section_device_model_args(struct builder *b)
{
	put_arguments(b, "device_model_args", "extra");
	put_arguments(b, "device_model_args_pv", "extra_pv");
	put_arguments(b, "device_model_args_hvm", "extra_hvm");
}

/* A known BIOS, or the path of another firmware. */
void section_firmware(struct builder *b)
{
	static const char *const bioses[] = {"unknown", "rombios", "seabios", "ovmf", NULL};
	const char *bios = builder_string(b, "bios"), *firmware = builder_string(b, "firmware");
	struct json *type = b->at[PLACE_TYPE];
	int known;

	if (bios) {
		known = builder_word(bios, bioses);
		if (known > 0)
			builder_set(b, type, "bios", json_new_string(bioses[known]));
		else if (known < 0)
			builder_fail(b, "ERROR: invalid value \"%s\" for \"bios\"", bios);
	} else if (json_get(type, "system_firmware")) {
		fputs("WARNING: bios_path_override given without specific bios name\n", b->report);
	}
	if (!firmware || b->failed)
		return;
	known = builder_word(firmware, bioses);
	if (known < 0 && !strncmp(firmware, "uefi", strlen(firmware)))
		known = 3;
	if (known > 0)
		builder_set(b, type, "bios", json_new_string(bioses[known]));
	else if (known < 0 && strncmp(firmware, "bios", strlen(firmware)) != 0)
		builder_set(b, type, "firmware", json_new_string(firmware));
}

void section_vga(struct builder *b)
{
	static const char *const words[] = {"cirrus", "stdvga", "none", "qxl", NULL};
	static const char *const kinds[] = {"cirrus", "std", "none", "qxl"};
	const char *vga = builder_string(b, "vga");
	int kind = vga ? builder_word(vga, words) : -1;
	long standard;

	if (vga && kind < 0)
		builder_fail(b, "Unknown vga \"%s\" specified", vga);
	else if (!vga && builder_long(b, "stdvga", &standard))
		kind = standard ? 1 : 0;
	if (kind >= 0)
		builder_set(b, b->at[PLACE_VGA], "kind", json_new_string(kinds[kind]));
}

/* A list, or one text. */
static void put_list_or_string(struct builder *b, const char *key, const char *list_member)
{
	const struct cfg_setting *setting = cfg_find(b->cfg, key);

	if (setting && setting->value->type == CFG_LIST)
		builder_put_strings(b, b->at[PLACE_TYPE], list_member, setting->value);
	else
		builder_put_string(b, b->at[PLACE_TYPE], key, key);
}

void section_serial(struct builder *b)
{
	put_list_or_string(b, "serial", "serial_list");
}

void section_usbdevice(struct builder *b)
{
	put_list_or_string(b, "usbdevice", "usbdevice_list");
}
