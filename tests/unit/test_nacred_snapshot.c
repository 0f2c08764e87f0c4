/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* host.snapshot and metrics, over CPU pools and domains of a few lines. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/sched.h"
#include "fake_cpus.h"
#include "prometheus.h"

int __wrap_ctrl_sched_get_credit2(struct ctrl *c, uint32_t domid,
				  struct xen_domctl_sched_credit2 *params)
{
	*params = (struct xen_domctl_sched_credit2){.weight = 300, .cap = 40};
	return 0;
}

TestSuite(snapshot, .init = fake_start, .fini = fake_stop);

static void says(const char *text, const char *word)
{
	cr_assert(strstr(text, word), "no %s in: %s", word, text);
}

/* Its schema is that of the parts: fake_call() holds the answer against it. */
Test(snapshot, holds_everything)
{
	const struct json *v = fake_call("host.snapshot", "{}");

	cr_assert_not_null(v, "%s", fake_error()->message);
	cr_assert_eq(json_get(v, "domains")->nr, 2);
	cr_assert_eq(json_get(v, "vcpus")->nr, 2);
	cr_assert_eq(json_get(v, "shares")->nr, 2);
	cr_assert_eq(json_get(v, "cpupools")->nr, 1);
	cr_assert_eq(json_get(json_get(v, "vcpus")->items[1], "vcpus")->nr, 2);
	cr_assert_eq(json_int(json_get(json_get(v, "shares")->items[1], "weight"), 0), 300);
	cr_assert_eq(json_int(json_path(v, "host.nr_cpus"), 0), FAKE_CPUS);
}

/* Every line is a comment or a sample of a family that was begun, with a number behind. */
static void well_formed(const char *text)
{
	char line[400], family[100] = "";
	const char *p, *end;
	char *stop;

	for (p = text; *p; p = end + 1) {
		end = strchr(p, '\n');
		cr_assert_not_null(end);
		snprintf(line, sizeof(line), "%.*s", (int)(end - p), p);
		if (strncmp(line, "# TYPE ", 7) == 0)
			sscanf(line + 7, "%99s", family);
		if (line[0] == '#')
			continue;
		cr_assert_eq(strncmp(line, family, strlen(family)), 0, "%s in %s", line, family);
		strtod(strrchr(line, ' ') + 1, &stop);
		cr_assert_eq(*stop, '\0', "%s", line);
	}
}

Test(snapshot, metrics)
{
	const char *text;

	fake_set_node("/local/domain/1/name", "w\"e\\b");
	text = json_string(json_get(fake_call("metrics", "{}"), "text"), NULL);
	cr_assert_not_null(text, "%s", fake_error()->message);
	well_formed(text);
	says(text, "nacre_domain_memory_bytes{name=\"w\\\"e\\\\b\",uuid=\"");
	says(text, "nacre_domain_weight{name=\"Domain-0\",uuid=");
	says(text, "\",vcpu=\"1\"} ");
	says(text, "nacre_cpupool_cpus{pool=\"Pool-0\",sched=\"credit2\"} 4\n");
	says(text, ",state=\"paused\"} 0\n");
	says(text, "# TYPE nacre_domain_cpu_seconds_total counter\n");
	says(text, "\nnacre_host_cpus 4\n");
}

Test(snapshot, labels_are_escaped)
{
	const struct prometheus_label labels[] = {{"a", "x\ny\"\\"}, {"b", NULL}, {NULL, NULL}};
	static const struct prometheus_label none[] = {{NULL, NULL}};
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	prometheus_sample(f, "m", labels);
	prometheus_sample(f, "n", none);
	fclose(f);
	cr_assert_str_eq(text, "m{a=\"x\\ny\\\"\\\\\",b=\"\"} n ");
	free(text);
}
