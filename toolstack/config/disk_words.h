/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* libxl's words for formats, backends and specifications; "" stands for a default. */
#ifndef NACRE_CONFIG_DISK_WORDS_H
#define NACRE_CONFIG_DISK_WORDS_H

struct disk_word {
	const char *name; /* NULL behind the last */
	unsigned int value;
};

extern const struct disk_word disk_formats[];
extern const struct disk_word disk_backends[];
extern const struct disk_word disk_specifications[];

#endif
