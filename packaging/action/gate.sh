#!/usr/bin/env bash
# Ends with the status of the check, once everything was told.
set -euo pipefail

if [ "${UPLOAD:-}" = failure ]; then
  echo "::warning title=ecs-harden::code scanning did not take the report: the job needs \`security-events: write\`, which pull requests of" \
    "forks do not get, and a private repository needs code scanning to be on"
fi
case ${STATUS:-} in
  0) ;;
  1) echo "::error title=ecs-harden::something at or above fail-on was found; the summary of this job tells what, and which edit mends it" ;;
  *) echo "::error title=ecs-harden::the check could not look at everything (status ${STATUS:-unknown}); its log above names the file and the next step" ;;
esac
exit "${STATUS:-70}"
