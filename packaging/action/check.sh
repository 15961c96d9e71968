#!/usr/bin/env bash
# Runs `ecs-harden check` on what a pull request touches, under the policy and the baseline of its base, and keeps every form of the report.
#
# It ends well whatever was found: gate.sh decides, once everything was told.
set -euo pipefail

fail() {
  echo "::error title=ecs-harden::$1"
  exit 1
}

# Which of the two an input says: NAME VALUE.
flag() {
  case $2 in
    true | false) echo "$2" ;;
    *) fail "the input $1 is neither true nor false" >&2 ;;
  esac
}

has_base() {
  git rev-parse --verify --quiet --end-of-options "$base^{commit}" >/dev/null && git merge-base "$base" HEAD >/dev/null
}

# Fetches the base branch, with as much history as it takes to find where the two lines parted.
fetch() {
  local deep=()
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then deep=(--unshallow); fi
  GIT_TERMINAL_PROMPT=0 git fetch --quiet --no-tags ${deep[@]+"${deep[@]}"} origin "+refs/heads/$GITHUB_BASE_REF:$base"
}

# The same with the token, for checkouts that keep none. The environment carries it: arguments could be read by every process.
fetch_with_token() {
  local header
  header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$TOKEN" | base64 | tr -d '\n')"
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_0=$header fetch
}

base=${INPUT_BASE:-}
if [ -n "$base" ]; then
  has_base || fail "the input base is no revision that this line of work grew from, or its history is cut off: give actions/checkout fetch-depth: 0"
elif [ "${GITHUB_EVENT_NAME:-}" = pull_request ]; then
  base=refs/remotes/origin/${GITHUB_BASE_REF:?}
  if ! has_base; then
    echo "ecs-harden: fetching the base branch; with fetch-depth: 0 of actions/checkout it is there already"
    fetch || { [ -n "${TOKEN:-}" ] && fetch_with_token; } || true
    has_base || fail "the base branch cannot be fetched, so nothing says which policy counts: give actions/checkout fetch-depth: 0"
  fi
fi

annotations=$(flag annotations "${INPUT_ANNOTATIONS:-true}")
summary=$(flag summary "${INPUT_SUMMARY:-true}")
changed_only=$(flag changed-only "${INPUT_CHANGED_ONLY:-true}")
sarif=$(flag sarif "${INPUT_SARIF:-false}")

reports=$(mktemp -d "${RUNNER_TEMP:?}/ecs-harden.XXXXXX")
arguments=(--output "json=$reports/report.json" --output "sarif=$reports/report.sarif" --output "markdown=$reports/report.md")
arguments+=(--fail-on "${INPUT_FAIL_ON:-medium}")
if [ "$annotations" = true ]; then arguments+=(--format github); fi
if [ -n "$base" ]; then
  arguments+=(--policy-from "$base")
  if [ "$changed_only" = true ]; then arguments+=(--changed-since "$base"); fi
fi
if [ -n "${INPUT_POLICY:-}" ]; then arguments+=(--policy "$INPUT_POLICY"); fi
if [ -n "${INPUT_BASELINE:-}" ]; then arguments+=(--baseline "$INPUT_BASELINE"); fi
while IFS= read -r line; do
  if [ -n "$line" ]; then arguments+=("$line"); fi
done <<<"${INPUT_ARGUMENTS:-}"
arguments+=(--)
while IFS= read -r line; do
  if [ -n "$line" ]; then arguments+=("$line"); fi
done <<<"${INPUT_PATHS:-.}"

status=0
"${ECS_HARDEN:?}" check "${arguments[@]}" || status=$?

upload=false
if [ "$sarif" = true ] && [ -s "$reports/report.sarif" ]; then upload=true; fi
if [ "$summary" = true ] && [ -s "$reports/report.md" ]; then cat "$reports/report.md" >>"$GITHUB_STEP_SUMMARY"; fi
# Without a part of its own the report has nothing for anybody to decide on.
worth=true
if ! grep -q '^#### ' "$reports/report.md" 2>/dev/null; then worth=false; fi
{
  echo "status=$status"
  echo "worth=$worth"
  echo "upload=$upload"
  echo "report=$reports/report.json"
  echo "sarif=$reports/report.sarif"
  echo "markdown=$reports/report.md"
} >>"$GITHUB_OUTPUT"
