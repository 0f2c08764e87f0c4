/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, uint8_t *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, bytes + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : EIO; /* it became shorter meanwhile */
			return -1;
		}
		done += (size_t)n;
	}
	return 0;
}

int file_read(const char *path, size_t max, struct file *f, struct patch_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int rc = -1;

	*f = (struct file){0};
	if (fd < 0)
		return patch_fail(err, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st)) {
		patch_fail(err, "%s: %s", path, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		patch_fail(err, "%s is no regular file", path);
	} else if ((uint64_t)st.st_size > max) {
		patch_fail(err, "%s has %lld bytes; %zu are allowed", path, (long long)st.st_size,
			   max);
	} else {
		f->size = (size_t)st.st_size;
		f->bytes = calloc(1, f->size + 1);
		if (f->bytes && !read_all(fd, f->bytes, f->size))
			rc = 0;
		else
			patch_fail(err, "%s: %s", path, strerror(errno));
	}
	close(fd);
	if (rc)
		file_free(f);
	return rc;
}

void file_free(struct file *f)
{
	free(f->bytes);
	*f = (struct file){0};
}

int file_write(const char *path, const uint8_t *bytes, size_t size, struct patch_error *err)
{
	char temporary[PATH_MAX];
	FILE *f;
	bool good;

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return patch_fail(err, "%s: too long a path", path);
	f = fopen(temporary, "we");
	if (!f)
		return patch_fail(err, "%s: %s", temporary, strerror(errno));
	good = fwrite(bytes, 1, size, f) == size && !fflush(f) && !fsync(fileno(f));
	good = !fclose(f) && good;
	if (good && !rename(temporary, path))
		return 0;
	patch_fail(err, "%s: %s", path, strerror(errno));
	unlink(temporary);
	return -1;
}
