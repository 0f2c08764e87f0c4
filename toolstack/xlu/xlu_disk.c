/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A disk as xl-disk-configuration(5) writes it: words between commas.  A word
 * is a flag, KEY=VALUE, or one of the positional target, format, vdev and
 * access; a target may stand behind prefixes of xm's times ("phy:", "tap:aio:").
 */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "xlu.h"

struct disk_parser {
	XLU_Config *config;
	libxl_device_disk *disk;
	const char *spec; /* the whole text, for messages */
	const char *at;	  /* what is left of it */
	bool failed;
	bool access_set; /* by position */
	bool had_prefix; /* which leaves no position for a format */
};

struct word {
	const char *name;
	int value;
};

/* A message about the @len bytes at @near (NULL: about the whole). */
static void disk_error(struct disk_parser *p, const char *near, size_t len, const char *message)
{
	FILE *report = p->config->report;

	p->failed = true;
	fprintf(report, "%s: config parsing error in disk specification: %s", p->config->source,
		message);
	if (near)
		fprintf(report, ": near `%.*s'", (int)len, near);
	fprintf(report, " in `%s'\n", p->spec ? p->spec : "(null)");
}

static void complain(struct disk_parser *p, const char *what, const char *how, const char *near,
		     size_t len)
{
	char message[64];

	snprintf(message, sizeof(message), "%s%s", what, how);
	disk_error(p, near, len, message);
}

static const struct word *find_word(const struct word *words, const char *text, size_t len)
{
	for (; words->name; words++)
		if (strlen(words->name) == len && !strncmp(words->name, text, len))
			return words;
	return NULL;
}

static void save_string(struct disk_parser *p, const char *what, char **field, const char *text,
			size_t len)
{
	if (*field) {
		complain(p, what, " respecified", text, len);
		return;
	}
	*field = strndup(text, len);
	if (!*field)
		disk_error(p, NULL, 0, "out of memory");
}

/* The value that @words gives @text; -1 after a message. Every enumeration here
 * has "unknown" as 0, and one value may be named twice but not two. */
static int choose(struct disk_parser *p, const struct word *words, int old, const char *what,
		  const char *field, const char *text, size_t len)
{
	const struct word *word = find_word(words, text, len);

	if (!word)
		complain(p, "unknown value for ", what, text, len);
	else if (old && old != word->value)
		complain(p, field, " respecified", text, len);
	else
		return word->value;
	return -1;
}

static void set_format(struct disk_parser *p, const char *text, size_t len)
{
	static const struct word formats[] = {
		{"", LIBXL_DISK_FORMAT_RAW},	    {"raw", LIBXL_DISK_FORMAT_RAW},
		{"qcow", LIBXL_DISK_FORMAT_QCOW},   {"qcow2", LIBXL_DISK_FORMAT_QCOW2},
		{"vhd", LIBXL_DISK_FORMAT_VHD},	    {"qed", LIBXL_DISK_FORMAT_QED},
		{"empty", LIBXL_DISK_FORMAT_EMPTY}, {NULL, 0},
	};
	int value = choose(p, formats, (int)p->disk->format, "format", "format", text, len);

	if (value >= 0)
		p->disk->format = (libxl_disk_format)value;
}

static void set_backendtype(struct disk_parser *p, const char *text, size_t len)
{
	static const struct word backends[] = {
		{"phy", LIBXL_DISK_BACKEND_PHY},
		{"tap", LIBXL_DISK_BACKEND_TAP},
		{"qdisk", LIBXL_DISK_BACKEND_QDISK},
		{"standalone", LIBXL_DISK_BACKEND_STANDALONE},
		{NULL, 0},
	};
	int value = choose(p, backends, (int)p->disk->backend, "backendtype", "backend", text, len);

	if (value >= 0)
		p->disk->backend = (libxl_disk_backend)value;
}

static void set_specification(struct disk_parser *p, const char *text, size_t len)
{
	static const struct word specifications[] = {
		{"xen", LIBXL_DISK_SPECIFICATION_XEN},
		{"virtio", LIBXL_DISK_SPECIFICATION_VIRTIO},
		{NULL, 0},
	};
	int value = choose(p, specifications, (int)p->disk->specification, "specification",
			   "specification", text, len);

	if (value >= 0)
		p->disk->specification = (libxl_disk_specification)value;
}

/* May be said again; the last one counts. */
static void set_access(struct disk_parser *p, const char *text, size_t len)
{
	static const struct word accesses[] = {
		{"rw", 1}, {"w", 1}, {"", 1}, {"r", 0}, {"ro", 0}, {NULL, 0},
	};
	const struct word *word = find_word(accesses, text, len);

	if (word)
		p->disk->readwrite = word->value;
	else
		complain(p, "unknown value for ", "access", text, len);
}

static void set_colo_port(struct disk_parser *p, const char *text, size_t len)
{
	long port = strtol(text, NULL, 10);

	if (port > 0 && port <= INT_MAX)
		p->disk->colo_port = (int)port;
	else
		complain(p, "unknown value for ", "colo_port", text, len);
}

static void set_backend(struct disk_parser *p, const char *text, size_t len)
{
	save_string(p, "backend", &p->disk->backend_domname, text, len);
}

static const struct parameter {
	const char *key;
	void (*set)(struct disk_parser *p, const char *text, size_t len);
	size_t field; /* of a string, where @set is NULL */
} parameters[] = {
	{"format", set_format, 0},
	{"access", set_access, 0},
	{"backend", set_backend, 0},
	{"backendtype", set_backendtype, 0},
	{"specification", set_specification, 0},
	{"colo-port", set_colo_port, 0},
	{"vdev", NULL, offsetof(libxl_device_disk, vdev)},
	{"script", NULL, offsetof(libxl_device_disk, script)},
	{"colo-host", NULL, offsetof(libxl_device_disk, colo_host)},
	{"colo-export", NULL, offsetof(libxl_device_disk, colo_export)},
	{"active-disk", NULL, offsetof(libxl_device_disk, active_disk)},
	{"hidden-disk", NULL, offsetof(libxl_device_disk, hidden_disk)},
	{"target", NULL, offsetof(libxl_device_disk, pdev_path)},
};

static const struct parameter *find_parameter(const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (strlen(parameters[i].key) == len && !strncmp(parameters[i].key, key, len))
			return &parameters[i];
	return NULL;
}

static bool is_parameter(const char *key, size_t len)
{
	return find_parameter(key, len) || (len == 7 && !strncmp(key, "devtype", len));
}

/* Length of the word at @text, with the comma that ends it. */
static size_t with_comma(const char *text, size_t len)
{
	return text[len] == ',' ? len + 1 : len;
}

/* KEY=VALUE of @len bytes; @key_len of them before the '='. */
static void take_parameter(struct disk_parser *p, size_t key_len, size_t len)
{
	const char *word = p->at, *value = word + key_len + 1;
	const struct parameter *parameter = find_parameter(word, key_len);
	size_t value_len = len - key_len - 1;

	if (!strncmp(word, "devtype=", strlen("devtype="))) {
		if (value_len == 5 && !strncmp(value, "cdrom", 5))
			p->disk->is_cdrom = 1;
		else if (value_len == 4 && !strncmp(value, "disk", 4))
			p->disk->is_cdrom = 0;
		else
			disk_error(p, word, with_comma(word, len), "unknown value for type");
		return;
	}
	if (!parameter)
		disk_error(p, word, with_comma(word, len), "unknown parameter");
	else if (parameter->set)
		parameter->set(p, value, value_len);
	else
		save_string(p, parameter->key, (char **)((char *)p->disk + parameter->field), value,
			    value_len);
}

static bool take_flag(struct disk_parser *p, size_t len)
{
	enum { CDROM, DIRECT_IO_SAFE, DISCARD, NO_DISCARD, COLO, NO_COLO };
	static const struct word flags[] = {
		{"cdrom", CDROM},
		{"direct-io-safe", DIRECT_IO_SAFE},
		{"discard", DISCARD},
		{"no-discard", NO_DISCARD},
		{"colo", COLO},
		{"no-colo", NO_COLO},
		{NULL, 0},
	};
	const struct word *flag = find_word(flags, p->at, len);

	if (!flag)
		return false;
	if (flag->value == CDROM)
		p->disk->is_cdrom = 1;
	else if (flag->value == DIRECT_IO_SAFE)
		p->disk->direct_io_safe = true;
	else if (flag->value == DISCARD || flag->value == NO_DISCARD)
		libxl_defbool_set(&p->disk->discard_enable, flag->value == DISCARD);
	else
		libxl_defbool_set(&p->disk->colo_enable, flag->value == COLO);
	return true;
}

/* "xvda", or with xm's type behind it: "hdc:cdrom". */
static void take_vdev(struct disk_parser *p, const char *text, size_t len)
{
	const char *colon = memrchr(text, ':', len);
	size_t name_len = colon ? (size_t)(colon - text) : len;

	if (colon) {
		const char *type = colon + 1;
		size_t type_len = len - name_len - 1;

		if (type_len == 5 && !strncmp(type, "cdrom", 5))
			p->disk->is_cdrom = 1;
		else if (type_len == 4 && !strncmp(type, "disk", 4))
			p->disk->is_cdrom = 0;
		else
			disk_error(p, type, type_len, "unknown deprecated type");
	}
	save_string(p, "vdev", &p->disk->vdev, text, name_len);
}

/* false: nothing behind this word is worth reading. */
static bool take_position(struct disk_parser *p, size_t len)
{
	libxl_device_disk *disk = p->disk;
	const char *text = p->at;

	/* After a mistake the positions may be off by one. */
	if (p->failed)
		return true;
	if (!disk->pdev_path) {
		save_string(p, "target", &disk->pdev_path, text, len);
	} else if (!p->had_prefix && disk->format == LIBXL_DISK_FORMAT_UNKNOWN) {
		set_format(p, text, len);
	} else if (!disk->vdev) {
		take_vdev(p, text, len);
	} else if (!p->access_set) {
		p->access_set = true;
		set_access(p, text, len);
	} else {
		disk_error(p, text, len, "too many positional parameters");
		return false;
	}
	return true;
}

enum prefix_kind { PREFIX_PLAIN, PREFIX_FORMAT, PREFIX_SCRIPT };

static const struct word prefixes[] = {
	{"phy", PREFIX_PLAIN},	   {"file", PREFIX_PLAIN},
	{"tap", PREFIX_PLAIN},	   {"tap2", PREFIX_PLAIN},
	{"tapdisk", PREFIX_PLAIN}, {"aio", PREFIX_PLAIN},
	{"ioemu", PREFIX_PLAIN},   {"raw", PREFIX_FORMAT},
	{"qcow", PREFIX_FORMAT},   {"qcow2", PREFIX_FORMAT},
	{"vhd", PREFIX_FORMAT},	   {"iscsi", PREFIX_SCRIPT},
	{"nbd", PREFIX_SCRIPT},	   {"enbd", PREFIX_SCRIPT},
	{"drbd", PREFIX_SCRIPT},   {NULL, 0},
};

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Of a name at @text, which begins with a letter and may have @more inside. */
static size_t name_length(const char *text, char more)
{
	size_t len = 0;

	if (*text < 'a' || *text > 'z')
		return 0;
	while (is_alnum(text[len]) || text[len] == more)
		len++;
	return len;
}

/* What stands before a colon is a prefix if it is known as one, or if no name
 * follows ("hdc:cdrom" is a vdev). False: none here. */
static bool take_prefix(struct disk_parser *p)
{
	size_t len = name_length(p->at, 'a');
	const struct word *prefix;
	char script[16];

	if (!len || p->at[len] != ':')
		return false;
	prefix = find_word(prefixes, p->at, len);
	if (!prefix && is_alnum(p->at[len + 1]))
		return false;
	p->had_prefix = true;
	if (!prefix) {
		disk_error(p, p->at, len + 1, "unknown deprecated disk prefix");
		p->at = "";
		return true;
	}
	if (prefix->value == PREFIX_FORMAT)
		set_format(p, p->at, len);
	if (prefix->value == PREFIX_SCRIPT) {
		snprintf(script, sizeof(script), "block-%s", prefix->name);
		save_string(p, "script", &p->disk->script, script, strlen(script));
	}
	p->at += len + 1;
	return true;
}

static void take_word(struct disk_parser *p)
{
	size_t key_len = name_length(p->at, '-'), len;

	/* An unknown key without a value is a word and an '=' too many. */
	if (p->at[key_len] == '=' &&
	    (is_parameter(p->at, key_len) ||
	     (key_len && p->at[key_len + 1] && p->at[key_len + 1] != ','))) {
		len = strcspn(p->at, ",");
		if (!strncmp(p->at, "target=", strlen("target="))) {
			len = strlen(p->at);
			len -= p->at[len - 1] == ',';
		}
		take_parameter(p, key_len, len);
	} else if (take_prefix(p)) {
		return;
	} else {
		len = strcspn(p->at, "=,");
		if (!len && *p->at == '=') {
			/* A lone '=' at the very end passes in Debian's library, too. */
			if (p->at[1])
				disk_error(p, p->at, strlen(p->at), "bad disk syntax");
			p->at = "";
			return;
		}
		if (!take_flag(p, len) && !take_position(p, len)) {
			p->at = "";
			return;
		}
	}
	p->at += with_comma(p->at, len);
}

static void parse_spec(struct disk_parser *p, const char *spec)
{
	p->spec = spec;
	p->at = spec;
	for (;;) {
		p->at += strspn(p->at, " \t\n");
		if (!*p->at)
			return;
		take_word(p);
	}
}

/* 0 or EINVAL, with messages; @disk keeps what was read before a mistake, and
 * is the caller's to dispose of in any case. */
int xlu_disk_parse(XLU_Config *config, int nspecs, const char *const *specs,
		   libxl_device_disk *disk)
{
	struct disk_parser p = {.config = config, .disk = disk};
	int i;

	disk->readwrite = 1;
	for (i = 0; i < nspecs && !p.failed; i++)
		parse_spec(&p, specs[i]);
	if (p.failed)
		return EINVAL;
	if (disk->format == LIBXL_DISK_FORMAT_UNKNOWN)
		disk->format = LIBXL_DISK_FORMAT_RAW;
	if (disk->is_cdrom) {
		disk->removable = 1;
		disk->readwrite = 0;
		if (!disk->pdev_path || !*disk->pdev_path)
			disk->format = LIBXL_DISK_FORMAT_EMPTY;
	}
	if (!disk->vdev)
		disk_error(&p, NULL, 0, "no vdev specified");
	else if (!disk->pdev_path && !disk->removable)
		disk_error(&p, NULL, 0, "no target specified (and device not removable)");
	return p.failed ? EINVAL : 0;
}
