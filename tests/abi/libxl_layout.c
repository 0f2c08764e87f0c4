/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Compares what our headers and libxen-dev's say about libxl's types. */
#include <stdio.h>
#include <string.h>

#include "layout_rows.h"

int main(void)
{
	size_t i, wrong = 0;

	for (i = 0; ours[i].name && theirs[i].name; i++) {
		if (strcmp(ours[i].name, theirs[i].name) == 0 && ours[i].size == theirs[i].size &&
		    ours[i].offset == theirs[i].offset)
			continue;
		printf("%s: size or value %zu, offset %zu; libxen-dev: %s %zu, %zu\n", ours[i].name,
		       ours[i].size, ours[i].offset, theirs[i].name, theirs[i].size,
		       theirs[i].offset);
		wrong++;
	}
	printf("%zu sizes, offsets and constants compared, %zu differ\n", i, wrong);
	/* An empty table would agree with anything. */
	return wrong || i < 900 || ours[i].name || theirs[i].name;
}
