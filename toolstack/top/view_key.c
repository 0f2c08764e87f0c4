/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "view.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double view_delay(const char *text)
{
	double value = strtod(text, NULL);

	if (!text[0] || text[strspn(text, "0123456789.")])
		return 0;
	return value >= VIEW_MIN_DELAY && value <= VIEW_MAX_DELAY ? value : 0;
}

unsigned int view_parts(const struct view *v)
{
	unsigned int parts = 1u << SAMPLE_HOST | 1u << SAMPLE_DOMAINS;

	if (v->vcpus)
		parts |= 1u << SAMPLE_VCPUS;
	if (v->sched)
		parts |= 1u << SAMPLE_SHARES | 1u << SAMPLE_STATS;
	return parts;
}

static enum view_action answer_delay(struct view *v)
{
	double delay = view_delay(v->typed);

	v->asking = false;
	if (delay)
		v->delay = delay;
	else if (v->typed[0])
		snprintf(v->message, sizeof(v->message), "The delay is %.1f to %d seconds",
			 VIEW_MIN_DELAY, VIEW_MAX_DELAY);
	return VIEW_DRAW;
}

static enum view_action key_of_question(struct view *v, int key)
{
	size_t len = strlen(v->typed);

	if (key == VIEW_ENTER)
		return answer_delay(v);
	if (key == VIEW_ESCAPE)
		v->asking = false;
	else if (key == VIEW_BACKSPACE && len)
		v->typed[len - 1] = '\0';
	else if (((key >= '0' && key <= '9') || key == '.') && len < sizeof(v->typed) - 1)
		v->typed[len] = (char)key;
	else
		return VIEW_NOTHING;
	return VIEW_DRAW;
}

static enum view_action scroll(struct view *v, int key)
{
	size_t page = v->shown > 1 ? v->shown : 1;

	switch (key) {
	case VIEW_UP:
		v->first -= v->first > 0;
		return VIEW_DRAW;
	case VIEW_DOWN:
		v->first++;
		return VIEW_DRAW;
	case VIEW_PAGE_UP:
		v->first -= v->first < page ? v->first : page;
		return VIEW_DRAW;
	case VIEW_PAGE_DOWN:
		v->first += page;
		return VIEW_DRAW;
	case VIEW_HOME:
		v->first = 0;
		return VIEW_DRAW;
	case VIEW_END:
		v->first = v->nr;
		return VIEW_DRAW;
	case VIEW_LEFT:
		v->column -= v->column > 0;
		return VIEW_DRAW;
	case VIEW_RIGHT:
		v->column++;
		return VIEW_DRAW;
	default:
		return VIEW_NOTHING;
	}
}

static enum view_action toggle(bool *what, enum view_action action)
{
	*what = !*what;
	return action;
}

static enum view_action toggle_devices(struct view *v, bool *what, const char *which)
{
	*what = !*what;
	if (*what)
		snprintf(v->message, sizeof(v->message), "No domain has a virtual %s yet", which);
	return VIEW_DRAW;
}

static enum view_action letter(struct view *v, int key)
{
	const struct table *table = v->sched ? &table_sched : &table_domains;

	switch (toupper(key)) {
	case 'D':
		v->asking = true;
		memset(v->typed, 0, sizeof(v->typed));
		return VIEW_DRAW;
	case 'N':
		return toggle_devices(v, &v->networks, "network");
	case 'B':
		return toggle_devices(v, &v->vbds, "block device");
	case 'V':
		return toggle(&v->vcpus, VIEW_FETCH);
	case 'R':
		return toggle(&v->repeat, VIEW_DRAW);
	case 'C':
		v->column = 0;
		return toggle(&v->sched, VIEW_FETCH);
	case 'S':
		v->sort[v->sched] = (v->sort[v->sched] + 1) % table->nr;
		return VIEW_DRAW;
	case 'L' - '@': /* control-L, as everywhere */
		return VIEW_REPAINT;
	case 'Q':
		return VIEW_QUIT;
	default:
		return VIEW_NOTHING;
	}
}

enum view_action view_key(struct view *v, int key)
{
	v->message[0] = '\0';
	if (v->asking)
		return key_of_question(v, key);
	if (key == VIEW_ESCAPE)
		return VIEW_QUIT;
	return key < 0x80 ? letter(v, key) : scroll(v, key);
}
