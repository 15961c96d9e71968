#!/usr/bin/env bash
# Refuses to run for an event that gives the rights of this repository to whoever opened a pull request.
set -euo pipefail

if [ "${GITHUB_EVENT_NAME:-}" = pull_request_target ]; then
  echo "::error title=ecs-harden::pull_request_target is refused: it runs with a token that may write and with the secrets of this repository," \
    "and what it would look at comes from whoever opened the pull request; use pull_request, whose token for a fork may only read"
  exit 1
fi
