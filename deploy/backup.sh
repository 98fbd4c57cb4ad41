#!/bin/bash
# Backs up the running system: deploy/backup.sh FOLDER
#
# Makes FOLDER/DATE with database.dump, files.tar and their checksums. It appears under its name
# when it is complete. The files come second: one that the database names is there then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target="${1:?usage: deploy/backup.sh FOLDER}"
name="$(date -u +%Y-%m-%dT%H%M%SZ)"
partial="$target/.$name.partial"
umask 077
mkdir -p "$partial"
trap 'rm -rf "$partial"' EXIT

docker compose exec -T db bash -c \
    'pg_dump -U "$POSTGRES_USER" --format=custom --compress=6 "$ODOO_DB"' > "$partial/database.dump"
docker compose exec -T odoo-cron tar -C /srv/odoo -cf - filestore > "$partial/files.tar"

# read back what was written
docker compose exec -T db pg_restore --list < "$partial/database.dump" > "$partial/contents.txt"
tar -tf "$partial/files.tar" > /dev/null
(cd "$partial" && sha256sum database.dump files.tar > SHA256SUMS)
mv "$partial" "$target/$name"
echo "backup: $target/$name"
