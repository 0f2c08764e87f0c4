/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "manifest.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advisory_file.h"
#include "advisory.h"

#define MANIFEST_FIXES_MAX 4096
#define ELF_PHDRS_MAX	   64
#define ELF_NOTES_MAX	   (64 * 1024)

static bool is_build_id(const char *s)
{
	size_t len = strlen(s);

	return len >= 8 && len < BUILD_ID_TEXT && strspn(s, "0123456789abcdef") == len;
}

bool manifest_check(const struct json *v, char *error, size_t error_len)
{
	const char *component = json_string(json_get(v, "component"), "");
	const struct json *fixes = json_get(v, "fixes");
	const char *wrong = NULL;
	size_t i;

	if (json_int(json_get(v, "format"), 0) != ADVISORY_FORMAT)
		wrong = "format";
	else if (!*component || strlen(component) >= sizeof(((struct component *)0)->name))
		wrong = "component";
	else if (!is_build_id(manifest_build_id(v)))
		wrong = "build_id";
	else if (!fixes || fixes->type != JSON_ARRAY || fixes->nr > MANIFEST_FIXES_MAX)
		wrong = "fixes";
	for (i = 0; !wrong && i < fixes->nr; i++)
		if (fixes->items[i]->type != JSON_STRING)
			wrong = "fixes";
	if (wrong && error)
		snprintf(error, error_len, "%s: missing or not as nacre-advisory(5) says", wrong);
	return !wrong;
}

const char *manifest_build_id(const struct json *manifest)
{
	return json_string(json_get(manifest, "build_id"), "");
}

bool manifests_add(struct manifests *m, struct json *v)
{
	struct json **more;

	if (!v || !manifest_check(v, NULL, 0))
		goto fail;
	if (m->nr == m->cap) {
		more = reallocarray(m->items, m->cap ? m->cap * 2 : 8, sizeof(*more));
		if (!more)
			goto fail;
		m->items = more;
		m->cap = m->cap ? m->cap * 2 : 8;
	}
	m->items[m->nr++] = v;
	return true;
fail:
	json_free(v);
	return false;
}

static void load_file(void *ctx, const char *path)
{
	char error[160];

	manifests_add(ctx, advisory_file_read(path, error, sizeof(error)));
}

int manifests_load(struct manifests *m, const char *dir)
{
	return advisory_dir_each(dir, load_file, m);
}

void manifests_free(struct manifests *m)
{
	while (m->nr)
		json_free(m->items[--m->nr]);
	free(m->items);
	*m = (struct manifests){0};
}

const struct json *manifest_find(const struct manifests *m, const char *component,
				 const char *build_id)
{
	size_t i;

	for (i = 0; i < m->nr && *build_id; i++)
		if (strcmp(manifest_build_id(m->items[i]), build_id) == 0 &&
		    strcmp(json_string(json_get(m->items[i], "component"), ""), component) == 0)
			return m->items[i];
	return NULL;
}

/* One segment of notes: name and description are padded to four bytes each. */
static bool find_note(const unsigned char *notes, size_t len, char id[BUILD_ID_TEXT])
{
	size_t at = 0, i;

	while (len - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr n;
		size_t name, desc;

		memcpy(&n, notes + at, sizeof(n));
		at += sizeof(n);
		name = ((size_t)n.n_namesz + 3) & ~(size_t)3;
		desc = ((size_t)n.n_descsz + 3) & ~(size_t)3;
		if (name > len - at || desc > len - at - name)
			return false;
		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 &&
		    memcmp(notes + at, "GNU", 4) == 0 && n.n_descsz * 2 < BUILD_ID_TEXT &&
		    n.n_descsz) {
			for (i = 0; i < n.n_descsz; i++)
				snprintf(id + 2 * i, 3, "%02x", notes[at + name + i]);
			return true;
		}
		at += name + desc;
	}
	return false;
}

static int read_segment(int fd, const Elf64_Phdr *ph, char id[BUILD_ID_TEXT])
{
	unsigned char *notes;
	int rc = -ENODATA;

	if (ph->p_type != PT_NOTE || !ph->p_filesz || ph->p_filesz > ELF_NOTES_MAX)
		return -ENODATA;
	notes = malloc(ph->p_filesz);
	if (!notes)
		return -ENOMEM;
	if (pread(fd, notes, ph->p_filesz, (off_t)ph->p_offset) == (ssize_t)ph->p_filesz &&
	    find_note(notes, ph->p_filesz, id))
		rc = 0;
	free(notes);
	return rc;
}

int elf_build_id(const char *path, char id[BUILD_ID_TEXT])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = -ENODATA;
	Elf64_Ehdr e;
	Elf64_Phdr ph;
	unsigned int i;

	id[0] = '\0';
	if (fd < 0)
		return -errno;
	if (pread(fd, &e, sizeof(e), 0) != sizeof(e) || memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 ||
	    e.e_ident[EI_CLASS] != ELFCLASS64 || e.e_phentsize != sizeof(ph) ||
	    e.e_phnum > ELF_PHDRS_MAX)
		rc = -ENOEXEC;
	for (i = 0; rc == -ENODATA && i < e.e_phnum; i++)
		if (pread(fd, &ph, sizeof(ph), (off_t)(e.e_phoff + i * sizeof(ph))) == sizeof(ph))
			rc = read_segment(fd, &ph, id);
	close(fd);
	return rc;
}
