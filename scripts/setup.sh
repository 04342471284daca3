#!/bin/sh
# Makes a checkout ready to build, test and run; npm runs it before `npm start` and `npm test`.
# What is there already is left alone, and with nothing to do it takes a fraction of a second.
#
# Needed: em++, cmake, ninja, a C++20 compiler, and the headers of nlohmann/json and Catch2.
# Each is looked for where the build will look, so emsdk or a hand-made install is as good as a
# package. On Debian and Ubuntu the missing ones are installed; elsewhere they are named.
# `setup.sh test` also looks for a browser and for clang-format, which a few tests use and nothing else.
# `setup.sh lint`, `coverage` and `fuzz` need more of LLVM 14, Emscripten's version on Debian 12.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }

stop() {
  say "$@" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

have_14() { { "$1-14" --version || "$1" --version; } 2>/dev/null | grep -q 'version 14\.'; }

# The header on standard paths, else wherever the compiler itself would find it (CPATH and so on).
have_header() {
  for prefix in /usr /usr/local /opt/homebrew $(echo "${CMAKE_PREFIX_PATH:-}" | tr ':;' '  '); do
    if [ -e "$prefix/include/$1" ]; then return 0; fi
  done
  printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$1" |
    "${compiler:-false}" -x c++ -E - >/dev/null 2>&1
}

# Adds to `missing` what the mode needs beyond a build.
look_for_llvm() {
  case "$mode" in
    lint)
      have_14 clang-tidy || missing="$missing clang-tidy-14"
      have_14 clang-format || missing="$missing clang-format-14"
      ;;
    coverage | fuzz)
      have_14 llvm-cov || missing="$missing llvm-14"
      folder=$({ clang++-14 -print-runtime-dir || clang++ -print-runtime-dir; } 2>/dev/null) || folder=''
      ls "$folder"/*profile* >/dev/null 2>&1 || missing="$missing libclang-rt-14-dev"
      ;;
    *) return ;;
  esac
  have_14 clang++ || missing="$missing clang-14"
}

# Fills `missing` with Debian's package names, which serve as names here.
look() {
  missing=''
  compiler=''
  for candidate in "${CXX:-}" c++ g++ clang++; do
    if [ -z "$compiler" ] && have "${candidate%% *}"; then compiler=${candidate%% *}; fi
  done
  { have em++ && have emcmake; } || missing="$missing emscripten"
  have cmake || missing="$missing cmake"
  have ninja || missing="$missing ninja-build"
  [ -n "$compiler" ] || missing="$missing g++"
  have_header nlohmann/json.hpp || missing="$missing nlohmann-json3-dev"
  have_header catch2/catch.hpp || have_header catch2/catch_all.hpp || missing="$missing catch2"
  look_for_llvm
  missing=${missing# }
}

# Fills `sudo` with what makes one root, if anything does.
#   $1  ask: a password may be asked for
find_root() {
  sudo=''
  if [ "$(id -u)" = 0 ]; then return; fi
  sudo='sudo'
  have sudo && { sudo -n true 2>/dev/null || { [ "${1:-}" = ask ] && [ -t 0 ]; }; }
}

install='apt-get install -y --no-install-recommends'

# Installs packages.
apt_get() {
  apt="$sudo env DEBIAN_FRONTEND=noninteractive"
  wait='-o DPkg::Lock::Timeout=300' # for another apt-get to end
  # Package lists that are out of date name files that no longer exist.
  $apt apt-get update -qq $wait || { sleep 5 && $apt apt-get update -qq $wait; } ||
    say "apt-get update failed twice; going on with the package lists that are here" >&2
  $apt $install "$@" -q $wait -o Dpkg::Use-Pty=0 </dev/null
}

apt_install() {
  find_root ask || stop "missing: $missing. Install them as root, then try again:
  apt-get update && $install $missing"
  say "missing: $missing"
  say "installing with ${sudo:+sudo }apt-get; done once, it takes some minutes and up to 1.5 GB"
  apt_get $missing || stop "apt-get failed. By hand, as root:
  apt-get update && $install $missing"
  look
  [ -z "$missing" ] || stop "apt-get is done, but this is still missing: $missing"
}

brew_names() {
  echo "$missing" | sed -e 's/[a-z-]*14[a-z-]*/llvm@14/g' -e 's/ninja-build/ninja/' \
    -e 's/json3-dev/json/' -e 's/ *g++//'
}

install_tools() {
  if [ "$(uname -s)" = Darwin ]; then
    case " $missing " in
      *' g++ '*) say "missing: a C++ compiler. Run: xcode-select --install" >&2 ;;
    esac
    brew=$(brew_names)
    if [ -n "$brew" ]; then say "missing: $brew. Run: brew install $brew" >&2; fi
    exit 1
  elif have apt-get; then
    apt_install
  else
    stop "missing: $missing (as Debian calls them).
  Install these with your system's package manager, then try again."
  fi
}

# The packages bring a Node for Linux, one for each processor. npm 10 deletes the command of the one
# it keeps together with the one it does not need, as both have the same name.
link_node() {
  for node in node_modules/node-linux-*/bin/node; do
    if [ -e "$node" ] && [ ! -e node_modules/.bin/node ]; then
      ln -s "../${node#node_modules/}" node_modules/.bin/node
    fi
  done
}

# wrangler needs Node 22. npm and npx put node_modules/.bin, and so that Node, first on the PATH.
check_node() {
  version=$(PATH="$PWD/node_modules/.bin:$PATH" node --version 2>/dev/null) || version=v0
  major=${version#v}
  [ "${major%%.*}" -ge 22 ]
}

# The packages are fresh when they were installed on this kind of machine from this very lock file.
install_node_packages() {
  stamp="node_modules/.installed-$(uname -s)-$(uname -m)"
  if cmp -s package-lock.json "$stamp" && [ -e node_modules/.bin/wrangler ] && check_node; then
    return
  fi
  have npm || stop "missing: Node.js 20 or newer with npm (https://nodejs.org)"
  say "installing the Node packages that package-lock.json names"
  # No install script is needed, so none is run.
  npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund --loglevel=error ||
    stop "npm ci failed; see above"
  # npm 10 may call it a success when it could not reach the registry.
  [ -e node_modules/.bin/wrangler ] || stop "npm ci left packages out; see above, then try again"
  link_node
  check_node || stop "wrangler needs Node 22 or newer, and this is $version: https://nodejs.org"
  cp package-lock.json "$stamp"
}

# Without a browser the tests that need one are skipped, so nothing here stops the others. Only
# Debian has Chromium as a package; Ubuntu's package of that name stands for a snap.
look_for_browser() {
  for browser in chromium chromium-browser google-chrome; do
    if have "$browser"; then return; fi
  done
  if grep -qsx 'ID=debian' /etc/os-release && find_root; then
    say "installing chromium, for the tests of the status page"
    if apt_get chromium fonts-liberation && have chromium; then return; fi
  fi
  say "no chromium, chromium-browser or google-chrome: tests that need a browser are skipped"
}

# The same for the test that all C++ is formatted. Emscripten brings most of what it needs.
look_for_clang_format() {
  if have_14 clang-format; then return; fi
  if have apt-get && find_root; then
    say "installing clang-format-14, for the test of the code's format"
    if apt_get clang-format-14 && have_14 clang-format; then return; fi
  fi
  say "no clang-format 14: the test of the code's format is skipped"
}

mode=${1:-}
look
if [ -n "$missing" ]; then install_tools; fi
install_node_packages
if [ "$mode" = test ]; then
  look_for_browser
  look_for_clang_format
fi
