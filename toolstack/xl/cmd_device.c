/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Attaching and detaching devices.  There are no backends to serve them yet: arguments are
 * checked and -N shows what would be attached, as Xen's xl does; then the reason is given.
 */
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "cmds.h"
#include "disk_spec.h"
#include "nic_spec.h"
#include "xl.h"

/* Exit status where Xen's xl returns ERROR_FAIL, or -1, as it is. */
#define STATUS_FAIL	 (256 - RPC_ERROR_FAIL)
#define STATUS_MINUS_ONE 255

/* Why nothing is attached, then what Xen's xl says of the call that failed. */
static int refuse(const struct verb *verb, const char *call)
{
	fprintf(stderr, "libxl: error: unable to add device: %s\n%s failed.\n", verb->missing,
		call);
	return EXIT_FAILURE;
}

/* With -N: "NAME: {...}" and an empty line; takes @device. */
static int show(const char *name, struct json *device)
{
	bool done;

	printf("%s: ", name);
	done = device && xl_print_json(stdout, device);
	putchar('\n');
	json_free(device);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The domain of some verbs, whose message has no number behind; false after it. */
static bool find_plainly(const char *domain)
{
	struct rpc_error error;
	struct json *reply;

	if (xl_is_number(domain))
		return true;
	reply = xl_try("domain.get", rpc_domain(domain), RPC_QUICK, NULL, &error);
	json_free(reply);
	if (!reply && error.libxl == RPC_ERROR_DOMAIN_NOTFOUND)
		fprintf(stderr, "%s is an invalid domain identifier\n", xl_safe(domain));
	else if (!reply)
		xl_complain(&error);
	return reply;
}

static bool find(const char *domain)
{
	int64_t domid;

	return xl_find_domain(domain, &domid);
}

int cmd_network_attach(const struct verb *verb, int argc, char **argv)
{
	struct json *nic;
	int i;

	xl_no_options(verb, argc, argv);
	if (!find(argv[optind]))
		return EXIT_FAILURE;
	nic = json_new_object();
	for (i = optind + 1; argv[i]; i++) {
		if (nic_spec_add("command line", argv[i], nic, stderr)) {
			json_free(nic);
			return EXIT_FAILURE;
		}
	}
	nic_spec_order(nic);
	if (xl.dryrun)
		return show("vif", nic);
	json_free(nic);
	return refuse(verb, "libxl_device_nic_add");
}

int cmd_block_attach(const struct verb *verb, int argc, char **argv)
{
	struct disk_spec disk = {.pdev_path = NULL};
	struct json *json = NULL;
	bool good;

	xl_no_options(verb, argc, argv);
	if (!find_plainly(argv[optind]))
		return EXIT_FAILURE;
	good = !disk_spec_parse("command line", (const char *const *)argv + optind + 1,
				(size_t)(argc - optind - 1), &disk, stderr);
	if (good && xl.dryrun)
		json = disk_spec_to_json(&disk);
	disk_spec_clear(&disk);
	if (!good)
		return EXIT_FAILURE;
	return xl.dryrun ? show("disk", json) : refuse(verb, "libxl_device_disk_add");
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
	uuid_t bytes;
	int i;

	xl_no_options(verb, argc, argv);
	if (!find_plainly(argv[optind]))
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
	if (!xl.dryrun)
		return refuse(verb, "libxl_device_vtpm_add");
	vtpm = json_new_object();
	if (backend)
		json_set_string(vtpm, "backend_domname", backend);
	if (uuid)
		json_set_string(vtpm, "uuid", uuid);
	return show("vtpm", vtpm);
}

/* --- verbs whose keys alone are checked ------------------------------------------------ */

struct attach {
	const char *verb, *call;
	const char *keys;	     /* that it knows, with spaces around each */
	const char *before, *behind; /* an argument that has none of them */
	int unknown, failed;	     /* exit statuses */
};

static const struct attach attaches[] = {
	{"vkb-attach", "libxl_device_vkb_add",
	 " backend backend-type unique-id feature-disable-keyboard feature-disable-pointer "
	 "feature-abs-pointer feature-raw-pointer feature-multi-touch width height "
	 "multi-touch-width multi-touch-height multi-touch-num-contacts ",
	 "Unknown string \"", "\" in vkb spec", STATUS_MINUS_ONE, EXIT_FAILURE},
	{"vsnd-attach", "libxl_device_vsnd_add",
	 " backend short-name long-name sample-rates sample-formats channels-min channels-max "
	 "buffer-size CARD PCM STREAM name unique-id type ",
	 "Invalid key: ", "", STATUS_MINUS_ONE, STATUS_FAIL},
	{"usbctrl-attach", "libxl_device_usbctrl_add", " type version ports ", "Unknown string `",
	 "' in usbctrl spec", EXIT_FAILURE, EXIT_FAILURE},
	{"usbdev-attach", "libxl_device_usbdev_add", " hostbus hostaddr controller port ",
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

/* Each of the parts of an argument, which commas separate. */
static bool keys_known(const struct attach *a, const char *argument)
{
	const char *at = argument;
	size_t len;

	for (; *at; at += len) {
		at += strspn(at, ", ");
		len = strcspn(at, ",");
		if (len && !is_key(a->keys, at, len)) {
			fprintf(stderr, "%s%.*s%s\n", a->before, (int)len, xl_safe(at), a->behind);
			return false;
		}
	}
	return true;
}

/* A number from 1 to @max. */
static bool in_range(const char *text, long max)
{
	long v = strtol(text, NULL, 10);

	return v >= 1 && v <= max;
}

/* What is wrong with a value, in words of xl and libxl; false after a message. */
static bool usbctrl_valid(const char *argument)
{
	static const char *const types[] = {"auto", "pv", "devicemodel", "qusb"};
	const char *v;
	size_t i = 0;

	if ((v = value_of(argument, "type"))) {
		while (i < 4 && strcmp(types[i], v) != 0)
			i++;
		if (i == 4)
			fprintf(stderr, "Invalid usb controller type '%s'\n", xl_safe(v));
		return i < 4;
	}
	v = value_of(argument, "version");
	if (v && !in_range(v, 2)) {
		fputs("libxl: error: USB version for paravirtualized devices must be 1 or 2\n"
		      "libxl: error: unable to add device\nlibxl_device_usbctrl_add failed.\n",
		      stderr);
		return false;
	}
	v = value_of(argument, "ports");
	if (v && !in_range(v, 31)) {
		fputs("libxl: error: Number of ports for USB controller is limited to 31\n"
		      "libxl: error: unable to add device\nlibxl_device_usbctrl_add failed.\n",
		      stderr);
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
	int i, status = EXIT_SUCCESS;

	xl_no_options(verb, argc, argv);
	if (!find(argv[optind]))
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
	if (status == EXIT_SUCCESS && !xl.dryrun)
		status = refuse(verb, "libxl_device_vdispl_add");
	if (status != EXIT_SUCCESS) {
		json_free(connectors);
		json_free(display);
		return status;
	}
	json_set(display, "connectors", connectors);
	return show("vdispl", display);
}

int cmd_device_attach(const struct verb *verb, int argc, char **argv)
{
	const struct attach *a = attaches;
	int i;

	while (strcmp(a->verb, verb->name) != 0)
		a++;
	xl_no_options(verb, argc, argv);
	if (!find(argv[optind]))
		return EXIT_FAILURE;
	for (i = optind + 1; argv[i]; i++) {
		if (!keys_known(a, argv[i]))
			return a->unknown;
		if (strcmp(verb->name, "usbctrl-attach") == 0 && !usbctrl_valid(argv[i]))
			return EXIT_FAILURE;
	}
	refuse(verb, a->call);
	return a->failed;
}

/* --- detaching what is not there -------------------------------------------------------- */

struct detach {
	const char *verb;
	const char *before, *behind; /* around the device */
	bool number;		     /* as the message has it, 0 for what is none */
	int status;
};

static const struct detach detaches[] = {
	{"network-detach", "Unknown device ", ".", false, EXIT_FAILURE},
	{"block-detach", "Error: Device ", " not connected.", false, EXIT_FAILURE},
	{"vtpm-detach", "Unknown device ", ".", false, EXIT_FAILURE},
	{"vkb-detach", "Error: Device ", " not connected.", true, STATUS_FAIL},
	{"vdispl-detach", "Error: Device ", " not connected.", true, STATUS_FAIL},
	{"vsnd-detach", "Error: Device ", " not connected.", true, STATUS_FAIL},
	{"usbctrl-detach", "Unknown device ", ".", false, EXIT_FAILURE},
	{"usbdev-detach", "Unknown device ", ".", false, EXIT_FAILURE},
};

int cmd_device_detach(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"force", no_argument, NULL, 'f'},
		XL_OPTION_END,
	};
	bool block = strcmp(verb->name, "block-detach") == 0;
	const struct detach *d = detaches;
	const char *device;

	while (strcmp(d->verb, verb->name) != 0)
		d++;
	while (xl_option(verb, argc, argv, block ? "+hf" : "+h", block ? options : &options[2]) >=
	       0)
		continue;
	if (!find(argv[optind]))
		return EXIT_FAILURE;
	device = argv[optind + 1];
	if (d->number)
		fprintf(stderr, "%s%ld%s\n", d->before, strtol(device, NULL, 10), d->behind);
	else
		fprintf(stderr, "%s%s%s\n", d->before, xl_safe(device), d->behind);
	return d->status;
}
