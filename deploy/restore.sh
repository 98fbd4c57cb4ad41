#!/bin/bash
# Restores a backup in place of what is there: deploy/restore.sh FOLDER/DATE --replace
#
# The services are stopped. The database of now is kept as NAME_before_restore until the new one is
# complete, and is dropped then. The files of now stay where they are: those of the backup are added.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

backup="$(realpath "${1:?usage: deploy/restore.sh FOLDER/DATE --replace}")"
if [ "${2:-}" != --replace ]; then
    echo "This replaces the database and the files of now. Say so: $0 $1 --replace" >&2
    exit 64
fi
(cd "$backup" && sha256sum --quiet --check SHA256SUMS)

docker compose stop nginx odoo-web odoo-cron
docker compose up -d --wait db

in_database() {
    docker compose exec -T db bash -euo pipefail -c "$1"
}

in_database 'psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v db="$ODOO_DB" \
    -v old="${ODOO_DB}_before_restore" -v role="$ODOO_DB_USER" \
    -f /docker-entrypoint-initdb.d/restore.psql'
in_database 'pg_restore -U "$POSTGRES_USER" --role="$ODOO_DB_USER" -d "$ODOO_DB" \
    --no-owner --no-privileges --no-comments --exit-on-error' < "$backup/database.dump"
docker compose run --rm --no-deps -T --entrypoint tar init -C /srv/odoo -xf - < "$backup/files.tar"
in_database 'dropdb -U "$POSTGRES_USER" --if-exists "${ODOO_DB}_before_restore"'
echo "restored: $backup. Start it: docker compose up -d"
