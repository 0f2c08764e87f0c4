/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Whole payloads for tests of the toolstack, made by patch_file.h. */
#ifndef TESTS_PAYLOAD_SAMPLE_H
#define TESTS_PAYLOAD_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#define SAMPLE_MAX    16384u
#define SAMPLE_ID_LEN 20u

/* Build-ids are SAMPLE_ID_LEN times the same byte. */
struct payload_sample {
	uint8_t id, depends, build;
	uint32_t data_size; /* of .data, 0: none */
	const char *hook;   /* ".livepatch.hooks.preapply", or NULL */
	const char *modinfo;
	size_t modinfo_len;
};

/* Bytes written to @out of SAMPLE_MAX. */
size_t payload_sample(const struct payload_sample *s, uint8_t *out);

#endif
