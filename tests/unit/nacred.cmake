# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
nacre_unit_test(json SOURCES test_json.c LIBS nacre_json)
foreach(noun jsonrpc nacred_outbox nacred_schema nacred_revision nacred_config nacred_records nacred_model nacred_log nacred_durable)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS nacred_core)
endforeach()

# With its loop and its sockets.
foreach(noun
    nacred_client
    nacred_events
    nacred_hostile
    nacred_job
    nacred_replay)
  nacre_unit_test(${noun} SOURCES test_${noun}.c nacred_loop.c LIBS nacred_core)
endforeach()

target_link_options(test_nacred_replay PRIVATE -Wl,--wrap=rpc_method)

nacre_unit_test(nacred_errors SOURCES test_nacred_errors.c LIBS nacred_core
  DEFS SOURCES="${CMAKE_SOURCE_DIR}/daemons/nacred")

# What the manual says of them.
nacre_unit_test(nacred_limits SOURCES test_nacred_limits.c LIBS nacred_core
  DEFS MANUAL="${CMAKE_SOURCE_DIR}/man/nacred-rpc.7")

# A hypervisor of a few lines in place of these wrappers.
nacre_unit_test(nacred_world SOURCES test_nacred_world.c nacred_loop.c LIBS nacred_core)
foreach(call domain_list domain_pause domain_unpause domain_destroy_step sched_get_credit2
    cpupool_info)
  target_link_options(test_nacred_world PRIVATE -Wl,--wrap=ctrl_${call})
endforeach()

# The same with CPU pools, vCPUs and a xenstore.
foreach(noun
    nacred_cpupool
    nacred_document
    nacred_memory
    nacred_vcpu
    nacred_sched
    nacred_snapshot
    nacred_undo)
  nacre_unit_test(${noun} SOURCES test_${noun}.c fake_cpus.c LIBS nacred_core)
  foreach(call cpupool_info cpupool_free_cpus cpupool_create cpupool_destroy cpupool_add_cpu
      cpupool_remove_cpu cpupool_move_domain sched_id sched_get_credit2 host_physinfo host_cpu_topology domain_list
      vcpu_info vcpu_get_affinity vcpu_set_affinity)
    target_link_options(test_${noun} PRIVATE -Wl,--wrap=ctrl_${call})
  endforeach()
  foreach(call store_readf store_mkdir store_write store_rm store_transaction events_tell)
    target_link_options(test_${noun} PRIVATE -Wl,--wrap=${call})
  endforeach()
endforeach()
foreach(call get_credit2 set_credit2 pool_op stats)
  target_link_options(test_nacred_sched PRIVATE -Wl,--wrap=ctrl_sched_${call})
endforeach()

target_link_options(test_nacred_document PRIVATE -Wl,--wrap=ctrl_sched_pool_op)
foreach(call domain_set_max_mem domain_trigger host_debug_keys hypfs_probe hypfs_write)
  target_link_options(test_nacred_memory PRIVATE -Wl,--wrap=ctrl_${call})
endforeach()

# Live patches over a fake of the hypervisor's, with files and processes that are real.
foreach(noun nacred_patch nacred_patch_states nacred_patch_crash)
  nacre_unit_test(${noun} SOURCES test_${noun}.c patch_daemon.c payload_sample.c patch_file.c
    fake_livepatch.c fake_xen.c LIBS nacred_core INCLUDES ${CMAKE_SOURCE_DIR}/hypervisor
    DEFS NACRED_PROGRAM="$<TARGET_FILE:nacred>")
  target_link_options(test_${noun} PRIVATE -Wl,--wrap=ctrl_livepatch_build_id)
  add_dependencies(test_${noun} nacred)
endforeach()
nacre_unit_test(nacred_patch_inspect SOURCES test_nacred_patch_inspect.c payload_sample.c patch_file.c
  LIBS nacred_core INCLUDES ${CMAKE_SOURCE_DIR}/hypervisor
  DEFS NACRED_PROGRAM="$<TARGET_FILE:nacred>")
add_dependencies(test_nacred_patch_inspect nacred)

nacre_unit_test(nacred_userdata SOURCES test_nacred_userdata.c LIBS nacred_core)
foreach(call list get_node_affinity set_node_affinity)
  target_link_options(test_nacred_userdata PRIVATE -Wl,--wrap=ctrl_domain_${call})
endforeach()

# A core of a domain of a few pages.
nacre_unit_test(nacred_cpuid SOURCES test_nacred_cpuid.c LIBS nacred_core)
foreach(call of_domain of_system free set)
  target_link_options(test_nacred_cpuid PRIVATE -Wl,--wrap=ctrl_policy_${call})
endforeach()
nacre_unit_test(nacred_dump SOURCES test_nacred_dump.c LIBS nacred_core)
foreach(call open close domain_pause domain_unpause domain_info vcpu_info vcpu_context memory_max_gfn
    memory_map memory_unmap buffer_alloc buffer_free domctl host_version)
  target_link_options(test_nacred_dump PRIVATE -Wl,--wrap=ctrl_${call})
endforeach()
target_link_options(test_nacred_dump PRIVATE -Wl,--wrap=xenforeignmemory_map)
