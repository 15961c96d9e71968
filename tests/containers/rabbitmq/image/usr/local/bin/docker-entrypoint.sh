#!/bin/bash
# Like the entry point of the official image: takes over its directory, then drops to the user.
set -euo pipefail
if [ "$1" = rabbitmq-server ] && [ "$(id -u)" = 0 ]; then
    find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq '{}' +
    exec gosu rabbitmq "$BASH_SOURCE" "$@"
fi
exec "$@"
