#!/bin/sh
# What `npm run test:long` runs: everything that takes too long for each change, some hours on two
# cores. Each part also has a command of its own; the first that fails ends the run.
# Some of them: `npm run test:long -- fuzz chaos`.
set -eu
cd "$(dirname "$0")/.."

# `npm test`, with every matrix, split and step in place of samples.
run_tests() { PROXY_LONG=1 npm test; }
run_faults() { npm run faults; }
run_lint() { npm run lint; }
run_twice() { npm run build:twice; }
run_coverage() { npm run coverage; }
run_fuzz() { npm run fuzz -- --seconds 60; }
run_chaos() { npm run chaos -- --requests 10000; }
run_soak() { npm run soak -- --minutes 10; }
run_turns() { npm run bench:turns; }
run_keys() { npm run bench:keys; }
run_mutants() { npm run mutants -- --count 300; }

all='tests faults lint twice coverage fuzz turns keys chaos soak mutants'
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $all
for part in "$@"; do
  case " $all " in
    *" $part "*) ;;
    *)
      echo "npm run test:long: there is no part '$part'; there are: $all" >&2
      exit 2
      ;;
  esac
done

for part in "$@"; do
  printf '\n==== %s\n' "$part"
  started=$(date +%s)
  if ! "run_$part"; then
    printf '\nnpm run test:long: %s FAILED after %d s\n' "$part" "$(($(date +%s) - started))" >&2
    exit 1
  fi
  printf '==== %s passed (%d s)\n' "$part" "$(($(date +%s) - started))"
done
