/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sign key PATH: make PATH.key and PATH.pub.  sign file KEY IN OUT: sign a payload. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patch/payload.h"
#include "patch/signature.h"

static int fail_with(const struct patch_error *err)
{
	fprintf(stderr, "sign: %s\n", err->text);
	return 1;
}

static int write_file(const char *path, const uint8_t *bytes, size_t size)
{
	FILE *f = fopen(path, "wb");
	int ok = f && fwrite(bytes, 1, size, f) == size;

	return f && fclose(f) == 0 && ok ? 0 : 1;
}

static int sign(const char *key_path, const char *in, const char *out)
{
	static uint8_t bytes[PAYLOAD_MAX_SIZE];
	struct patch_error err = {""};
	struct secret_key key;
	FILE *f = fopen(in, "rb");
	size_t size = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
	uint8_t *file;
	int rc;

	if (f)
		fclose(f);
	if (!size || key_read_secret(key_path, &key, &err) ||
	    signature_sign(bytes, size, &key, &file, &err))
		return fail_with(&err);
	key_forget(&key);
	rc = write_file(out, file, size + SIGNATURE_TRAILER_SIZE);
	free(file);
	return rc;
}

int main(int argc, char **argv)
{
	struct patch_error err = {""};

	if (argc == 3 && strcmp(argv[1], "key") == 0)
		return key_generate(argv[2], &err) ? fail_with(&err) : 0;
	if (argc == 5 && strcmp(argv[1], "file") == 0)
		return sign(argv[2], argv[3], argv[4]);
	fprintf(stderr, "usage: sign key PATH | sign file KEY IN OUT\n");
	return 2;
}
