const FOLDER = '/etc/telltale';
const KEY = '/var/lib/telltale-gateway/gateway.key';

/** As one word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * What is typed on the machine of a gateway (deploy/edge) to give it its key: the token goes into its file, the address into the
 * settings, a key from before goes away. Without an address the settings stay as they are.
 */
export function enrolmentCommand(token: string, ingestUrl: string | undefined): string {
  const address =
    ingestUrl === undefined
      ? []
      : [
          `sudo touch ${FOLDER}/gateway.env`,
          `sudo sed -i '/^INGEST_URL=/d' ${FOLDER}/gateway.env`,
          // The file may end without a line break.
          `printf '\\nINGEST_URL=%s\\n' ${quoted(ingestUrl)} | sudo tee -a ${FOLDER}/gateway.env > /dev/null`,
        ];
  return [
    `sudo install -d -m 700 ${FOLDER}`,
    `printf '%s\\n' ${quoted(token)} | sudo sh -c 'umask 077; cat > ${FOLDER}/enrolment-token'`,
    ...address,
    `sudo rm -f ${KEY} ${KEY}.next`,
    'sudo systemctl enable telltale-gateway',
    'sudo systemctl restart telltale-gateway',
  ].join(' &&\n');
}
