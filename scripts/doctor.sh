#!/bin/sh
# What `npm run doctor` runs. The doctor starts the Worker, which must be built for that, but neither
# to read the help nor to ask a deployed one.
set -eu
cd "$(dirname "$0")/.."
case " $* " in
  *' --help '* | *' --url '* | *' --url='*) ;;
  *) { sh scripts/setup.sh && sh scripts/build-wasm.sh; } >&2 ;;
esac
exec node scripts/doctor.mjs "$@"
