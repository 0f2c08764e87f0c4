/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * nacre-image KERNEL-FD OUTPUT-FD: look at a kernel file without any rights and
 * leave what a domain builder must know in a memory file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/image.h"
#include "guest/image_plan.h"
#include "guest/sandbox.h"

static int usage(void)
{
	static const char text[] = "usage: nacre-image KERNEL-FD OUTPUT-FD\n"
				   "Started by the domain builder; see nacre-image(8).\n";

	return write(STDERR_FILENO, text, sizeof(text) - 1) < 0 ? 1 : 2;
}

static int parse_fd(const char *text)
{
	char *end;
	long fd;

	errno = 0;
	fd = strtol(text, &end, 10);
	return errno || *end || end == text || fd < 0 || fd > 1 << 20 ? -1 : (int)fd;
}

/* The whole file in fresh memory: a mapping of it could change under us. */
static uint8_t *read_file(int fd, size_t size, struct image_error *err)
{
	uint8_t *data =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t done = 0;

	if (data == MAP_FAILED) {
		image_fail(err, "no memory for a file of %zu bytes", size);
		return NULL;
	}
	while (done < size) {
		ssize_t n = pread(fd, data + done, size - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			image_fail(err, "cannot read at offset %zu: %s", done,
				   n ? strerror(errno) : "the file became shorter");
			return NULL;
		}
		done += (size_t)n;
	}
	return data;
}

static int convert(int kernel, int out, struct image_error *err)
{
	struct stat st;
	uint8_t *data;

	if (fstat(kernel, &st))
		return image_fail(err, "cannot look at the file: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return image_fail(err, "not a regular file");
	if ((uint64_t)st.st_size > IMAGE_MAX_FILE)
		return image_fail(err, "larger than %llu MiB", IMAGE_MAX_FILE >> 20);
	if (!st.st_size)
		return image_fail(err, "file is empty");
	if (sandbox_enter(err))
		return -1;
	data = read_file(kernel, (size_t)st.st_size, err);
	if (!data)
		return -1;
	return image_convert(data, (size_t)st.st_size, out, err);
}

int main(int argc, char **argv)
{
	struct image_error err = {""};
	char line[sizeof(err.text) + 32];
	int kernel, out, n;

	if (argc != 3)
		return usage();
	kernel = parse_fd(argv[1]);
	out = parse_fd(argv[2]);
	if (kernel < 0 || out < 0)
		return usage();
	if (!convert(kernel, out, &err))
		return 0;
	n = snprintf(line, sizeof(line), "nacre-image: %s\n", err.text);
	return write(STDERR_FILENO, line, (size_t)n) < 0 ? 2 : 1;
}
