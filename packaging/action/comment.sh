#!/usr/bin/env bash
# Writes the report as a comment on the pull request, over the one that is there already.
#
# A clean pull request gets no comment, unless an earlier run left one. A token that may not write is no failure: the summary of the job
# holds the same text.
set -euo pipefail

leave() {
  echo "::notice title=ecs-harden::no comment was written: $1; the summary of this job tells the same"
  exit 0
}

# Asks the API: METHOD PATH [BODY]. Prints the answer, and fails with the status on standard error. The token stays out of the arguments,
# which every process of the machine can read.
ask() {
  local answer code body=()
  if [ $# -eq 3 ]; then body=(--header 'Content-Type: application/json' --data-binary "@$3"); fi
  answer=$scratch/answer
  code=$(printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" |
    curl --config - --silent --show-error --max-time 60 --request "$1" --header 'Accept: application/vnd.github+json' \
      --header 'X-GitHub-Api-Version: 2022-11-28' ${body[@]+"${body[@]}"} --output "$answer" --write-out '%{http_code}' "$GITHUB_API_URL/$2") || code=000
  case $code in
    2??) cat "$answer" ;;
    000) echo "the API cannot be reached" >&2 && return 1 ;;
    401 | 403 | 404) echo "the token may not (HTTP $code): the job needs \`pull-requests: write\`, which pull requests of forks do not get" >&2 && return 1 ;;
    *) echo "the API answers HTTP $code" >&2 && return 1 ;;
  esac
}

case ${INPUT_COMMENT:-true} in
  true) ;;
  false) exit 0 ;;
  *) echo "::error title=ecs-harden::the input comment is neither true nor false" && exit 1 ;;
esac
if [ "${GITHUB_EVENT_NAME:-}" != pull_request ]; then exit 0; fi
[ -s "${MARKDOWN:-}" ] || leave "there is no report"
[ -n "${TOKEN:-}" ] || leave "there is no token"
for program in curl jq; do command -v "$program" >/dev/null || leave "it takes $program, which this runner has not"; done

number=${GITHUB_REF#refs/pull/}
number=${number%%/*}
case $number in '' | *[!0-9]*) leave "the event names no pull request" ;; esac

scratch=$(mktemp -d "${RUNNER_TEMP:?}/ecs-harden.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
marker="<!-- ecs-harden: $(tr -cd 'A-Za-z0-9._/ -' <<<"${INPUT_CATEGORY:-ecs-harden}" | tr -d '\n') -->"
comments=repos/$GITHUB_REPOSITORY/issues/$number/comments

# The marker alone could be anybody's, and whoever owns a comment can change what it says.
mine=
page=1
while [ -z "$mine" ]; do
  told=$(ask GET "$comments?per_page=100&page=$page" 2>"$scratch/why") || leave "$(tail -n 1 "$scratch/why")"
  [ "$(jq --raw-output type 2>/dev/null <<<"$told")" = array ] || leave "the API answers something else than comments"
  mine=$(jq --raw-output --arg marker "$marker" --arg author "${INPUT_COMMENT_AUTHOR:-github-actions[bot]}" \
    'map(select(.user.login == $author and (.body | startswith($marker)))) | first | .id // empty' <<<"$told")
  if [ "$(jq length <<<"$told")" -lt 100 ]; then break; fi
  page=$((page + 1))
done

jq --null-input --arg marker "$marker" --rawfile report "$MARKDOWN" '{ body: ($marker + "\n" + $report) }' >"$scratch/body"
if [ -n "$mine" ]; then
  ask PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$mine" "$scratch/body" >/dev/null 2>"$scratch/why" || leave "$(tail -n 1 "$scratch/why")"
  echo "ecs-harden: the comment is up to date"
elif [ "${WORTH:-true}" = true ]; then
  ask POST "$comments" "$scratch/body" >/dev/null 2>"$scratch/why" || leave "$(tail -n 1 "$scratch/why")"
  echo "ecs-harden: the comment was written"
fi
