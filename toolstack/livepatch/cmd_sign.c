/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* nacre-livepatch-build keygen, sign, verify. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "livepatch/commands.h"
#include "livepatch/file.h"
#include "patch/payload.h"
#include "patch/signature.h"

#define MAX_FILE (PAYLOAD_MAX_SIZE + SIGNATURE_TRAILER_SIZE)

int cmd_keygen(int argc, char **argv)
{
	struct patch_error err;

	if (argc != 2 || argv[1][0] == '-')
		return misuse("keygen PATH");
	if (key_generate(argv[1], &err))
		return complain("%s", err.text);
	printf("%s.key\n%s.pub\n", argv[1], argv[1]);
	return EXIT_OK;
}

/* --- sign --------------------------------------------------------------------------------- */

static int sign(const char *path, const char *key_path, const char *output, struct patch_error *err)
{
	struct secret_key key = {0};
	struct payload p = {0};
	struct file in = {0};
	uint8_t *out = NULL;
	int rc = file_read(path, MAX_FILE, &in, err);

	/* What is no payload is not worth a signature. */
	if (!rc && signature_strip(in.bytes, in.size) == in.size)
		rc = payload_parse(in.bytes, in.size, &p, err);
	if (!rc)
		rc = key_read_secret(key_path, &key, err);
	if (!rc)
		rc = signature_sign(in.bytes, in.size, &key, &out, err);
	if (!rc)
		rc = file_write(output, out, in.size + SIGNATURE_TRAILER_SIZE, err);
	key_forget(&key);
	payload_clear(&p);
	file_free(&in);
	free(out);
	return rc;
}

int cmd_sign(int argc, char **argv)
{
	static const struct option options[] = {{"key", required_argument, NULL, 'k'},
						{"output", required_argument, NULL, 'o'},
						{NULL, 0, NULL, 0}};
	const char *key = NULL, *output = NULL;
	struct patch_error err = {""};
	int opt;

	optind = 1;
	while ((opt = getopt_long(argc, argv, "k:o:", options, NULL)) >= 0) {
		if (opt == 'k')
			key = optarg;
		else if (opt == 'o')
			output = optarg;
		else
			return misuse("sign -k KEY [-o OUT] FILE");
	}
	if (!key || optind + 1 != argc)
		return misuse("sign -k KEY [-o OUT] FILE");
	if (sign(argv[optind], key, output ? output : argv[optind], &err))
		return complain("%s: %s", argv[optind], err.text);
	return EXIT_OK;
}

/* --- verify ------------------------------------------------------------------------- */

static int verify(const char *path, const char *directory)
{
	enum signature_verdict v;
	struct patch_error err = {""};
	struct signature sig;
	struct file f;

	if (file_read(path, MAX_FILE, &f, &err)) {
		complain("%s", err.text);
		return EXIT_FAILED;
	}
	v = signature_verify(f.bytes, f.size, directory, &sig, &err);
	file_free(&f);
	if (v == SIGNATURE_GOOD) {
		printf("%s: good signature by %s\n", path, sig.key_name);
		return EXIT_OK;
	}
	return complain("%s: %s: %s", path, signature_verdict_name(v), err.text);
}

int cmd_verify(int argc, char **argv)
{
	static const struct option options[] = {{"keys", required_argument, NULL, 'K'},
						{NULL, 0, NULL, 0}};
	const char *directory = KEY_DIRECTORY;
	int opt, rc = EXIT_OK;

	optind = 1;
	while ((opt = getopt_long(argc, argv, "K:", options, NULL)) >= 0) {
		if (opt != 'K')
			return misuse("verify [-K DIRECTORY] FILE...");
		directory = optarg;
	}
	if (optind == argc)
		return misuse("verify [-K DIRECTORY] FILE...");
	for (; optind < argc; optind++)
		if (verify(argv[optind], directory))
			rc = EXIT_FAILED;
	return rc;
}
