/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Formatting and the hypervisor's console.  Everything is written at once, under
 * one lock that is the innermost of all: lines of two CPUs never mix.
 */
#include <hv/arch.h>
#include <hv/console_ring.h>
#include <hv/domain.h>
#include <hv/printk.h>
#include <hv/spinlock.h>
#include <hv/string.h>

#define PREFIX	    "(XEN) "
#define LINE_MAX    512
#define RATE_LINES  10
#define RATE_WINDOW 5000000000LL /* ns */

enum { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

static spinlock_t lock = SPINLOCK_INIT;
static bool lock_busted;
static bool line_started;
static int threshold = LEVEL_INFO;

/* --- formatting ----------------------------------------------------------- */

struct sink {
	char *buf;
	size_t len, pos;
};

struct spec {
	unsigned int width, flags, longs;
	int precision; /* -1: none */
};
#define F_LEFT (1u << 0)
#define F_ZERO (1u << 1)
#define F_NEG  (1u << 2)

static void put(struct sink *s, char c)
{
	if (s->pos + 1 < s->len)
		s->buf[s->pos] = c;
	s->pos++;
}

static void pad(struct sink *s, unsigned int width, size_t used, char with)
{
	for (; used < width; used++)
		put(s, with);
}

static void put_string(struct sink *s, const char *str, const struct spec *f)
{
	size_t n;

	if (!str)
		str = "(null)";
	n = f->precision >= 0 ? strnlen(str, f->precision) : strlen(str);
	if (!(f->flags & F_LEFT))
		pad(s, f->width, n, ' ');
	for (size_t i = 0; i < n; i++)
		put(s, str[i]);
	if (f->flags & F_LEFT)
		pad(s, f->width, n, ' ');
}

static void put_number(struct sink *s, uint64_t v, unsigned int base, bool upper,
		       const struct spec *f)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char tmp[24];
	size_t n = 0, used;

	do {
		tmp[n++] = digits[v % base];
		v /= base;
	} while (v);
	used = n + !!(f->flags & F_NEG);
	if (!(f->flags & (F_LEFT | F_ZERO)))
		pad(s, f->width, used, ' ');
	if (f->flags & F_NEG)
		put(s, '-');
	if ((f->flags & (F_LEFT | F_ZERO)) == F_ZERO)
		pad(s, f->width, used, '0');
	while (n)
		put(s, tmp[--n]);
	if (f->flags & F_LEFT)
		pad(s, f->width, used, ' ');
}

static const char *parse_spec(const char *p, struct spec *f)
{
	*f = (struct spec){.precision = -1};
	for (;; p++) {
		if (*p == '-')
			f->flags |= F_LEFT;
		else if (*p == '0')
			f->flags |= F_ZERO;
		else
			break;
	}
	for (; *p >= '0' && *p <= '9'; p++)
		f->width = f->width * 10 + (*p - '0');
	if (*p == '.') {
		f->precision = 0;
		for (p++; *p >= '0' && *p <= '9'; p++)
			f->precision = f->precision * 10 + (*p - '0');
	}
	for (; *p == 'l' || *p == 'z' || *p == 'h'; p++)
		f->longs += *p != 'h';
	return p;
}

int hv_vsnprintf(char *buf, size_t len, const char *fmt, __builtin_va_list ap)
{
	struct sink s = {buf, len, 0};
	struct spec f;

	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(&s, *fmt);
			continue;
		}
		fmt = parse_spec(fmt + 1, &f);
		switch (*fmt) {
		case 'c':
			put(&s, (char)__builtin_va_arg(ap, int));
			break;
		case 's':
			put_string(&s, __builtin_va_arg(ap, const char *), &f);
			break;
		case 'd':
		case 'i': {
			int64_t v =
				f.longs ? __builtin_va_arg(ap, long) : __builtin_va_arg(ap, int);

			f.flags |= v < 0 ? F_NEG : 0;
			put_number(&s, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10, false, &f);
			break;
		}
		case 'u':
		case 'x':
		case 'X': {
			uint64_t v = f.longs ? __builtin_va_arg(ap, unsigned long)
					     : __builtin_va_arg(ap, unsigned int);

			put_number(&s, v, *fmt == 'u' ? 10 : 16, *fmt == 'X', &f);
			break;
		}
		case 'p':
			f.flags |= F_ZERO;
			f.width = 16;
			put_number(&s, (uintptr_t) __builtin_va_arg(ap, void *), 16, false, &f);
			break;
		case '\0':
			fmt--;
			break;
		default: /* %% and what is not understood */
			put(&s, *fmt);
		}
	}
	if (len)
		buf[MIN(s.pos, len - 1)] = '\0';
	return (int)s.pos;
}

int hv_snprintf(char *buf, size_t len, const char *fmt, ...)
{
	__builtin_va_list ap;
	int n;

	__builtin_va_start(ap, fmt);
	n = hv_vsnprintf(buf, len, fmt, ap);
	__builtin_va_end(ap);
	return n;
}

/* --- the console ------------------------------------------------------------ */

void console_lock(void)
{
	if (!READ_ONCE(lock_busted))
		spin_lock(&lock);
}

void console_unlock(void)
{
	if (!READ_ONCE(lock_busted))
		spin_unlock(&lock);
}

void console_bust_lock(void)
{
	WRITE_ONCE(lock_busted, true);
}

void console_set_level(const char *name)
{
	static const char *const names[] = {"none", "error", "warning", "info", "debug", "all"};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i])) {
			threshold = (int)i - 1;
			return;
		}
	printk("loglvl=%s: none of none, error, warning, info, debug, all\n", name);
}

static void emit(const char *s, size_t len)
{
	console_ring_put(s, len);
	arch_console_write(s, len);
}

/* Lock held. Adds the prefix at each start of a line. */
static void emit_lines(const char *s)
{
	while (*s) {
		const char *end = strchr(s, '\n');
		size_t n = end ? (size_t)(end - s) + 1 : strlen(s);

		if (!line_started)
			emit(PREFIX, sizeof(PREFIX) - 1);
		emit(s, n);
		line_started = !end;
		s += n;
	}
}

/* "<0>" to "<3>" in front is the level, warning without it (as in Xen). */
static const char *take_level(const char *fmt, int *level)
{
	*level = LEVEL_WARNING;
	if (fmt[0] == '<' && fmt[1] >= '0' && fmt[1] <= '3' && fmt[2] == '>') {
		*level = fmt[1] - '0';
		fmt += 3;
	}
	return fmt;
}

static void vprintk(const char *lead, const char *fmt, __builtin_va_list ap)
{
	static char line[LINE_MAX]; /* under the lock */
	int n;

	console_lock();
	n = hv_vsnprintf(line, sizeof(line), fmt, ap);
	if (n >= (int)sizeof(line))
		memcpy(line + sizeof(line) - 5, "...\n", 5);
	if (lead && !line_started)
		emit_lines(lead);
	emit_lines(line);
	console_unlock();
}

void printk(const char *fmt, ...)
{
	__builtin_va_list ap;
	int level;

	fmt = take_level(fmt, &level);
	if (level > threshold && !READ_ONCE(lock_busted))
		return;
	__builtin_va_start(ap, fmt);
	vprintk(NULL, fmt, ap);
	__builtin_va_end(ap);
}

/* Count one line of @d; false when it is one too many. @missed: lines that the
 * window before this one has lost. */
static bool rate_allows(struct domain *d, uint32_t *missed)
{
	int64_t now = arch_now().ns;
	uint32_t count;

	*missed = 0;
	if (now - d->gprintk.window_ns > RATE_WINDOW || !d->gprintk.count) {
		if (d->gprintk.count > RATE_LINES)
			*missed = d->gprintk.count - RATE_LINES;
		d->gprintk.window_ns = now;
		d->gprintk.count = 0;
	}
	count = __atomic_add_fetch(&d->gprintk.count, 1, __ATOMIC_RELAXED);
	return count <= RATE_LINES;
}

void gprintk(const struct domain *d, const char *fmt, ...)
{
	__builtin_va_list ap;
	uint32_t missed;
	char lead[16] = "";
	int level;

	fmt = take_level(fmt, &level);
	if (level > threshold)
		return;
	if (d) {
		/* The counters are not part of what the caller may not change. */
		if (!rate_allows((struct domain *)(uintptr_t)d, &missed))
			return;
		if (missed)
			printk("d%u: %u more lines were dropped\n", d->id, missed);
		hv_snprintf(lead, sizeof(lead), "d%u ", d->id);
	}
	__builtin_va_start(ap, fmt);
	vprintk(lead, fmt, ap);
	__builtin_va_end(ap);
}

/* One line of a guest, lock held: only printable ASCII and tab pass. */
static void emit_guest_line(domid_t id, const char *text, size_t len)
{
	char out[64];
	size_t n;

	if (line_started)
		emit("\n", 1);
	n = (size_t)hv_snprintf(out, sizeof(out), PREFIX "(d%u) ", id);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (n > sizeof(out) - 8) {
			emit(out, n);
			n = 0;
		}
		if ((c >= ' ' && c < 0x7f) || c == '\t')
			out[n++] = (char)c;
		else
			n += (size_t)hv_snprintf(out + n, sizeof(out) - n, "\\x%02x", c);
	}
	out[n++] = '\n';
	emit(out, n);
	line_started = false;
}

void console_guest_write(const struct domain *d, const char *text, size_t len)
{
	console_lock();
	while (len) {
		size_t n = 0;

		while (n < len && text[n] != '\n')
			n++;
		emit_guest_line(d->id, text, n && text[n - 1] == '\r' ? n - 1 : n);
		n += n < len;
		text += n;
		len -= n;
	}
	console_unlock();
}
