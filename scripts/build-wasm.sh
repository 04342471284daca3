#!/bin/sh
# Builds build/wasm/proxy.wasm. wrangler runs this before `dev` and `deploy` and on every save under
# `dev`; when nothing changed it takes a moment and leaves the file as it is.
set -eu
cd "$(dirname "$0")/.."

for tool in em++ emcmake cmake ninja; do
  if ! command -v "$tool" >/dev/null 2>&1; then
    echo "The WebAssembly cannot be built: $tool is missing. Run: sh scripts/setup.sh" >&2
    exit 1
  fi
done

# A build folder that was moved or copied here remembers the paths of another place.
cache=build/wasm/CMakeCache.txt
if [ -e "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$(pwd -P)" "$cache"; then
  rm -rf build/wasm
fi

if [ ! -e build/wasm/build.ninja ]; then
  emcmake cmake --preset wasm
fi
cmake --build --preset wasm
