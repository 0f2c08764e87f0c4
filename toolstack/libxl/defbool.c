/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * libxl's boolean with a third state, "not said".  All bits zero is that state,
 * so that a cleared struct means defaults; false is therefore -1 (both are part
 * of libxl's ABI: callers keep the struct).
 */
#include "defbool.h"

#include <assert.h>
#include <string.h>

static const struct {
	int val;
	const char *word;
} words[] = {
	{DEFBOOL_DEFAULT, "<default>"},
	{DEFBOOL_TRUE, "True"},
	{DEFBOOL_FALSE, "False"},
};

void libxl_defbool_set(libxl_defbool *db, bool b)
{
	db->val = b ? DEFBOOL_TRUE : DEFBOOL_FALSE;
}

void libxl_defbool_unset(libxl_defbool *db)
{
	db->val = DEFBOOL_DEFAULT;
}

bool libxl_defbool_is_default(libxl_defbool db)
{
	return db.val == DEFBOOL_DEFAULT;
}

void libxl_defbool_setdefault(libxl_defbool *db, bool b)
{
	if (libxl_defbool_is_default(*db))
		libxl_defbool_set(db, b);
}

bool libxl_defbool_val(libxl_defbool db)
{
	assert(!libxl_defbool_is_default(db));
	return db.val > 0;
}

const char *libxl_defbool_to_string(libxl_defbool b)
{
	return words[b.val == DEFBOOL_DEFAULT ? 0 : b.val > 0 ? 1 : 2].word;
}

/* libxl compares as many characters as its own word has. */
bool defbool_from_string(libxl_defbool *db, const char *s)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strncmp(s, words[i].word, strlen(words[i].word)) == 0) {
			db->val = words[i].val;
			return true;
		}
	}
	return false;
}
