#!/bin/sh
# What `npm run coverage` runs: which lines and branches the tests reach, by folder. Ends with 1 below
# the bounds that stand in scripts/coverage.mjs.
#   cpp   wasm/ as the native tests run it, counted by Clang
#   shim  js-shim/ as the tests on workerd run it (tests/worker/fixture/shim_counts.mjs)
#   report  the table alone, of what was counted last
# Some of them: `npm run coverage -- cpp report`. With --missed: what is not reached, line by line.
set -eu
cd "$(dirname "$0")/.."

PATH="$PWD/node_modules/.bin:$PATH"
export PATH
export WRANGLER_SEND_METRICS=false CLOUDFLARE_CF_FETCH_ENABLED=false
folder=build/coverage
jobs=$(getconf _NPROCESSORS_ONLN)

# Prints the command of a tool of LLVM's; the three must be of one version.
tool() {
  for suffix in -14 ''; do
    if command -v "$1$suffix" && command -v "llvm-cov$suffix" >/dev/null; then return; fi
  done
  echo "coverage: there is no $1. Run: sh scripts/setup.sh coverage" >&2
  return 1
}

run_cpp() {
  clang=$(tool clang++) && profdata=$(tool llvm-profdata) && cov=$(tool llvm-cov) &&
    cmake --preset coverage -DCMAKE_CXX_COMPILER="$clang" >/dev/null &&
    cmake --build --preset coverage || return
  rm -rf "$folder/raw"
  # The benchmark asserts nothing.
  LLVM_PROFILE_FILE="$PWD/$folder/raw/%p.profraw" ctest --preset coverage -j "$jobs" -E '^micro$' ||
    return
  "$profdata" merge -sparse "$folder"/raw/*.profraw -o "$folder/all.profdata" || return
  set --
  for program in "$folder"/tests/*; do
    if [ -f "$program" ] && [ -x "$program" ]; then set -- "$@" -object "$program"; fi
  done
  shift # the first stands without -object
  "$cov" export -skip-functions -instr-profile "$folder/all.profdata" "$@" "$PWD/wasm" \
    >"$folder/cpp.json"
}

run_shim() {
  rm -rf "$folder/shim"
  sh scripts/build-wasm.sh &&
    cmake --build --preset wasm --target worker_fixture &&
    SHIM_COVERAGE="$PWD/$folder/shim" node --test --test-timeout=180000 --test-force-exit \
      --test-concurrency=1 tests/worker/*.test.mjs
}

missed=''
stages=''
for word in "$@"; do
  case "$word" in
    --missed) missed=--missed ;;
    cpp | shim | report) stages="$stages $word" ;;
    *)
      echo "npm run coverage: there is no stage '$word'; there are: cpp shim report" >&2
      exit 2
      ;;
  esac
done
for stage in ${stages:-cpp shim report}; do
  if [ "$stage" = report ]; then
    node scripts/coverage.mjs "$folder" $missed
  elif ! "run_$stage"; then
    echo "npm run coverage: $stage FAILED" >&2
    exit 1
  fi
done
