/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/diff_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const char *at, *end;
	unsigned long old, new; /* lines that are left of the current hunk */
};

static size_t line_len(const struct reader *r)
{
	const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));

	return newline ? (size_t)(newline + 1 - r->at) : (size_t)(r->end - r->at);
}

static bool begins(const struct reader *r, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(r->end - r->at) >= len && !memcmp(r->at, word, len);
}

/* The path behind "--- " or "+++ " without its first folder; false: /dev/null. */
static bool path_of(const char *line, size_t len, char path[256])
{
	size_t n = strcspn(line + 4, "\t\r\n");
	const char *slash;

	if (n > len - 4)
		n = len - 4;
	if (n == 9 && !memcmp(line + 4, "/dev/null", 9))
		return false;
	slash = memchr(line + 4, '/', n);
	n = slash ? n - (size_t)(slash + 1 - (line + 4)) : 0;
	if (n > 255)
		n = 255;
	memcpy(path, slash ? slash + 1 : "", n);
	path[n] = 0;
	return true;
}

static bool is_wanted(const char *path)
{
	return !strncmp(path, "hypervisor/", 11) || !strcmp(path, "CMakeLists.txt");
}

/* One line of a hunk: its sign says in which files it is. */
static void hunk_line(struct reader *r)
{
	switch (*r->at) {
	case '+':
		r->new -= r->new > 0;
		break;
	case '-':
		r->old -= r->old > 0;
		break;
	case '\\':
		break;
	default:
		r->old -= r->old > 0;
		r->new -= r->new > 0;
	}
}

/* "SIGN LINE[,COUNT]"; the count, and @at behind it.  False: it is not that. */
static bool hunk_range(const char **at, const char *end, char sign, unsigned long *count)
{
	char text[32];
	size_t len = 0;
	char *rest;

	while (*at < end && **at == ' ')
		++*at;
	while (*at < end && **at != ' ' && len < sizeof(text) - 1)
		text[len++] = *(*at)++;
	text[len] = 0;
	if (text[0] != sign || text[1] < '0' || text[1] > '9')
		return false;
	strtoul(text + 1, &rest, 10);
	*count = *rest == ',' ? strtoul(rest + 1, &rest, 10) : 1;
	return !*rest;
}

static int hunk_begin(struct reader *r, struct patch_error *err)
{
	const char *at = r->at + 3, *end = r->at + line_len(r);

	if (!hunk_range(&at, end, '-', &r->old) || !hunk_range(&at, end, '+', &r->new) ||
	    end - at < 3 || memcmp(at, " @@", 3) != 0)
		return patch_fail(err, "the patch has a malformed hunk");
	return 0;
}

/* "--- a/FILE" and "+++ b/FILE": is that file one of the hypervisor's? */
static int file_begin(struct reader *r, bool *wanted, struct patch_error *err)
{
	struct reader next = *r;
	char old[256] = "", new[256] = "";
	const char *path;

	next.at += line_len(r);
	if (!begins(&next, "+++ "))
		return patch_fail(err, "the patch has '---' without '+++'");
	path_of(r->at, line_len(r), old);
	path = path_of(next.at, line_len(&next), new) ? new : old;
	if (strstr(path, "../") || path[0] == '/' || !*path)
		return patch_fail(err, "the patch has the path '%s', which is not below the tree",
				  path);
	*wanted = is_wanted(path);
	return 0;
}

static void keep(struct diff_text *out, const struct reader *r)
{
	size_t len = line_len(r);

	memcpy(out->text + out->len, r->at, len);
	out->len += len;
}

int diff_text_select(const char *text, size_t len, struct diff_text *out, struct patch_error *err)
{
	struct reader r = {text, text + len, 0, 0};
	bool wanted = false;

	*out = (struct diff_text){.text = malloc(len + 1)};
	if (!out->text)
		return patch_fail(err, "out of memory");
	for (; r.at < r.end; r.at += line_len(&r)) {
		if (r.old || r.new) {
			hunk_line(&r);
		} else if (begins(&r, "--- ")) {
			if (file_begin(&r, &wanted, err))
				break;
			out->files += wanted;
			out->left_out += !wanted;
		} else if (begins(&r, "@@ ")) {
			if (hunk_begin(&r, err))
				break;
		} else if (!begins(&r, "+++ ") && !begins(&r, "\\")) {
			wanted = false; /* between files: git's lines, a message */
		}
		if (wanted)
			keep(out, &r);
	}
	if (r.at < r.end || !out->files) {
		if (r.at == r.end)
			patch_fail(err, out->left_out
						? "the patch changes nothing of the hypervisor"
						: "this is no unified diff");
		diff_text_free(out);
		return -1;
	}
	return 0;
}

void diff_text_free(struct diff_text *d)
{
	free(d->text);
	*d = (struct diff_text){0};
}
