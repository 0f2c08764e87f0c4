/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The least that a program which links yajl and libuuid costs. */
int main(void)
{
	return 0;
}
