#!/bin/sh
# Like the entry point of the official image.
set -e
if [ "${1#-}" != "$1" ]; then
    set -- memcached "$@"
fi
exec "$@"
