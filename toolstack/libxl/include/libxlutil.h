/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * libxlutil: xl's configuration files and the small languages inside them (disks, PCI
 * devices, reserved memory, rates).  Functions give 0 or an errno value; what is wrong
 * in a file is written to the report of xlu_cfg_init().
 */
#ifndef LIBXLUTIL_H
#define LIBXLUTIL_H

#include <stdio.h>

#include <libxl.h>

enum XLU_ConfigValueType {
	XLU_STRING,
	XLU_LIST,
};

enum XLU_Operation {
	XLU_OP_ASSIGNMENT = 0,
	XLU_OP_ADDITION,
};

typedef struct XLU_Config XLU_Config;
typedef struct XLU_ConfigList XLU_ConfigList;
typedef struct XLU_ConfigValue XLU_ConfigValue;

/* NULL: no memory. @report is kept and must live as long; @report_filename is copied.
 * When reading failed, nothing but xlu_cfg_destroy() may follow. */
XLU_Config *xlu_cfg_init(FILE *report, const char *report_filename);
int xlu_cfg_readfile(XLU_Config *, const char *real_filename);
int xlu_cfg_readdata(XLU_Config *, const char *data, int length);
void xlu_cfg_destroy(XLU_Config *);

/*
 * Values by name: ESRCH when there is none; EINVAL when it is of another form, with a
 * warning unless @dont_warn; ERANGE for a number that does not fit.  Strings and lists
 * live as long as the XLU_Config; _replace_string frees *value_r and gives a copy.
 */
int xlu_cfg_get_string(const XLU_Config *, const char *n, const char **value_r, int dont_warn);
int xlu_cfg_replace_string(const XLU_Config *cfg, const char *n, char **value_r, int dont_warn);
int xlu_cfg_get_long(const XLU_Config *, const char *n, long *value_r, int dont_warn);
int xlu_cfg_get_bounded_long(const XLU_Config *, const char *n, long min, long max, long *value_r,
			     int dont_warn);
int xlu_cfg_get_defbool(const XLU_Config *, const char *n, libxl_defbool *b, int dont_warn);
int xlu_cfg_get_list(const XLU_Config *, const char *n, XLU_ConfigList **list_r, int *entries_r,
		     int dont_warn);
int xlu_cfg_get_list_as_string_list(const XLU_Config *cfg, const char *n, libxl_string_list *sl,
				    int dont_warn);

/* NULL behind the end; errno is left alone. */
const char *xlu_cfg_get_listitem(const XLU_ConfigList *, int entry);
XLU_ConfigValue *xlu_cfg_get_listitem2(const XLU_ConfigList *list, int entry);

enum XLU_ConfigValueType xlu_cfg_value_type(const XLU_ConfigValue *value);
int xlu_cfg_value_get_string(const XLU_Config *cfg, XLU_ConfigValue *value, char **value_r,
			     int dont_warn);
int xlu_cfg_value_get_list(const XLU_Config *cfg, XLU_ConfigValue *value, XLU_ConfigList **value_r,
			   int dont_warn);

/* @disk initialised.  Each of @specs says something about the one disk. */
int xlu_disk_parse(XLU_Config *cfg, int nspecs, const char *const *specs, libxl_device_disk *disk);

int xlu_pci_parse_bdf(XLU_Config *cfg, libxl_device_pci *pci, const char *str);
int xlu_pci_parse_spec_string(XLU_Config *cfg, libxl_device_pci *pci, const char *str);
int xlu_rdm_parse(XLU_Config *cfg, libxl_rdm_reserve *rdm, const char *str);
int xlu_vif_parse_rate(XLU_Config *cfg, const char *rate, libxl_device_nic *nic);

#endif
