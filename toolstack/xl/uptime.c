/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "uptime.h"

#include "xl.h"

static long long seconds_since(time_t start, time_t now)
{
	return now > start ? (long long)now - start : 0;
}

static void format_uptime(char *text, size_t len, long long up, bool brief)
{
	long long days = up / 86400, hours = up / 3600 % 24, minutes = up / 60 % 60;
	int used = 0;

	if (days)
		used = snprintf(text, len, "%lld day%s, ", days, days > 1 ? "s" : "");
	if (brief)
		snprintf(text + used, len - (size_t)used, "%2lld:%02lld", hours, minutes);
	else
		snprintf(text + used, len - (size_t)used, "%2lld:%02lld:%02lld", hours, minutes,
			 up % 60);
}

void uptime_header(FILE *out)
{
	fprintf(out, "%-33s %4s %s\n", "Name", "ID", "Uptime");
}

void uptime_row(FILE *out, const struct uptime *domain, time_t now, bool brief)
{
	const char *name = xl_safe(domain->name);
	char up[64], clock[16] = "";
	struct tm local;

	format_uptime(up, sizeof(up), seconds_since(domain->start, now), brief);
	if (!brief) {
		fprintf(out, "%-33s %4u %s\n", name, domain->domid, up);
		return;
	}
	if (localtime_r(&now, &local))
		strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	fprintf(out, " %s up %s, %s (%u)\n", clock, up, name, domain->domid);
}

static long long seconds_up(const struct json *domain, time_t now)
{
	time_t start = (time_t)json_real(json_get(domain, "start_time"), (double)now);

	return seconds_since(start, now);
}

struct json *uptime_json(const struct json *domains, time_t now)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; list && i < domains->nr; i++) {
		const struct json *domain = domains->items[i];
		struct json *row = json_new_object();

		if (row && json_set(row, "domid", json_copy(json_get(domain, "domid"))) &&
		    json_set(row, "name", json_copy(json_get(domain, "name"))) &&
		    json_set(row, "uuid", json_copy(json_get(domain, "uuid"))) &&
		    json_set_int(row, "uptime_s", seconds_up(domain, now))) {
			if (json_append(list, row))
				continue;
		} else {
			json_free(row);
		}
		json_free(list);
		list = NULL;
	}
	return list;
}
