#!/usr/bin/env bash
# Refuses a tag that is not the version of the source: version.sh vX.Y.Z.
set -euo pipefail

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$(dirname "$0")/../../Cargo.toml" | head -n 1)
if [ "$1" != "v$version" ]; then
  echo "error: the tag $1 is not v$version, the version in Cargo.toml" >&2
  exit 1
fi
