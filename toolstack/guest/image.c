/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/image.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/bzimage.h"
#include "guest/elf.h"
#include "guest/unpack.h"

/* Put the ELF file behind the plan's place in the memory file. */
static int image_unpack(const uint8_t *file, size_t size, struct unpack_sink *sink,
			struct image_error *err)
{
	enum unpack_format format;
	size_t offset = 0, length = size;
	int trailer = 0;

	if (bzimage_probe(file, size)) {
		if (bzimage_payload(file, size, &offset, &length, err))
			return -1;
		trailer = 1;
	}
	if (elf_probe(file + offset, length))
		return unpack_write(sink, file + offset, length, err);
	format = unpack_detect(file + offset, length);
	if (format != UNPACK_NONE)
		return unpack_run(format, file + offset, length, trailer, sink, err);
	if (trailer)
		return image_fail(err, "bzImage payload at offset %zu is packed in an unknown way",
				  offset);
	return image_fail(err, "not an ELF or bzImage");
}

int image_convert(const uint8_t *file, size_t size, int out, struct image_error *err)
{
	struct unpack_sink sink = {.fd = out, .offset = IMAGE_DATA, .limit = IMAGE_MAX_DATA};
	struct unpack_sink head = {.fd = out, .limit = IMAGE_DATA};
	struct image_plan plan;
	uint8_t *map;
	int ret;

	if (!size)
		return image_fail(err, "file is empty");
	if (image_unpack(file, size, &sink, err))
		return -1;
	if (!sink.total)
		return image_fail(err, "unpacks to nothing");
	map = mmap(NULL, IMAGE_DATA + sink.total, PROT_READ, MAP_SHARED, out, 0);
	if (map == MAP_FAILED)
		return image_fail(err, "cannot look at the unpacked kernel: %s", strerror(errno));
	if (elf_probe(map + IMAGE_DATA, sink.total))
		ret = elf_plan(map + IMAGE_DATA, sink.total, &plan, err);
	else
		ret = image_fail(err, "unpacks to something that is not an ELF file");
	munmap(map, IMAGE_DATA + sink.total);
	if (!ret)
		ret = unpack_write(&head, &plan, sizeof(plan), err);
	return ret;
}
