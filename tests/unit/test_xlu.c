/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Where libxlutil differs from Debian's on purpose, and what comparing the two
 * (tests/abi/xlu_compare.sh) cannot see: several texts, files, ownership.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <libxlutil.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *text;
static size_t size;
static FILE *report;
static XLU_Config *config;

static void setup(void)
{
	report = open_memstream(&text, &size);
	config = xlu_cfg_init(report, "g1.cfg");
	cr_assert_not_null(config);
}

static void teardown(void)
{
	xlu_cfg_destroy(config);
	fclose(report);
	free(text);
}

TestSuite(xlu, .init = setup, .fini = teardown);

static int read_config(const char *source)
{
	return xlu_cfg_readdata(config, source, (int)strlen(source));
}

static void expect_report(const char *expected)
{
	fflush(report);
	cr_expect(size == strlen(expected) && !memcmp(text, expected, size), "%.*s", (int)size,
		  text);
	rewind(report);
}

Test(xlu, looks_up_nothing_before_a_text_was_read)
{
	const char *string = NULL;
	long number;

	cr_expect_eq(xlu_cfg_get_string(config, "a", &string, 0), ESRCH);
	cr_expect_eq(xlu_cfg_get_long(config, "a", &number, 0), ESRCH);
	cr_expect_eq(xlu_cfg_get_list(config, "a", NULL, NULL, 0), ESRCH);
	cr_expect_eq(xlu_cfg_readdata(config, "", -1), EINVAL);
	expect_report("");
}

Test(xlu, later_texts_count)
{
	const char *string = NULL;
	long number = 0;

	cr_assert_eq(read_config("name='one'\nmemory=1\n"), 0);
	cr_assert_eq(read_config("memory=2\n"), 0);
	cr_assert_eq(read_config("\n"), 0);
	cr_expect_eq(xlu_cfg_get_string(config, "name", &string, 0), 0);
	cr_expect_str_eq(string, "one");
	cr_expect_eq(xlu_cfg_get_long(config, "memory", &number, 0), 0);
	cr_expect_eq(number, 2);
	expect_report("");
}

/* Debian's library refuses every hexadecimal and octal escape. */
Test(xlu, numeric_escapes)
{
	const char *string = NULL;

	cr_assert_eq(read_config("a=\"\\x41\\102\"\n"), 0);
	cr_expect_eq(xlu_cfg_get_string(config, "a", &string, 0), 0);
	cr_expect_str_eq(string, "AB");
}

/* Debian's names line 0 for a mistake at the end of a line. */
Test(xlu, mistakes_name_their_line)
{
	cr_expect_eq(read_config("b=1\na=\n"), EINVAL);
	expect_report("g1.cfg:2: config parsing error near <newline>: syntax error, unexpected "
		      "NEWLINE, expecting STRING or NUMBER or '['\n");
}

/* Debian's says "Success" here. */
Test(xlu, missing_file)
{
	cr_expect_eq(xlu_cfg_readfile(config, "/nonexistent/g1.cfg"), ENOENT);
	expect_report("/nonexistent/g1.cfg: unable to open configuration file: "
		      "No such file or directory\n");
	cr_expect_eq(xlu_cfg_readfile(config, "/"), EISDIR);
	expect_report("/: unable to open configuration file: Is a directory\n");
}

Test(xlu, file)
{
	char name[] = "/tmp/test_xlu.XXXXXX";
	int fd = mkstemp(name);
	long number = 0;

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, "memory=64\n", 10), 10);
	close(fd);
	cr_expect_eq(xlu_cfg_readfile(config, name), 0);
	unlink(name);
	cr_expect_eq(xlu_cfg_get_long(config, "memory", &number, 0), 0);
	cr_expect_eq(number, 64);
}

/* Debian's 4.17 refuses a valid policy and accepts an invalid one. */
Test(xlu, rdm_policy)
{
	libxl_rdm_reserve rdm;

	libxl_rdm_reserve_init(&rdm);
	cr_expect_eq(xlu_rdm_parse(config, &rdm, "strategy=host,policy=relaxed"), 0);
	cr_expect_eq(rdm.strategy, LIBXL_RDM_RESERVE_STRATEGY_HOST);
	cr_expect_eq(rdm.policy, LIBXL_RDM_RESERVE_POLICY_RELAXED);
	cr_expect_eq(xlu_rdm_parse(config, &rdm, "policy=strict"), 0);
	cr_expect_eq(rdm.policy, LIBXL_RDM_RESERVE_POLICY_STRICT);
	cr_expect_eq(xlu_rdm_parse(config, &rdm, "policy=none"), ERROR_INVAL);
	expect_report("Unknown RDM policy: none\n");
	libxl_rdm_reserve_dispose(&rdm);
}

/* Every prefix and suffix of a good specification: no crash, no leak (this runs
 * under the sanitizers), and 0 only with a vdev and a target. */
Test(xlu, pieces_of_disks)
{
	static const char good[] = "tap:aio:/img,xvda:cdrom,r,backendtype=qdisk,script=s,colo,"
				   "colo-port=12,backend=d,discard,target=/x y";
	size_t from, to;

	for (from = 0; from < sizeof(good); from++) {
		for (to = from; to < sizeof(good); to++) {
			char *piece = strndup(good + from, to - from);
			const char *spec = piece;
			libxl_device_disk disk;
			int rc;

			libxl_device_disk_init(&disk);
			rc = xlu_disk_parse(config, 1, &spec, &disk);
			cr_expect(rc == EINVAL || (rc == 0 && disk.vdev &&
						   (disk.pdev_path || disk.is_cdrom)),
				  "%s: %d", piece, rc);
			libxl_device_disk_dispose(&disk);
			free(piece);
		}
	}
}

Test(xlu, interrupted_numbers_of_pci)
{
	static const char *const bad[] = {"00:1f",
					  "00:1f.",
					  "00:",
					  ":",
					  ".",
					  "00:1f.-1",
					  "0x0:1f.0",
					  " 00:1f.0",
					  "-1:00.0",
					  "00:+1.0",
					  "ffffffffffffffff00:00:00.0",
					  "\x10\x10:00.0"};
	libxl_device_pci pci;
	size_t i;

	libxl_device_pci_init(&pci);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(xlu_pci_parse_bdf(config, &pci, bad[i]), ERROR_INVAL, "%s", bad[i]);
	libxl_device_pci_dispose(&pci);
}
