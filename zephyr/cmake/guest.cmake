# Guests in C: compiled to WebAssembly when the application is built.

# moteur_guest(<target> <name> SOURCES <file>...
#              [STACK <bytes>] [HEAP <bytes>] [EXPORTS <function>...] [NATIVE] [WASI])
#
# Compiles C to a module and makes `<name>.wasm.inc` of it, which the target's sources can include in an array:
#
#	static const uint8_t guest[] __aligned(16) = {
#	#include "<name>.wasm.inc"
#	};
#
# What the C does not define becomes an import from `env`. Its memory ends behind STACK bytes for its stack (512), its data,
# and HEAP bytes for malloc (0). NATIVE adds native code for this board; it takes a `moteur` with its compiler.
#
# Programs are taken from CMake's variables of these names, from the environment, or from the PATH: MOTEUR_CLANG (a clang that
# knows wasm32, with wasm-ld) and MOTEUR_TOOL (Moteur's own command `moteur`). Without the latter it is built from this tree.
#
# WASI compiles a program with the C library for WASI instead (on Debian: wasi-libc and libclang-rt-19-dev-wasm32), whose memory
# has whole pages of 64 KiB.
function(moteur_guest target name)
  cmake_parse_arguments(guest "NATIVE;WASI" "STACK;HEAP" "SOURCES;EXPORTS" ${ARGN})
  if(NOT guest_SOURCES)
    message(FATAL_ERROR "moteur_guest(${target} ${name}) has no SOURCES")
  endif()
  if(NOT guest_STACK)
    set(guest_STACK 512)
  endif()
  if(NOT guest_HEAP)
    set(guest_HEAP 0)
  endif()
  moteur_find_clang()
  moteur_find_tool(${guest_NATIVE})

  set(stem ${CMAKE_CURRENT_BINARY_DIR}/${name})
  set(sources)
  foreach(source ${guest_SOURCES})
    get_filename_component(source ${source} ABSOLUTE)
    list(APPEND sources ${source})
  endforeach()
  set(exports)
  foreach(export ${guest_EXPORTS})
    list(APPEND exports -Wl,--export=${export})
  endforeach()
  # The stack comes first: what overflows it traps, and overwrites nothing.
  if(guest_WASI)
    add_custom_command(
      OUTPUT ${stem}.trimmed.wasm
      COMMAND ${MOTEUR_CLANG} --target=wasm32-wasi -std=c11 -D_GNU_SOURCE -Os -Wall -Wextra ${sources} -o ${stem}.trimmed.wasm
        -Wl,--stack-first -Wl,--strip-all -Wl,-z,stack-size=${guest_STACK} ${exports}
      DEPENDS ${sources}
      COMMENT "Compiling the guest ${name} for WASI"
      VERBATIM)
  else()
    add_custom_command(
      OUTPUT ${stem}.linked.wasm
      COMMAND ${MOTEUR_CLANG} --target=wasm32 -std=c11 -Os -fno-builtin -nostdlib -Wall -Wextra ${sources} -o ${stem}.linked.wasm
        -Wl,--no-entry -Wl,--allow-undefined -Wl,--export=__heap_base -Wl,--stack-first -Wl,--strip-all
        -Wl,-z,stack-size=${guest_STACK} ${exports}
      DEPENDS ${sources}
      COMMENT "Compiling the guest ${name}"
      VERBATIM)
    add_custom_command(
      OUTPUT ${stem}.trimmed.wasm
      COMMAND ${MOTEUR_COMMAND} trim --heap ${guest_HEAP} ${stem}.linked.wasm -o ${stem}.trimmed.wasm
      DEPENDS ${stem}.linked.wasm
      COMMENT "Trimming the memory of the guest ${name}"
      VERBATIM)
  endif()
  if(guest_NATIVE)
    add_custom_command(
      OUTPUT ${stem}.wasm
      COMMAND ${MOTEUR_COMMAND} compile -Os --target ${MOTEUR_RUST_TARGET} ${stem}.trimmed.wasm -o ${stem}.wasm
      DEPENDS ${stem}.trimmed.wasm
      COMMENT "Compiling the guest ${name} to native code"
      VERBATIM)
  else()
    add_custom_command(
      OUTPUT ${stem}.wasm
      COMMAND ${CMAKE_COMMAND} -E copy ${stem}.trimmed.wasm ${stem}.wasm
      DEPENDS ${stem}.trimmed.wasm
      VERBATIM)
  endif()
  add_custom_target(moteur_guest_${name} DEPENDS ${stem}.wasm)
  generate_inc_file_for_target(${target} ${stem}.wasm ${stem}.wasm.inc)
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()

# Sets MOTEUR_CLANG: the first clang that compiles and links for wasm32. A distribution's `clang` often has no linker for it, and
# the one beside it with a number has.
macro(moteur_find_clang)
  if(NOT MOTEUR_CLANG AND DEFINED ENV{MOTEUR_CLANG})
    set(MOTEUR_CLANG $ENV{MOTEUR_CLANG} CACHE FILEPATH "A clang that knows wasm32")
  endif()
  foreach(name clang clang-21 clang-20 clang-19 clang-18 clang-17 clang-16 clang-15 clang-14)
    if(NOT MOTEUR_CLANG)
      find_program(MOTEUR_CANDIDATE_${name} ${name})
      if(MOTEUR_CANDIDATE_${name})
        execute_process(COMMAND ${MOTEUR_CANDIDATE_${name}} --target=wasm32 -nostdlib -Wl,--no-entry -x c /dev/null
          -o ${CMAKE_CURRENT_BINARY_DIR}/moteur_probe.wasm RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
        if(NOT failed)
          set(MOTEUR_CLANG ${MOTEUR_CANDIDATE_${name}} CACHE FILEPATH "A clang that knows wasm32")
        endif()
      endif()
    endif()
  endforeach()
  if(NOT MOTEUR_CLANG)
    message(FATAL_ERROR "A guest in C needs clang and wasm-ld (on Debian: apt-get install clang-19 lld-19); "
      "MOTEUR_CLANG may name the clang.")
  endif()
endmacro()

# Sets MOTEUR_COMMAND: the program `moteur`, or cargo running it from this tree.
macro(moteur_find_tool with_compiler)
  if(NOT MOTEUR_TOOL AND DEFINED ENV{MOTEUR_TOOL})
    set(MOTEUR_TOOL $ENV{MOTEUR_TOOL} CACHE FILEPATH "Moteur's command")
  endif()
  find_program(MOTEUR_TOOL moteur)
  if(MOTEUR_TOOL)
    set(MOTEUR_COMMAND ${MOTEUR_TOOL})
  else()
    set(MOTEUR_COMMAND ${MOTEUR_CARGO} run --quiet --release --manifest-path ${MOTEUR_ROOT}/Cargo.toml --package moteur-cli)
    if(${with_compiler})
      list(APPEND MOTEUR_COMMAND --features llvm)
    endif()
    list(APPEND MOTEUR_COMMAND --)
  endif()
endmacro()
