/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "disk_words.h"

#include <stddef.h>

#include "disk_spec.h"

const struct disk_word disk_formats[] = {
	{"", DISK_FORMAT_RAW},	      {"raw", DISK_FORMAT_RAW},
	{"qcow", DISK_FORMAT_QCOW},   {"qcow2", DISK_FORMAT_QCOW2},
	{"vhd", DISK_FORMAT_VHD},     {"qed", DISK_FORMAT_QED},
	{"empty", DISK_FORMAT_EMPTY}, {NULL, 0},
};

const struct disk_word disk_backends[] = {
	{"phy", DISK_BACKEND_PHY},
	{"tap", DISK_BACKEND_TAP},
	{"qdisk", DISK_BACKEND_QDISK},
	{"standalone", DISK_BACKEND_STANDALONE},
	{NULL, 0},
};

const struct disk_word disk_specifications[] = {
	{"xen", DISK_SPECIFICATION_XEN},
	{"virtio", DISK_SPECIFICATION_VIRTIO},
	{NULL, 0},
};
