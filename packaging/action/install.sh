#!/usr/bin/env bash
# Finds the program: the one that was named, else the release of this very source, else one built from this source.
#
# A release is taken only where its tag means the commit that the workflow named, so that pinning the action pins the program. Its checksum
# tells a broken download; who built it tells `gh attestation verify`.
set -euo pipefail

use() {
  local told
  told=$("$1" --version) || fail "the program from $2 does not run here"
  echo "ecs-harden: $told from $2"
  echo "binary=$1" >>"$GITHUB_OUTPUT"
  exit 0
}

fail() {
  echo "::error title=ecs-harden::$1"
  exit 1
}

# The names are those of packaging/release/archive.sh.
target() {
  case "${RUNNER_OS:-}-${RUNNER_ARCH:-}" in
    Linux-X64) echo x86_64-unknown-linux-musl ;;
    Linux-ARM64) echo aarch64-unknown-linux-musl ;;
    macOS-X64) echo x86_64-apple-darwin ;;
    macOS-ARM64) echo aarch64-apple-darwin ;;
    Windows-X64) echo x86_64-pc-windows-msvc ;;
    *) return 1 ;;
  esac
}

fetch() {
  local only=()
  case $1 in https:*) only=(--proto '=https') ;; esac
  curl --fail --silent --show-error --location --retry 3 ${only[@]+"${only[@]}"} --output "$2" "$1"
}

digest() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# The commit that a tag or branch means, from the lines of `git ls-remote` on standard input: a tag with a note means what it is on.
meant() {
  awk -v name="$1" '$2 == "refs/tags/" name "^{}" { noted = $1 } $2 == "refs/tags/" name { plain = $1 } $2 == "refs/heads/" name { branch = $1 }
    END { print noted ? noted : plain ? plain : branch }'
}

if [ -n "${INPUT_BINARY:-}" ]; then
  [ -x "$INPUT_BINARY" ] || fail "the input binary names no program"
  use "$INPUT_BINARY" "the input binary"
fi

source=${GITHUB_ACTION_PATH:?}
into=$(mktemp -d "${RUNNER_TEMP:?}/ecs-harden.XXXXXX")
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$source/Cargo.toml" | head -n 1)
# Older runners leave both empty in composite actions; the directory tells them too: …/_actions/OWNER/NAME/REF.
repository=${ACTION_REPOSITORY:-}
ref=${ACTION_REF:-}
if [ -z "$repository" ]; then
  part=${source//\\//}
  part=${part##*/_actions/}
  if [ "$part" != "${source//\\//}" ]; then
    repository=$(cut -d / -f 1-2 <<<"$part")
    ref=$(cut -d / -f 3- <<<"$part")
  fi
fi

release() {
  local home=${GITHUB_SERVER_URL:?}/$repository remote wanted released target asset told
  [ -n "$repository" ] && [ -n "$ref" ] && target=$(target) || return 1
  remote=$(GIT_TERMINAL_PROMPT=0 git ls-remote "$home" "refs/tags/v$version" "refs/tags/v$version^{}" "refs/tags/$ref" "refs/tags/$ref^{}" "refs/heads/$ref") || return 1
  released=$(meant "v$version" <<<"$remote")
  wanted=$(meant "$ref" <<<"$remote")
  if [ -z "$released" ] || [ "${wanted:-$ref}" != "$released" ]; then return 1; fi
  asset=ecs-harden-$target.tar.gz
  fetch "$home/releases/download/v$version/$asset" "$into/$asset" || return 1
  fetch "$home/releases/download/v$version/SHA256SUMS" "$into/SHA256SUMS" || return 1
  told=$(awk -v name="$asset" '$2 == name || $2 == "*" name { print $1 }' "$into/SHA256SUMS")
  [ -n "$told" ] || fail "SHA256SUMS of v$version does not name $asset"
  [ "$(digest "$into/$asset")" = "$told" ] || fail "$asset of v$version is not what SHA256SUMS says; nothing of it was run"
  tar -xzf "$into/$asset" -C "$into" || fail "$asset of v$version cannot be unpacked"
  program=$into/ecs-harden-$target/ecs-harden
  case $target in *windows*) program=$program.exe ;; esac
}

if release; then use "$program" "release v$version, whose checksum is right"; fi

echo "ecs-harden: no release of this very source for this runner; building it, which takes some minutes"
command -v cargo >/dev/null || fail "there is no cargo to build with: install Rust in a step before, or name a released version of this action"
# From its own directory: its toolchain counts, and no .cargo/config.toml of the repository that is looked at.
(cd "$source" && cargo build --release --locked --quiet --target-dir "$into/target")
program=$into/target/release/ecs-harden
[ "${RUNNER_OS:-}" = Windows ] && program=$program.exe
use "$program" "the source of this action"
