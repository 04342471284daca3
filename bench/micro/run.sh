#!/bin/sh
# Builds the micro-benchmark native and for wasm, and runs both.
#   sh bench/micro/run.sh [rounds] [part of a case's name]
set -eu
cd "$(dirname "$0")/../.."

sh scripts/build-wasm.sh >&2
cmake --build --preset wasm --target micro >&2
cmake --preset native-release >&2
cmake --build --preset native-release --target micro >&2
echo "== native"
build/native-release/bench/micro/micro "$@"
echo "== wasm, node $(node --version)"
node --no-warnings bench/micro/run.mjs build/wasm/bench/micro/micro.wasm "$@"
