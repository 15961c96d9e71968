#!/bin/sh
# Like the entry point of the official image: tries to mend the shipped configuration and goes on when it cannot.
set -e
if [ "$1" = nginx ]; then
    if ! touch /etc/nginx/conf.d/default.conf 2>/dev/null; then
        echo "docker-entrypoint.sh: can not modify /etc/nginx/conf.d/default.conf (read-only file system?)"
    fi
fi
exec "$@"
