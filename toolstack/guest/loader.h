/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Running nacre-image and taking its answer. */
#ifndef GUEST_LOADER_H
#define GUEST_LOADER_H

#include <stddef.h>
#include <stdint.h>

#include "guest/image_plan.h"

struct loaded_image {
	int fd; /* sealed memory file */
	uint64_t size;
	const uint8_t *map;	/* all of it, read-only */
	struct image_plan plan; /* checked */
	uint64_t end;		/* guest-physical end of the kernel */
};

/*
 * Open a regular file for reading, or duplicate @fd when it is >= 0.
 * The descriptor or -errno with a line in @error.
 */
int loader_open(const char *path, int fd, uint64_t *size, char *error, size_t error_len);

/* @name is for errors.  0 or -errno: -ENOEXEC when the kernel was refused. */
int loader_run(int kernel_fd, const char *name, struct loaded_image *image, char *error,
	       size_t error_len);
void loader_release(struct loaded_image *image);

/* Path of the program: 0 or -ENOENT. */
int loader_path(char *buf, size_t len);

#endif
