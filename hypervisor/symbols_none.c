/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The first link of the image has no table of symbols yet. */
#include "symbols.h"

const uint32_t symbol_count = 0;
const uint32_t symbol_addresses[] = {0};
const char symbol_names[] = "";
const uint32_t exported_count = 0;
const struct exported_symbol exported[] = {{"", 0}};
