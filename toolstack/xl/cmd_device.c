/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Attaching devices.  There are no backends to serve them yet: arguments are checked and -N
 * shows what would be attached, as Xen's xl does; libxl gives the reason.
 */
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "cmds.h"
#include "ctx.h"
#include "disk_spec.h"
#include "nic_spec.h"
#include "xl.h"
#include "plain.h"

/* Exit status where Xen's xl returns ERROR_FAIL, or -1, as it is. */
#define STATUS_FAIL	 (256 - RPC_ERROR_FAIL)
#define STATUS_MINUS_ONE 255

/* The text of @device, which is freed; NULL after a message. */
static char *text_of(struct json *device)
{
	char *text = device ? json_print(device, false) : NULL;

	json_free(device);
	if (!text)
		fputs("xl: out of memory\n", stderr);
	return text;
}

/* @json, libxl's form of a device, is freed.  With -N it is shown as libxl takes it: "WORD:
 * {...}" and an empty line; without a word -N is not looked at.  The exit status. */
#define ATTACH(noun, word)                                                                         \
	static int attach_##noun(uint32_t domid, struct json *json)                                \
	{                                                                                          \
		char *text = text_of(json), *shown;                                                \
		libxl_device_##noun device;                                                        \
		int rc;                                                                            \
                                                                                                   \
		libxl_device_##noun##_init(&device);                                               \
		rc = text ? libxl_device_##noun##_from_json(xl_ctx(), &device, text)               \
			  : ERROR_NOMEM;                                                           \
		if (!rc && xl.dryrun && *(word)) {                                                 \
			shown = libxl_device_##noun##_to_json(xl_ctx(), &device);                  \
			printf("%s: %s\n", word, shown ? shown : "");                              \
			free(shown);                                                               \
		} else if (!rc) {                                                                  \
			rc = libxl_device_##noun##_add(xl_ctx(), domid, &device, NULL);            \
			if (rc)                                                                    \
				fputs("libxl_device_" #noun "_add failed.\n", stderr);             \
		}                                                                                  \
		libxl_device_##noun##_dispose(&device);                                            \
		free(text);                                                                        \
		return rc ? EXIT_FAILURE : EXIT_SUCCESS;                                           \
	}

ATTACH(nic, "vif")
ATTACH(disk, "disk")
ATTACH(vtpm, "vtpm")
ATTACH(vdispl, "vdispl")
ATTACH(vkb, "vkb")
ATTACH(vsnd, "")
ATTACH(usbctrl, "")
ATTACH(usbdev, "")

/* The domain of some verbs, whose message has no number behind; false after it. */
static bool find_plainly(const char *domain, uint32_t *domid)
{
	if (!libxl_domain_qualifier_to_domid(xl_ctx(), domain, domid))
		return true;
	fprintf(stderr, "%s is an invalid domain identifier\n", xl_safe(domain));
	return false;
}

int cmd_network_attach(const struct verb *verb, int argc, char **argv)
{
	struct json *nic;
	uint32_t domid;
	int i;

	xl_no_options(verb, argc, argv);
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	nic = json_new_object();
	for (i = optind + 1; argv[i]; i++) {
		if (nic_spec_add("command line", argv[i], nic, plain_stderr())) {
			json_free(nic);
			return EXIT_FAILURE;
		}
	}
	nic_spec_order(nic);
	return attach_nic(domid, nic);
}

int cmd_block_attach(const struct verb *verb, int argc, char **argv)
{
	struct disk_spec disk = {.pdev_path = NULL};
	struct json *json = NULL;
	uint32_t domid;
	bool good;

	xl_no_options(verb, argc, argv);
	if (!find_plainly(argv[optind], &domid))
		return EXIT_FAILURE;
	good = !disk_spec_parse("command line", (const char *const *)argv + optind + 1,
				(size_t)(argc - optind - 1), &disk, plain_stderr());
	if (good)
		json = disk_spec_to_json(&disk);
	disk_spec_clear(&disk);
	return good ? attach_disk(domid, json) : EXIT_FAILURE;
}

/* What follows "@key=" in @text, or NULL. */
static const char *value_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	return strncmp(text, key, len) == 0 && text[len] == '=' ? text + len + 1 : NULL;
}

int cmd_vtpm_attach(const struct verb *verb, int argc, char **argv)
{
	const char *uuid = NULL, *backend = NULL, *v;
	struct json *vtpm;
	uint32_t domid;
	uuid_t bytes;
	int i;

	xl_no_options(verb, argc, argv);
	if (!find_plainly(argv[optind], &domid))
		return EXIT_FAILURE;
	for (i = optind + 1; argv[i]; i++) {
		if ((v = value_of(argv[i], "uuid"))) {
			uuid = v;
		} else if ((v = value_of(argv[i], "backend"))) {
			backend = v;
		} else {
			fprintf(stderr, "unrecognized argument `%s'\n", xl_safe(argv[i]));
			return EXIT_FAILURE;
		}
		if (uuid == v && uuid_parse(uuid, bytes)) {
			fprintf(stderr, "Invalid uuid specified (%s)\n", xl_safe(uuid));
			return EXIT_FAILURE;
		}
	}
	vtpm = json_new_object();
	if (backend)
		json_set_string(vtpm, "backend_domname", backend);
	if (uuid)
		json_set_string(vtpm, "uuid", uuid);
	return attach_vtpm(domid, vtpm);
}

/* --- verbs whose keys are checked, and few values ----------------------------------- */

/* Into @json what is known to be a key, and its value. */
static bool read_vkb(const char *part, struct json *json)
{
	size_t key = strcspn(part, "="), i;
	const char *v = part[key] ? part + key + 1 : "";
	char member[64];

	snprintf(member, sizeof(member), "%.*s", (int)key, part);
	if (!strcmp(member, "backend"))
		return json_set_string(json, "backend_domname", v);
	for (i = 0; i < key; i++)
		if (member[i] == '-')
			member[i] = '_';
	if (!strcmp(member, "backend_type") || !strcmp(member, "unique_id"))
		return json_set_string(json, member, v);
	if (!strncmp(member, "feature_", strlen("feature_")))
		return json_set_bool(json, member, strtol(v, NULL, 10) != 0);
	return json_set_int(json, member, strtol(v, NULL, 10));
}

/* The same; false after a message. */
static bool read_usbctrl(const char *part, struct json *json)
{
	libxl_usbctrl_type type;
	const char *v;

	if ((v = value_of(part, "type"))) {
		if (libxl_usbctrl_type_from_string(v, &type)) {
			fprintf(stderr, "Invalid usb controller type '%s'\n", xl_safe(v));
			return false;
		}
		return json_set_string(json, "type", libxl_usbctrl_type_to_string(type));
	}
	if ((v = value_of(part, "version")))
		return json_set_int(json, "version", strtol(v, NULL, 10));
	if ((v = value_of(part, "ports")))
		return json_set_int(json, "ports", strtol(v, NULL, 10));
	return true;
}

struct attach {
	const char *verb;
	int (*attach)(uint32_t domid, struct json *json);
	/* NULL: as no such device is ever attached, its values are not looked at. */
	bool (*read)(const char *part, struct json *json);
	const char *keys;	     /* that it knows, with spaces around each */
	const char *before, *behind; /* an argument that has none of them */
	int unknown, failed;	     /* exit statuses */
};

static const struct attach attaches[] = {
	{"vkb-attach", attach_vkb, read_vkb,
	 " backend backend-type unique-id feature-disable-keyboard feature-disable-pointer "
	 "feature-abs-pointer feature-raw-pointer feature-multi-touch width height "
	 "multi-touch-width multi-touch-height multi-touch-num-contacts ",
	 "Unknown string \"", "\" in vkb spec", STATUS_MINUS_ONE, EXIT_FAILURE},
	{"vsnd-attach", attach_vsnd, NULL,
	 " backend short-name long-name sample-rates sample-formats channels-min channels-max "
	 "buffer-size CARD PCM STREAM name unique-id type ",
	 "Invalid key: ", "", STATUS_MINUS_ONE, STATUS_FAIL},
	{"usbctrl-attach", attach_usbctrl, read_usbctrl, " type version ports ", "Unknown string `",
	 "' in usbctrl spec", EXIT_FAILURE, EXIT_FAILURE},
	{"usbdev-attach", attach_usbdev, NULL, " hostbus hostaddr controller port ",
	 "Unknown string `", "' in usbdev spec", EXIT_FAILURE, EXIT_FAILURE},
};

/* Whether @text, up to '=', is one of @keys. */
static bool is_key(const char *keys, const char *text, size_t len)
{
	size_t key = strcspn(text, "=");
	char word[64];

	if (key > len)
		key = len;
	if (snprintf(word, sizeof(word), " %.*s ", (int)key, text) >= (int)sizeof(word))
		return false;
	return strstr(keys, word);
}

/* One part of an argument; false after a message. */
static bool read_part(const struct attach *a, const char *text, size_t len, struct json *json)
{
	char *part;
	bool good;

	if (!is_key(a->keys, text, len)) {
		fprintf(stderr, "%s%.*s%s\n", a->before, (int)len, xl_safe(text), a->behind);
		return false;
	}
	if (!a->read)
		return true;
	part = strndup(text, len);
	good = part && a->read(part, json);
	free(part);
	return good;
}

/* Each of the parts of an argument, which commas separate. */
static bool read_parts(const struct attach *a, const char *argument, struct json *json)
{
	const char *at = argument;
	size_t len;

	for (; *at; at += len) {
		at += strspn(at, ", ");
		len = strcspn(at, ",");
		if (len && !read_part(a, at, len, json))
			return false;
	}
	return true;
}

/* "ID:WxH" at @text; what follows it, or NULL. */
static const char *connector_of(const char *text, struct json *list)
{
	size_t id = strcspn(text, ":;");
	struct json *one = json_new_object();
	char *name = strndup(text, id), *end = NULL;
	long width = 0, height = 0;

	if (id && text[id] == ':')
		width = strtol(text + id + 1, &end, 10);
	if (end && *end == 'x')
		height = strtol(end + 1, &end, 10);
	if (!name || width <= 0 || height <= 0 || (*end && *end != ';')) {
		free(name);
		json_free(one);
		return NULL;
	}
	json_set_string(one, "unique_id", name);
	json_set_int(one, "width", width);
	json_set_int(one, "height", height);
	json_append(list, one);
	free(name);
	return *end ? end + 1 : end;
}

/* Those of "ID:WxH;ID:WxH"; NULL after a message. */
static struct json *connectors_of(const char *text)
{
	struct json *list = json_new_array();
	const char *at = text;

	while (at && *at)
		at = connector_of(at, list);
	if (at)
		return list;
	fprintf(stderr, "Can't parse connectors: %s\n", xl_safe(text));
	json_free(list);
	return NULL;
}

int cmd_vdispl_attach(const struct verb *verb, int argc, char **argv)
{
	struct json *display = json_new_object(), *connectors = NULL;
	const char *v;
	uint32_t domid;
	int i, status = EXIT_SUCCESS;

	xl_no_options(verb, argc, argv);
	if (!xl_domid(argv[optind], &domid))
		status = EXIT_FAILURE;
	for (i = optind + 1; status == EXIT_SUCCESS && argv[i]; i++) {
		if ((v = value_of(argv[i], "backend"))) {
			json_set_string(display, "backend_domname", v);
		} else if ((v = value_of(argv[i], "be-alloc"))) {
			json_set_bool(display, "be_alloc", strtol(v, NULL, 10) != 0);
		} else if ((v = value_of(argv[i], "connectors"))) {
			json_free(connectors);
			connectors = connectors_of(v);
			status = connectors ? EXIT_SUCCESS : EXIT_FAILURE;
		} else {
			fprintf(stderr, "Unknown string \"%s\" in vdispl spec\n", xl_safe(argv[i]));
			status = EXIT_FAILURE;
		}
	}
	if (status == EXIT_SUCCESS && (!connectors || !connectors->nr)) {
		fputs("At least one connector should be specified.\n", stderr);
		status = STATUS_FAIL;
	}
	if (status != EXIT_SUCCESS) {
		json_free(connectors);
		json_free(display);
		return status;
	}
	json_set(display, "connectors", connectors);
	return attach_vdispl(domid, display);
}

int cmd_device_attach(const struct verb *verb, int argc, char **argv)
{
	const struct attach *a = attaches;
	struct json *json;
	uint32_t domid;
	int i, status = EXIT_SUCCESS;

	while (strcmp(a->verb, verb->name) != 0)
		a++;
	xl_no_options(verb, argc, argv);
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	json = json_new_object();
	for (i = optind + 1; argv[i] && status == EXIT_SUCCESS; i++)
		if (!read_parts(a, argv[i], json))
			status = a->unknown;
	if (status == EXIT_SUCCESS)
		return a->attach(domid, json) == EXIT_SUCCESS ? EXIT_SUCCESS : a->failed;
	json_free(json);
	return status;
}
