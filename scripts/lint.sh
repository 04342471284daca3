#!/bin/sh
# What `npm run lint` runs: the code as its tools see it, without running it.
#   format  clang-format agrees with every C++ file (.clang-format)
#   tidy    clang-tidy finds nothing (.clang-tidy): on one core a quarter of an hour
#   js      every JavaScript file and shell script can be parsed
# Some of them: `npm run lint -- format js`. `npm run format` is the stage mend, which runs only when
# asked for: clang-format writes the files as it wants them. Version 14 of both tools, the one of Debian 12 and of
# Emscripten 3.1.6: another one formats and finds other things.
set -eu
cd "$(dirname "$0")/.."

jobs=$(getconf _NPROCESSORS_ONLN)

# Prints the command of version 14 of a tool; fails if there is none.
version_14() {
  for command in "$1-14" "$1"; do
    case $("$command" --version 2>/dev/null) in
      *'version 14.'*) echo "$command" && return ;;
    esac
  done
  echo "lint: there is no $1 14. Run: sh scripts/setup.sh lint" >&2
  return 1
}

cpp_files() { find wasm tests bench -name '*.cpp' -o -name '*.h' | LC_ALL=C sort; }

run_format() {
  clang_format=$(version_14 clang-format) || return
  cpp_files | xargs "$clang_format" --dry-run -Werror
}

run_mend() {
  clang_format=$(version_14 clang-format) || return
  cpp_files | xargs "$clang_format" -i
}

# Headers are looked at with the sources that include them.
run_tidy() {
  clang_tidy=$(version_14 clang-tidy) && clang=$(version_14 clang++) || return
  cmake -S . -B build/lint -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER="$clang" >/dev/null &&
    tidy_each "$clang_tidy" -p build/lint && tidy_worker "$clang_tidy"
}

# Its progress and what was found in the system's headers go away.
tidy_each() {
  find wasm tests bench -name '*.cpp' ! -path '*/worker/*' | LC_ALL=C sort |
    xargs -P "$jobs" -n 1 "$@" --quiet 2>/dev/null
}

# What only Emscripten compiles is read as for this machine, which does not know its attributes.
tidy_worker() {
  find wasm/worker tests/worker -name '*.cpp' | LC_ALL=C sort | while read -r file; do
    "$1" --quiet "$file" -- -std=c++20 -fno-exceptions -fno-rtti -Wall -Wextra -Wconversion \
      -Wno-unknown-attributes -Wno-ignored-attributes '-D__builtin_wasm_memory_size(memory)=0u' -Itests/worker/fixture -Iwasm 2>/dev/null || exit
  done
}

run_js() {
  find js-shim scripts tests tools bench public -name '*.mjs' | LC_ALL=C sort |
    xargs -P "$jobs" -n 1 node --check &&
    find scripts bench -name '*.sh' | while read -r file; do sh -n "$file" || exit; done
}

[ $# -gt 0 ] || set -- format js tidy
for stage in "$@"; do
  case "$stage" in
    format | tidy | js | mend) ;;
    *)
      echo "npm run lint: there is no stage '$stage'; there are: format tidy js mend" >&2
      exit 2
      ;;
  esac
done
for stage in "$@"; do
  if ! "run_$stage"; then
    echo "npm run lint: $stage FAILED" >&2
    exit 1
  fi
  echo "lint: $stage passed"
done
