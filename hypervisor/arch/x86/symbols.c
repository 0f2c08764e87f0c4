/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "symbols.h"
#include "paging.h"
#include <hv/string.h>

const char *symbol_lookup(uintptr_t address, uintptr_t *offset)
{
	const char *name = symbol_names;
	uint32_t low = (uint32_t)address, i = 0;

	if (address < (uintptr_t)image_start || address >= (uintptr_t)text_end || !symbol_count ||
	    low < symbol_addresses[0])
		return NULL;
	for (; i + 1 < symbol_count && symbol_addresses[i + 1] <= low; i++)
		name += strlen(name) + 1;
	*offset = low - symbol_addresses[i];
	return name;
}
