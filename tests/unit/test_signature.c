/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Signed payloads and keys: every byte is covered, every refusal has its reason. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "patch/signature.h"

#define SIZE 300u

static char dir[64], path[128];
static uint8_t payload[SIZE], *file;
static struct secret_key key;
static struct patch_error err;
static struct signature sig;

static const char *in(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void setup(void)
{
	strcpy(dir, "/tmp/nacre-keys.XXXXXX");
	cr_assert(mkdtemp(dir));
	for (unsigned int i = 0; i < SIZE; i++)
		payload[i] = (uint8_t)(i * 7);
	cr_assert_eq(key_generate(in("alice"), &err), 0, "%s", err.text);
	cr_assert_eq(key_read_secret(in("alice.key"), &key, &err), 0, "%s", err.text);
	cr_assert_eq(signature_sign(payload, SIZE, &key, &file, &err), 0);
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
	free(file);
}

TestSuite(signature, .init = setup, .fini = teardown);

static enum signature_verdict verify(const uint8_t *bytes, size_t size)
{
	uint8_t *exact = malloc(size + !size);
	enum signature_verdict v;

	if (size)
		memcpy(exact, bytes, size);
	v = signature_verify(exact, size, dir, &sig, &err);
	cr_assert_eq(v == SIGNATURE_GOOD, !err.text[0]);
	cr_assert_eq(v == SIGNATURE_GOOD, sig.payload_size != 0);
	free(exact);
	return v;
}

#define is(verdict, reason)                                                                        \
	do {                                                                                       \
		cr_assert_eq(verify(file, SIZE + 128), verdict, "%s", err.text);                   \
		cr_assert(strstr(err.text, reason), "%s", err.text);                               \
	} while (0)

Test(signature, good)
{
	is(SIGNATURE_GOOD, "");
	cr_assert_eq(sig.payload_size, SIZE);
	cr_assert_str_eq(sig.key_name, "alice");
	cr_assert_arr_eq(sig.key_id, key.public.id, KEY_ID_BYTES);
	cr_assert_arr_eq(file, payload, SIZE);
}

Test(signature, every_tampered_bit)
{
	for (size_t bit = 0; bit < (SIZE + 128) * 8; bit++) {
		file[bit / 8] ^= 1u << bit % 8;
		cr_assert_neq(verify(file, SIZE + 128), SIGNATURE_GOOD, "bit %zu", bit);
		file[bit / 8] ^= 1u << bit % 8;
	}
	is(SIGNATURE_GOOD, "");
}

Test(signature, every_truncation_and_what_follows)
{
	uint8_t longer[SIZE + 136] = {0};

	for (size_t n = 0; n < SIZE + 128; n++)
		cr_assert_neq(verify(file, n), SIGNATURE_GOOD, "%zu bytes", n);
	cr_assert_eq(verify(file, SIZE + 120), SIGNATURE_TRUNCATED);
	cr_assert(strstr(err.text, "truncated"), "%s", err.text);
	memcpy(longer, file, SIZE + 128);
	cr_assert_eq(verify(longer, SIZE + 136), SIGNATURE_TRUNCATED);
	/* A piece out of its middle. */
	memmove(file + 100, file + 108, SIZE + 20);
	cr_assert_eq(verify(file, SIZE + 120), SIGNATURE_TRUNCATED);
	cr_assert(strstr(err.text, "300 bytes were signed, these are 292"), "%s", err.text);
}

Test(signature, unsigned_)
{
	cr_assert_eq(verify(payload, SIZE), SIGNATURE_NONE);
	cr_assert_str_eq(err.text, "is not signed");
	cr_assert_eq(verify(NULL, 0), SIGNATURE_NONE);
}

Test(signature, not_twice)
{
	uint8_t *twice = NULL;

	cr_assert_eq(signature_sign(file, SIZE + 128, &key, &twice, &err), -1);
	cr_assert_str_eq(err.text, "is signed already");
	cr_assert_null(twice);
}

Test(signature, unknown_key)
{
	char away[128];

	cr_assert_eq(key_generate(in("bob"), &err), 0);
	strcpy(away, in("alice.pub"));
	cr_assert_eq(rename(away, in("alice.was")), 0);
	is(SIGNATURE_UNKNOWN_KEY, "which is not in");
	cr_assert_str_eq(sig.key_name, "");
}

/* Its name and id say alice; the bytes do not. */
Test(signature, exchanged_key)
{
	struct public_key found;

	cr_assert_eq(key_generate(in("bob"), &err), 0);
	cr_assert_eq(rename(in("bob.pub"), "/dev/null/x"), -1);
	cr_assert_eq(key_read_public(in("bob.pub"), &found, &err), 0);
	memcpy(file + SIZE, found.id, KEY_ID_BYTES);
	is(SIGNATURE_BAD, "by key bob is wrong");
}

Test(signature, directories_of_keys)
{
	char other[128];
	FILE *f;

	cr_assert_eq(chmod(in("alice.pub"), 0666), 0);
	is(SIGNATURE_NO_KEYS, "mode 0666: others can write it");
	cr_assert_eq(chmod(in("alice.pub"), 0644), 0);
	cr_assert_eq(chmod(dir, 0777), 0);
	is(SIGNATURE_NO_KEYS, "others can write it");
	cr_assert_eq(chmod(dir, 0700), 0);
	f = fopen(in("broken.pub"), "w");
	fputs("nacre-ed25519-public AAAA\n", f);
	fclose(f);
	is(SIGNATURE_NO_KEYS, "broken.pub is no key");
	strcpy(other, in("broken.pub"));
	cr_assert_eq(rename(other, in(".broken.pub")), 0);
	is(SIGNATURE_GOOD, "");
	snprintf(dir, sizeof(dir), "/nonexistent");
	is(SIGNATURE_NO_KEYS, "No such file or directory");
	strcpy(strrchr(other, '/'), "");
	strcpy(dir, other);
}

Test(signature, secret_keys_are_secret)
{
	struct secret_key again;
	struct stat st;

	cr_assert_eq(stat(in("alice.key"), &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0600);
	cr_assert_eq(chmod(path, 0640), 0);
	cr_assert_eq(key_read_secret(in("alice.key"), &again, &err), -1);
	cr_assert(strstr(err.text, "mode 0640: others can read it"), "%s", err.text);
	cr_assert_eq(key_read_secret(in("alice.pub"), &again, &err), -1);
	cr_assert(strstr(err.text, "is called NAME.key"), "%s", err.text);
	cr_assert_eq(key_generate(in("alice"), &err), -1);
	cr_assert(strstr(err.text, "File exists"), "%s", err.text);
	cr_assert_eq(key_generate(in("two words"), &err), -1);
	cr_assert_eq(key_generate(in(""), &err), -1);
}

/* A pair of which only one half could be written leaves nothing. */
Test(signature, keys_come_in_pairs)
{
	cr_assert_eq(mkdir(in("carol.pub"), 0700), 0);
	cr_assert_eq(key_generate(in("carol"), &err), -1);
	cr_assert_eq(access(in("carol.key"), F_OK), -1);
	is(SIGNATURE_NO_KEYS, "is no regular file");
}
