/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "image_samples.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include <lz4hc.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#define TEXT_OFFSET 0x1000u
#define DATA_OFFSET 0x2000u
#define NOTE_OFFSET 0x2100u
#define FILE_SIZE   0x2200u

static const struct {
	Elf32_Nhdr note;
	char name[4];
	uint32_t entry;
} pvh_note = {{4, 4, 18}, "Xen", SAMPLE_ENTRY};

size_t sample_phdr(bool is64, unsigned int i)
{
	return is64 ? sizeof(Elf64_Ehdr) + i * sizeof(Elf64_Phdr)
		    : sizeof(Elf32_Ehdr) + i * sizeof(Elf32_Phdr);
}

static void headers64(uint8_t *data)
{
	Elf64_Ehdr eh = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			 .e_type = ET_EXEC,
			 .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT,
			 .e_phoff = sizeof(eh),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 3};
	Elf64_Phdr ph[3] = {
		{.p_type = PT_LOAD,
		 .p_offset = TEXT_OFFSET,
		 .p_paddr = SAMPLE_TEXT,
		 .p_filesz = SAMPLE_TEXT_LEN,
		 .p_memsz = SAMPLE_TEXT_LEN},
		{.p_type = PT_LOAD,
		 .p_offset = DATA_OFFSET,
		 .p_paddr = SAMPLE_DATA,
		 .p_filesz = SAMPLE_DATA_LEN,
		 .p_memsz = SAMPLE_DATA_MEM},
		{.p_type = PT_NOTE,
		 .p_offset = NOTE_OFFSET,
		 .p_filesz = sizeof(pvh_note),
		 .p_memsz = sizeof(pvh_note),
		 .p_align = 4},
	};

	memcpy(data, &eh, sizeof(eh));
	memcpy(data + sizeof(eh), ph, sizeof(ph));
}

static void headers32(uint8_t *data)
{
	Elf32_Ehdr eh = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
			 .e_type = ET_EXEC,
			 .e_machine = EM_386,
			 .e_version = EV_CURRENT,
			 .e_phoff = sizeof(eh),
			 .e_phentsize = sizeof(Elf32_Phdr),
			 .e_phnum = 3};
	Elf32_Phdr ph[3] = {
		{.p_type = PT_LOAD,
		 .p_offset = TEXT_OFFSET,
		 .p_paddr = SAMPLE_TEXT,
		 .p_filesz = SAMPLE_TEXT_LEN,
		 .p_memsz = SAMPLE_TEXT_LEN},
		{.p_type = PT_LOAD,
		 .p_offset = DATA_OFFSET,
		 .p_paddr = SAMPLE_DATA,
		 .p_filesz = SAMPLE_DATA_LEN,
		 .p_memsz = SAMPLE_DATA_MEM},
		{.p_type = PT_NOTE,
		 .p_offset = NOTE_OFFSET,
		 .p_filesz = sizeof(pvh_note),
		 .p_memsz = sizeof(pvh_note),
		 .p_align = 4},
	};

	memcpy(data, &eh, sizeof(eh));
	memcpy(data + sizeof(eh), ph, sizeof(ph));
}

struct sample sample_elf(bool is64)
{
	struct sample s = {calloc(1, FILE_SIZE), FILE_SIZE};

	if (!s.data)
		abort();
	if (is64)
		headers64(s.data);
	else
		headers32(s.data);
	memset(s.data + TEXT_OFFSET, 0xcc, SAMPLE_TEXT_LEN);
	memset(s.data + DATA_OFFSET, 0xdd, SAMPLE_DATA_LEN);
	memcpy(s.data + NOTE_OFFSET, &pvh_note, sizeof(pvh_note));
	return s;
}

static size_t pack_gzip(struct sample in, uint8_t *out, size_t room)
{
	z_stream z = {.next_in = in.data,
		      .avail_in = (uInt)in.size,
		      .next_out = out,
		      .avail_out = (uInt)room};

	if (deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return z.total_out;
}

static size_t pack_lzma(struct sample in, uint8_t *out, size_t room, bool xz)
{
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_options_lzma options;

	lzma_lzma_preset(&options, 6);
	if ((xz ? lzma_easy_encoder(&s, 6, LZMA_CHECK_CRC32) : lzma_alone_encoder(&s, &options)) !=
	    LZMA_OK)
		abort();
	s.next_in = in.data;
	s.avail_in = in.size;
	s.next_out = out;
	s.avail_out = room;
	if (lzma_code(&s, LZMA_FINISH) != LZMA_STREAM_END)
		abort();
	room = s.total_out;
	lzma_end(&s);
	return room;
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, 4);
}

/* Two blocks, as for a kernel above 8 MiB: the first takes all but 16 bytes. */
static size_t pack_lz4(struct sample in, uint8_t *out, size_t room)
{
	size_t at = 4, first = in.size - 16;

	put32(out, 0x184c2102);
	for (unsigned int i = 0; i < 2; i++) {
		int n = LZ4_compress_HC((char *)in.data + (i ? first : 0), (char *)out + at + 4,
					(int)(i ? 16 : first), (int)(room - at - 4), 9);

		if (n <= 0)
			abort();
		put32(out + at, (uint32_t)n);
		at += 4 + (size_t)n;
	}
	return at;
}

struct sample sample_pack(enum unpack_format format, struct sample in)
{
	size_t room = in.size * 2 + 4096;
	struct sample s = {calloc(1, room), 0};

	if (!s.data)
		abort();
	if (format == UNPACK_GZIP)
		s.size = pack_gzip(in, s.data, room);
	else if (format == UNPACK_XZ || format == UNPACK_LZMA)
		s.size = pack_lzma(in, s.data, room, format == UNPACK_XZ);
	else if (format == UNPACK_LZ4)
		s.size = pack_lz4(in, s.data, room);
	else if (format == UNPACK_ZSTD)
		s.size = ZSTD_compress(s.data, room, in.data, in.size, 3);
	else
		abort();
	return s;
}

struct sample sample_bzimage(enum unpack_format format, struct sample inner)
{
	struct sample packed = sample_pack(format, inner);
	size_t start = (1 + 2) * 512 + 64;
	struct sample s = {calloc(1, start + packed.size + 4 + 100), start + packed.size + 4 + 100};

	if (!s.data)
		abort();
	s.data[0x1f1] = 2; /* setup sectors */
	s.data[0x1fe] = 0x55;
	s.data[0x1ff] = 0xaa;
	memcpy(s.data + 0x202, "HdrS", 4);
	s.data[0x206] = 0x0f;
	s.data[0x207] = 0x02;
	put32(s.data + 0x248, 64);
	/* gzip's own trailer is the size; the others get theirs from the build. */
	put32(s.data + 0x24c, (uint32_t)(packed.size + (format == UNPACK_GZIP ? 0 : 4)));
	memcpy(s.data + start, packed.data, packed.size);
	put32(s.data + start + packed.size, (uint32_t)inner.size);
	sample_free(&packed);
	return s;
}

struct sample sample_copy(struct sample from)
{
	struct sample s = {malloc(from.size ? from.size : 1), from.size};

	if (!s.data)
		abort();
	memcpy(s.data, from.data, from.size);
	return s;
}

void sample_free(struct sample *s)
{
	free(s->data);
	*s = (struct sample){0};
}
