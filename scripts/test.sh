#!/bin/sh
# What `npm test` runs, one stage after the other; the first that fails ends the run.
#   unit   C++ built natively with the address and undefined-behaviour sanitizers (Catch2, ctest)
#   wasm   the WebAssembly as it is shipped
#   node   tests/**/*.test.mjs: layout of the code, stand-in for Google, the Worker on real workerd,
#          the commands login and doctor
# Some of them: `npm test -- unit wasm`. What became of each test is left in build/results, with the
# time at which its stage began; `npm run faults` reads it.
set -eu
cd "$(dirname "$0")/.."

PATH="$PWD/node_modules/.bin:$PATH"
export PATH
# Tests talk to this machine only.
export WRANGLER_SEND_METRICS=false CLOUDFLARE_CF_FETCH_ENABLED=false

run_unit() {
  PROXY_TEST_RESULTS="$PWD/build/results/unit-"
  export PROXY_TEST_RESULTS
  cmake --preset native &&
    cmake --build --preset native &&
    ctest --preset native -j "$(getconf _NPROCESSORS_ONLN)"
}

run_wasm() { sh scripts/build-wasm.sh; }

run_node() {
  # `node --test` is content with a pattern that matches nothing.
  if [ -z "$(find tests -name '*.test.mjs' | head -n 1)" ]; then
    echo "no tests/**/*.test.mjs found" >&2
    return 1
  fi
  # A test that hangs, or leaves something open, must not hang the whole run.
  sh scripts/build-wasm.sh &&
    cmake --build --preset wasm --target worker_fixture &&
    node --test --test-timeout=180000 --test-force-exit \
      --test-reporter=spec --test-reporter-destination=stdout \
      --test-reporter=./tests/faults/reporter.mjs \
      --test-reporter-destination=build/results/node.tsv 'tests/**/*.test.mjs'
}

[ $# -gt 0 ] || set -- unit wasm node
for stage in "$@"; do
  case "$stage" in
    unit | wasm | node) ;;
    *)
      echo "npm test: there is no stage '$stage'; there are: unit wasm node" >&2
      exit 2
      ;;
  esac
done

summary=''
for stage in "$@"; do
  printf '\n== %s\n' "$stage"
  started=$(date +%s)
  mkdir -p build/results
  rm -f "build/results/$stage" "build/results/$stage"[.-]*
  touch "build/results/$stage"
  if ! "run_$stage"; then
    printf '\nnpm test: stage %s FAILED after %d s\n' "$stage" "$(($(date +%s) - started))" >&2
    exit 1
  fi
  summary="$summary, $stage $(($(date +%s) - started)) s"
done
printf '\nnpm test: all passed (%s)\n' "${summary#, }"
