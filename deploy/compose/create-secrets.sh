#!/bin/sh
# Makes every password that compose.yaml needs, once. What is there already stays.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)/secrets"
umask 077
mkdir -p "$folder"
cd "$folder"

random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
# The containers run as another user than the one who made the files.
keep() { [ -s "$1" ] || printf '%s' "$2" > "$1"; chmod 0444 "$1"; }

keep postgres_password "$(random)"
keep queue_password "$(random)"
keep queue_url "redis://:$(cat queue_password)@valkey:6379"
keep admin_database_url "postgres://postgres:$(cat postgres_password)@postgres:5432/postgres"
for service in owner ingest historian insights alarms api queue; do
  keep "telltale_$service" "$(random)"
done
for service in ingest historian insights alarms api; do
  keep "${service}_database_url" "postgres://telltale_$service:$(cat "telltale_$service")@postgres:5432/telltale"
done
# Webhook secrets are encrypted with the first line; to change it put a new line in front and run the migrator.
keep secret_keys "$(head -c 4 /dev/urandom | od -An -tx1 | tr -d ' \n'):$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
[ -e gateway_key ] || : > gateway_key
chmod 0711 "$folder"
echo "The secrets are in $folder. Keep a copy in a safe place."
