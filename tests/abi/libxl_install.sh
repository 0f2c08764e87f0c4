#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# libxl_install.sh BUILD PROBE.c: what is installed of libxl is enough to build and run
# a program by pkg-config, wherever it was put.
set -eu
build=$1 probe=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for room in libxl xlu; do
	cmake -DCMAKE_INSTALL_PREFIX="$work/usr" -P "$build/toolstack/$room/cmake_install.cmake" >/dev/null
done
mv "$work/usr" "$work/elsewhere"
export PKG_CONFIG_PATH=$work/elsewhere/lib/nacre/libxl/pkgconfig
[ "$(pkg-config --modversion xenlight xlutil | sort -u)" = 4.17.0 ]
read -ra flags <<<"$(pkg-config --cflags --libs xlutil xenlight)"
# Xen's own are found without any flag: these must lead to ours.
for flag in "${flags[@]}"; do
	case $flag in
	-I*) [ -e "${flag#-I}/libxl.h" ] && [ -e "${flag#-I}/_libxl_types.h" ] ;;
	-L*) [ -e "${flag#-L}/libxenlight.so" ] && [ -e "${flag#-L}/libxlutil.so" ] ;;
	-lxenlight | -lxlutil) ;;
	*) false ;;
	esac || { echo "$flag leads nowhere"; exit 1; }
done
[ ${#flags[@]} -ge 4 ]
cc -std=gnu11 -D_GNU_SOURCE -Wall -Werror -o "$work/probe" "$probe" "${flags[@]}"
export LD_LIBRARY_PATH=$work/elsewhere/lib/nacre/libxl
ldd "$work/probe" | grep "$work/elsewhere/lib/nacre/libxl/libxlutil.so.4.17"
ldd "$work/probe" | grep "$work/elsewhere/lib/nacre/libxl/libxenlight.so.4.17"
printf 'v 10MB/s\n' | "$work/probe" | grep -x '0 500000 50000'
