#!/bin/sh
# Builds proxy.wasm from copies of the sources in two folders, without a compiler cache, and compares:
# the same sources give the same bytes, whoever builds them and wherever. Ends with 1 if they differ.
set -eu
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Prints the hash of what is built in a folder of that name.
build_in() {
  mkdir -p "$work/$1"
  cp -R CMakeLists.txt CMakePresets.json wasm tests bench scripts "$work/$1"
  CCACHE_DISABLE=1 sh "$work/$1/scripts/build-wasm.sh" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    return 1
  }
  cksum_256 "$work/$1/build/wasm/proxy.wasm"
}

cksum_256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1"; else shasum -a 256 "$1"; fi |
    cut -d ' ' -f 1
}

first=$(build_in one)
echo "$first  built in one folder"
# Another depth, language, time zone and order.
second=$(
  export TZ=Asia/Tokyo LC_ALL=C CMAKE_BUILD_PARALLEL_LEVEL=1
  build_in 'another/of these/folders'
)
echo "$second  built in another"
if [ "$first" != "$second" ]; then
  echo "build:twice: the two builds DIFFER" >&2
  exit 1
fi
if [ -e build/wasm/proxy.wasm ]; then
  echo "$(cksum_256 build/wasm/proxy.wasm)  build/wasm, from the sources as they were when it was built"
fi
echo "build:twice: one hash"
