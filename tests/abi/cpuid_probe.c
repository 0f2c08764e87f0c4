/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What the loaded libxenlight makes of the words of xl.cfg's cpuid=, as its own JSON:
 * "n WORD" name=value into an empty list, "x WORD" xend's form, "+ WORD" name=value into
 * the list of the line before.
 */
#define HAVE_YAJL_V2 1 /* for the header of Debian's library */
#include <libxl.h>
#include <libxl_json.h>
#include <stdlib.h>
#include <string.h>

/* As in helpers_probe.c: Debian's library notes something in it, and that is all. */
static union {
	long double align;
	char bytes[65536];
} no_context;

static void show(libxl_cpuid_policy_list *list)
{
	yajl_gen gen = yajl_gen_alloc(NULL);
	const unsigned char *text;
	size_t len;

	libxl_cpuid_policy_list_gen_json(gen, list);
	yajl_gen_get_buf(gen, &text, &len);
	printf("%d %.*s\n", libxl_cpuid_policy_list_length(list), (int)len, text);
	yajl_gen_free(gen);
}

int main(void)
{
	libxl_cpuid_policy_list list = NULL, copy = NULL;
	char *line = NULL;
	size_t size = 0;
	int rc;

	while (getline(&line, &size, stdin) > 2) {
		line[strcspn(line, "\n")] = '\0';
		printf("=== %s\n", line);
		if (line[0] != '+')
			libxl_cpuid_dispose(&list);
		rc = line[0] == 'x' ? libxl_cpuid_parse_config_xend(&list, line + 2)
				    : libxl_cpuid_parse_config(&list, line + 2);
		printf("%d ", rc);
		show(&list);
		libxl_cpuid_policy_list_copy((libxl_ctx *)&no_context, &copy, &list);
		show(&copy);
		libxl_cpuid_dispose(&copy);
	}
	libxl_cpuid_dispose(&list);
	free(line);
	return 0;
}
