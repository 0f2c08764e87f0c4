/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lz4.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#define CHUNK (256u << 10)
/* The kernel's lz4 tool cuts its input into blocks of this size (lz4 -l). */
#define LZ4_LEGACY_BLOCK (8u << 20)
#define LZ4_LEGACY_MAGIC 0x184c2102u
/* Dictionary and tables: Linux packs with a 32 MiB (xz) or 128 MiB (zstd) window. */
#define UNPACK_MEMORY	(192ull << 20)
#define ZSTD_WINDOW_LOG 27

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int unpack_write(struct unpack_sink *sink, const void *data, size_t len, struct image_error *err)
{
	const uint8_t *p = data;

	if (len > sink->limit - sink->total)
		return image_fail(err, "unpacks to more than %llu MiB",
				  (unsigned long long)(sink->limit >> 20));
	while (len) {
		ssize_t n = pwrite(sink->fd, p, len, (off_t)sink->offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return image_fail(err, "cannot store the unpacked kernel: %s",
					  n ? strerror(errno) : "no room");
		p += n;
		len -= (size_t)n;
		sink->offset += (uint64_t)n;
		sink->total += (uint64_t)n;
	}
	return 0;
}

static const struct {
	enum unpack_format format;
	const char *name;
	uint8_t len;
	uint8_t magic[9];
} formats[] = {
	{UNPACK_GZIP, "gzip", 3, {0x1f, 0x8b, 0x08}},
	{UNPACK_XZ, "xz", 6, {0xfd, '7', 'z', 'X', 'Z', 0}},
	{UNPACK_LZ4, "lz4", 4, {0x02, 0x21, 0x4c, 0x18}},
	{UNPACK_ZSTD, "zstd", 4, {0x28, 0xb5, 0x2f, 0xfd}},
	{UNPACK_BZIP2, "bzip2", 3, {'B', 'Z', 'h'}},
	{UNPACK_LZO, "lzo", 9, {0x89, 'L', 'Z', 'O', 0, 0x0d, 0x0a, 0x1a, 0x0a}},
	{UNPACK_LZMA, "lzma", 3, {0x5d, 0, 0}},
};

enum unpack_format unpack_detect(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (size >= formats[i].len && !memcmp(data, formats[i].magic, formats[i].len))
			return formats[i].format;
	return UNPACK_NONE;
}

const char *unpack_name(enum unpack_format format)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].format == format)
			return formats[i].name;
	return "none";
}

static int corrupt(struct image_error *err, enum unpack_format format, size_t at)
{
	return image_fail(err, "corrupt %s payload near offset %zu", unpack_name(format), at);
}

static int truncated(struct image_error *err, enum unpack_format format, size_t at)
{
	return image_fail(err, "%s payload is truncated at offset %zu", unpack_name(format), at);
}

static int unpack_gzip(const uint8_t *data, size_t size, uint8_t *out, struct unpack_sink *sink,
		       struct image_error *err)
{
	z_stream z = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
	int ret = 0, status = Z_OK;

	/* 16: a gzip header, checked together with its CRC. */
	if (inflateInit2(&z, MAX_WBITS + 16) != Z_OK)
		return image_fail(err, "out of memory");
	while (!ret && status != Z_STREAM_END) {
		z.next_out = out;
		z.avail_out = CHUNK;
		status = inflate(&z, Z_NO_FLUSH);
		if (status == Z_BUF_ERROR)
			ret = truncated(err, UNPACK_GZIP, size);
		else if (status != Z_OK && status != Z_STREAM_END)
			ret = corrupt(err, UNPACK_GZIP, z.total_in);
		else
			ret = unpack_write(sink, out, CHUNK - z.avail_out, err);
	}
	inflateEnd(&z);
	return ret;
}

static int unpack_lzma(enum unpack_format format, const uint8_t *data, size_t size, uint8_t *out,
		       struct unpack_sink *sink, struct image_error *err)
{
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_ret status;
	int ret = 0;

	status = format == UNPACK_XZ ? lzma_stream_decoder(&s, UNPACK_MEMORY, 0)
				     : lzma_alone_decoder(&s, UNPACK_MEMORY);
	if (status != LZMA_OK)
		return image_fail(err, "out of memory");
	s.next_in = data;
	s.avail_in = size;
	while (!ret && status != LZMA_STREAM_END) {
		s.next_out = out;
		s.avail_out = CHUNK;
		status = lzma_code(&s, LZMA_RUN);
		if (status == LZMA_BUF_ERROR || (status == LZMA_OK && !s.avail_in && s.avail_out))
			ret = truncated(err, format, size);
		else if (status == LZMA_MEMLIMIT_ERROR || status == LZMA_MEM_ERROR)
			ret = image_fail(err, "%s payload needs more than %llu MiB to unpack",
					 unpack_name(format), UNPACK_MEMORY >> 20);
		else if (status != LZMA_OK && status != LZMA_STREAM_END)
			ret = corrupt(err, format, s.total_in);
		else
			ret = unpack_write(sink, out, CHUNK - s.avail_out, err);
	}
	lzma_end(&s);
	return ret;
}

static int unpack_zstd(const uint8_t *data, size_t size, uint8_t *out, struct unpack_sink *sink,
		       struct image_error *err)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	ZSTD_inBuffer in = {.src = data, .size = size};
	size_t left = 1;
	int ret = 0;

	if (!stream)
		return image_fail(err, "out of memory");
	ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	/* 0: the frame is complete; what follows is not ours. */
	while (!ret && left) {
		ZSTD_outBuffer chunk = {.dst = out, .size = CHUNK};

		left = ZSTD_decompressStream(stream, &chunk, &in);
		if (ZSTD_isError(left))
			ret = corrupt(err, UNPACK_ZSTD, in.pos);
		else if (left && in.pos == in.size && chunk.pos < chunk.size)
			ret = truncated(err, UNPACK_ZSTD, size);
		else
			ret = unpack_write(sink, out, chunk.pos, err);
	}
	ZSTD_freeDStream(stream);
	return ret;
}

/* Frame: magic, then blocks of { le32 packed size, data }.  No end mark: the end
 * is the end of the data.  Concatenated frames repeat the magic. */
static int unpack_lz4(const uint8_t *data, size_t size, struct unpack_sink *sink,
		      struct image_error *err)
{
	char *out = malloc(LZ4_LEGACY_BLOCK);
	size_t at = 4;
	int ret = 0;

	if (!out)
		return image_fail(err, "out of memory");
	while (!ret && at < size) {
		uint32_t packed;
		int n;

		if (size - at < 4) {
			ret = truncated(err, UNPACK_LZ4, at);
			break;
		}
		packed = le32(data + at);
		at += 4;
		if (packed == LZ4_LEGACY_MAGIC)
			continue;
		if (packed > size - at) {
			ret = truncated(err, UNPACK_LZ4, size);
			break;
		}
		n = LZ4_decompress_safe((const char *)data + at, out, (int)packed,
					LZ4_LEGACY_BLOCK);
		if (n < 0 || !packed)
			ret = corrupt(err, UNPACK_LZ4, at);
		else
			ret = unpack_write(sink, out, (size_t)n, err);
		at += packed;
	}
	free(out);
	return ret;
}

static int unpack_stream(enum unpack_format format, const uint8_t *data, size_t size,
			 struct unpack_sink *sink, struct image_error *err)
{
	uint8_t *out = malloc(CHUNK);
	int ret;

	if (!out)
		return image_fail(err, "out of memory");
	switch (format) {
	case UNPACK_GZIP:
		ret = unpack_gzip(data, size, out, sink, err);
		break;
	case UNPACK_XZ:
	case UNPACK_LZMA:
		ret = unpack_lzma(format, data, size, out, sink, err);
		break;
	case UNPACK_ZSTD:
		ret = unpack_zstd(data, size, out, sink, err);
		break;
	case UNPACK_LZ4:
		ret = unpack_lz4(data, size, sink, err);
		break;
	default:
		ret = image_fail(err, "%s compression is not supported", unpack_name(format));
		break;
	}
	free(out);
	return ret;
}

int unpack_run(enum unpack_format format, const uint8_t *data, size_t size, int trailer,
	       struct unpack_sink *sink, struct image_error *err)
{
	uint64_t before = sink->total;
	size_t stream = size;

	if (trailer && size < 8)
		return truncated(err, format, size);
	if (trailer && format == UNPACK_LZ4)
		stream -= 4;
	if (unpack_stream(format, data, stream, sink, err))
		return -1;
	if (trailer && (uint32_t)(sink->total - before) != le32(data + size - 4))
		return image_fail(err, "corrupt %s payload: unpacks to %llu bytes, not %u",
				  unpack_name(format), (unsigned long long)(sink->total - before),
				  le32(data + size - 4));
	return 0;
}
