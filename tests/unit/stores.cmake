# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
set(stores ${CMAKE_SOURCE_DIR}/daemons)

nacre_unit_test(xenstore_tree SOURCES test_xenstore_tree.c LIBS nacre_xenstored nacre_ring_daemon)
nacre_unit_test(xenstore_journal SOURCES test_xenstore_journal.c test_xenstore_fake.c
  LIBS nacre_xenstored nacre_ring_daemon)
nacre_unit_test(xenstore_protocol SOURCES test_xenstore_protocol.c test_xenstore_fake.c
  test_xenstore_server.c LIBS nacre_xenstored nacre_ring_daemon nacre_store)
nacre_unit_test(xenstore_ring SOURCES test_xenstore_ring.c test_xenstore_fake.c
  test_xenstore_server.c LIBS nacre_xenstored nacre_ring_daemon nacre_store)
nacre_unit_test(xenconsoled_daemon SOURCES test_xenconsoled_daemon.c test_xenstore_fake.c
  test_xenstore_server.c LIBS nacre_xenconsoled nacre_xenstored nacre_ring_daemon nacre_store)
nacre_unit_test(xenstore_golden SOURCES test_xenstore_golden.c test_xenstore_fake.c
  test_xenstore_server.c LIBS nacre_xenstored nacre_ring_daemon
  DEFS GOLDEN="${CMAKE_CURRENT_SOURCE_DIR}/xenstore_golden.txt")
nacre_unit_test(advisory_197 SOURCES test_advisory_197.c test_xenstore_fake.c
  LIBS nacre_xenconsoled nacre_xenstored nacre_ring_daemon)
