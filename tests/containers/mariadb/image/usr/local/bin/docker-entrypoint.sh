#!/bin/bash
# Like the entry point of the official image: takes over the directories, drops to the user, makes a database once.
set -eo pipefail
data=/var/lib/mysql
socket=/run/mysqld/mysqld.sock
if [ "$1" = mariadbd ]; then
    if [ "$(id -u)" = 0 ]; then
        find "$data" /run/mysqld \! -user mysql -exec chown mysql: '{}' +
        exec gosu mysql "$BASH_SOURCE" "$@"
    fi
    if [ ! -d "$data/mysql" ]; then
        mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db
        mariadbd --skip-networking --socket="$socket" &
        server=$!
        for _ in $(seq 300); do
            mariadb-admin --user=root --socket="$socket" --silent ping >/dev/null 2>&1 && break
            kill -0 "$server"
            sleep 0.1
        done
        mariadb --user=root --socket="$socket" <<SQL
DROP USER IF EXISTS root@'127.0.0.1', root@'::1', root@'$(hostname)';
CREATE USER root@'%' IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';
GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
ALTER USER root@localhost IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';
SQL
        kill -TERM "$server"
        wait "$server"
    fi
fi
exec "$@"
