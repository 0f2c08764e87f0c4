/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the log says, in the journal's form and in lines, and the settings that choose it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "settings.h"

static char dir[64];

static void setup(void)
{
	strcpy(dir, "/tmp/nacre-log.XXXXXX");
	cr_assert(mkdtemp(dir));
	setenv("NACRE_CONFIG_DIR", dir, 1);
	unsetenv("JOURNAL_STREAM");
}

static void teardown(void)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/nacred.conf", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/stderr", dir);
	unlink(path);
	cr_assert_eq(rmdir(dir), 0);
}

TestSuite(nacred_log, .init = setup, .fini = teardown);

static void conf(const char *text)
{
	char path[100];
	FILE *f;

	snprintf(path, sizeof(path), "%s/nacred.conf", dir);
	f = fopen(path, "w");
	cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* What comes on stderr until said(). */
static void listen_to_stderr(void)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/stderr", dir);
	cr_assert(freopen(path, "w+", stderr));
}

static const char *said(void)
{
	static char text[4096];
	size_t n;

	fflush(stderr);
	rewind(stderr);
	n = fread(text, 1, sizeof(text) - 1, stderr);
	text[n] = '\0';
	return text;
}

static bool has(const struct iovec *iov, int nr, const char *piece)
{
	int i;

	for (i = 0; i < nr; i++)
		if (iov[i].iov_len == strlen(piece) &&
		    memcmp(iov[i].iov_base, piece, iov[i].iov_len) == 0)
			return true;
	return false;
}

Test(nacred_log, fields_are_pieces_of_their_own)
{
	char buf[LOG_BUF_BYTES];
	struct iovec iov[LOG_PIECES];
	int nr = log_encode(SD_NOTICE,
			    LOG_FIELDS(.id = LOG_ID_CALL, .method = "domain.destroy",
				       .domain = "web", .outcome = "ok", .called = true,
				       .uid = 1000, .pid = 7),
			    "domain.destroy of \"web\"", buf, iov);

	cr_expect_eq(nr, 8);
	cr_expect(has(iov, nr, "MESSAGE=domain.destroy of \"web\""));
	cr_expect(has(iov, nr, "PRIORITY=5"));
	cr_expect(has(iov, nr, "MESSAGE_ID=" LOG_ID_CALL));
	cr_expect(has(iov, nr, "NACRE_METHOD=domain.destroy"));
	cr_expect(has(iov, nr, "NACRE_DOMAIN=web"));
	cr_expect(has(iov, nr, "NACRE_OUTCOME=ok"));
	cr_expect(has(iov, nr, "NACRE_UID=1000"));
	cr_expect(has(iov, nr, "NACRE_PID=7"));
}

Test(nacred_log, what_is_not_known_is_left_out)
{
	char buf[LOG_BUF_BYTES];
	struct iovec iov[LOG_PIECES];

	cr_expect_eq(log_encode(SD_ERR, NULL, "text", buf, iov), 2);
	cr_expect_eq(log_encode(SD_ERR, LOG_FIELDS(.called = true), "text", buf, iov), 4);
	cr_expect(has(iov, 4, "NACRE_UID=0"));
}

/* A name cannot end its field and begin another, nor be longer than its room. */
Test(nacred_log, hostile_values_stay_in_their_field)
{
	char buf[LOG_BUF_BYTES], name[3000];
	struct iovec iov[LOG_PIECES];
	int i, nr;

	nr = log_encode(SD_INFO, LOG_FIELDS(.domain = "web\nNACRE_UID=0\x7f"), "a\nb", buf, iov);
	cr_expect(has(iov, nr, "NACRE_DOMAIN=web\\x0aNACRE_UID=0\\x7f"));
	cr_expect(has(iov, nr, "MESSAGE=a\\x0ab"));
	memset(name, 1, sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	nr = log_encode(SD_INFO,
			LOG_FIELDS(.id = name, .method = name, .domain = name, .outcome = name,
				   .called = true, .uid = 1, .pid = 2),
			name, buf, iov);
	for (i = 0; i < nr; i++) {
		cr_expect_geq((char *)iov[i].iov_base, buf);
		cr_expect_leq((char *)iov[i].iov_base + iov[i].iov_len, buf + sizeof(buf));
	}
	cr_expect_eq(nr, 8);
}

Test(nacred_log, lines_have_a_level_in_front)
{
	listen_to_stderr();
	log_entry(SD_WARNING, LOG_FIELDS(.domain = "web"), "a %s", "b\rc");
	cr_expect_str_eq(said(), "<4>a b\\x0dc\n");
}

Test(nacred_log, a_stream_of_others_is_not_the_journal)
{
	setenv("JOURNAL_STREAM", "1:2", 1);
	listen_to_stderr();
	log_info("here");
	cr_expect_str_eq(said(), "<6>here\n");
}

Test(nacred_log, settings_choose_the_level)
{
	conf("# less\nlog_level = \"warning\"\n");
	cr_assert_eq(settings_load(), 0);
	listen_to_stderr();
	log_notice("one");
	log_warning("two");
	cr_expect_str_eq(said(), "<4>two\n");
	conf("log_level = \"debug\"");
	cr_assert_eq(settings_load(), 0);
	listen_to_stderr();
	log_debug("three");
	cr_expect_str_eq(said(), "<7>three\n");
}

Test(nacred_log, without_a_file_all_is_as_at_first)
{
	log_set_level(3);
	cr_assert_eq(settings_load(), 0);
	listen_to_stderr();
	log_debug("one");
	log_info("two");
	cr_expect_str_eq(said(), "<6>two\n");
}

/* A bad file is told, and nothing of it counts. */
Test(nacred_log, a_bad_file_changes_nothing)
{
	static const char *const bad[] = {
		"log_level = \"loud\"", "log_level = 3 4", "log_level = [ \"info\" ]",
		"log_level = ", "log_level = \"error\"\nlog_lvl = \"info\""};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		log_set_level(6);
		conf(bad[i]);
		listen_to_stderr();
		cr_expect_lt(settings_load(), 0, "%s", bad[i]);
		cr_expect(strstr(said(), "nacred.conf"), "%s: %s", bad[i], said());
		listen_to_stderr();
		log_info("still");
		cr_expect_str_eq(said(), "<6>still\n", "%s", bad[i]);
	}
}
