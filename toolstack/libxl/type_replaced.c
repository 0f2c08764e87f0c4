/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Fields of an arm that once were the only ones, and now stand for one of the struct. */
#include "type.h"

#include <errno.h>
#include <string.h>

static const struct libxl__field *field_called(const struct libxl__type *type, const char *name)
{
	const struct libxl__field *f = type->fields;

	while (strcmp(f->name, name) != 0)
		f++;
	return f;
}

/* 0, or -EINVAL when both were set. */
static int move(const struct libxl__field *old, char *from, const struct libxl__field *new,
		char *to)
{
	bool set = !libxl__value_is_default(old, from);

	if (!libxl__value_is_default(new, to))
		return set ? -EINVAL : 0;
	/* The value goes as it is, with what it points to. */
	memcpy(to, from, old->type->size);
	libxl__type_init(old->type, from);
	return 0;
}

int libxl__type_move_replaced(const struct libxl__type *type, void *p)
{
	const struct libxl__field *f = type->fields;
	const struct libxl__arm *arm;
	size_t i;
	int rc = 0;

	while (f->kind != LIBXL__SWITCH)
		f++;
	arm = libxl__arm_of(f, p);
	for (i = 0; !rc && arm && arm->body && i < arm->body->nr_fields; i++) {
		const struct libxl__field *old = &arm->body->fields[i], *new;

		if (!old->replaced_by)
			continue;
		new = field_called(type, libxl__replacements[old->replaced_by]);
		rc = move(old, (char *)p + f->at + old->at, new, (char *)p + new->at);
	}
	return rc;
}
