#!/bin/sh
# Builds bench/micro/keys.cpp native and for wasm, and runs both: fault K-12.
#   sh bench/micro/keys.sh [samples]
set -eu
cd "$(dirname "$0")/../.."

sh scripts/build-wasm.sh >&2
cmake --build --preset wasm --target keys >&2
cmake --preset native-release >&2
cmake --build --preset native-release --target keys >&2
echo "== native"
build/native-release/bench/micro/keys "$@"
echo "== wasm, node $(node --version)"
node --no-warnings bench/micro/run.mjs build/wasm/bench/micro/keys.wasm "$@"
