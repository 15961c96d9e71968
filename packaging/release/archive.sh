#!/usr/bin/env bash
# Packs one release: archive.sh TARGET PROGRAM DIRECTORY makes DIRECTORY/ecs-harden-TARGET.tar.gz, with completions, manual pages, licences.
#
# The action, `cargo binstall` and the release workflow know these names; tests/packaging.rs holds them together.
set -euo pipefail

target=$1 program=$2 into=$3
here=$(cd "$(dirname "$0")/../.." && pwd)
name=ecs-harden-$target
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

mkdir -p "$scratch/$name/completions" "$scratch/$name/man"
case $target in *windows*) cp "$program" "$scratch/$name/ecs-harden.exe" ;; *) cp "$program" "$scratch/$name/ecs-harden" ;; esac
cp "$here/README.md" "$here/CHANGELOG.md" "$here/LICENSE-MIT" "$here/LICENSE-APACHE" "$scratch/$name/"
"$program" man "$scratch/$name/man"
for shell in bash elvish fish powershell zsh; do
  "$program" completions "$shell" >"$scratch/$name/completions/$shell"
done
mkdir -p "$into"
tar -czf "$into/$name.tar.gz" -C "$scratch" "$name"
echo "$into/$name.tar.gz"
