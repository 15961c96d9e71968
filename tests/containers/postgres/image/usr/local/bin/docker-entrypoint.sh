#!/bin/bash
# Like the entry point of the official image: makes and takes over the directories, drops to the user, makes a database once.
set -eo pipefail
if [ "$1" = postgres ]; then
    mkdir -p "$PGDATA"
    chmod 00700 "$PGDATA" || :
    mkdir -p /run/postgresql || :
    chmod 03775 /run/postgresql || :
    if [ "$(id -u)" = 0 ]; then
        find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
        find /run/postgresql \! -user postgres -exec chown postgres '{}' +
        exec gosu postgres "$BASH_SOURCE" "$@"
    fi
    if [ ! -s "$PGDATA/PG_VERSION" ]; then
        if ! getent passwd "$(id -u)" >/dev/null; then
            export LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD=/dev/shm/passwd NSS_WRAPPER_GROUP=/etc/group
            echo "postgres:x:$(id -u):$(id -g)::/:/bin/false" > "$NSS_WRAPPER_PASSWD"
        fi
        initdb --username=postgres --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --auth-local=trust --auth-host=trust
        echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
        echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
        pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
        psql -v ON_ERROR_STOP=1 --username postgres --no-password --no-psqlrc -c "CREATE TABLE visits (n integer)"
        pg_ctl -D "$PGDATA" -m fast -w stop
        unset LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
    fi
fi
exec "$@"
