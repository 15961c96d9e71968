#!/bin/sh
# Like the entry point of the official image: a master in front of the worker, in the foreground.
set -e
if [ "$1" = haproxy ]; then
    shift
    set -- haproxy -W -db "$@"
fi
exec "$@"
