/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Names of functions, for backtraces; names of variables, for live patches. */
#ifndef ARCH_X86_SYMBOLS_H
#define ARCH_X86_SYMBOLS_H

#include <stdint.h>

/* Generated at build time (symbols.cmake), ascending; the names follow one
 * another in the same order, each with its zero. Addresses without their upper
 * half, which is all ones. */
extern const uint32_t symbol_count;
extern const uint32_t symbol_addresses[];
extern const char symbol_names[];

/* Global variables, in the order of their names. */
struct exported_symbol {
	const char *name;
	uintptr_t address;
};
extern const uint32_t exported_count;
extern const struct exported_symbol exported[];

/* The function @address lies in, and how far in; NULL outside the text. */
const char *symbol_lookup(uintptr_t address, uintptr_t *offset);

#endif
