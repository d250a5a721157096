import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

/** How to run PostgreSQL, which refuses to run as root. */
export interface RunAs {
  /** `null`: as the present user. */
  readonly user: { readonly name: string; readonly uid: number; readonly gid: number } | null;
  /** Words to put before a command. */
  readonly prefix: readonly string[];
}

const SETPRIV = '/usr/bin/setpriv';

/** As root: the user `postgres`, or `nobody`. `folders` must be reachable for it. */
export function chooseRunAs(folders: readonly string[]): RunAs {
  if (process.getuid?.() !== 0) return { user: null, prefix: [] };
  const user = findUser('postgres') ?? findUser('nobody');
  if (!user) {
    throw new EmbeddedPostgresError(
      'POSTGRES_USER_MISSING',
      'PostgreSQL refuses to run as root and this machine has neither a user postgres nor nobody',
      'start as a normal user, or add a user postgres',
    );
  }
  const closed = folders.map((folder) => closedFolderAbove(folder, user)).find((folder) => folder !== null);
  if (!closed) return { user, prefix: [] };
  // E.g. a checkout below /root (mode 0700): the user may pass through folders, and owns nothing more than before.
  if (existsSync(SETPRIV)) {
    const capability = [
      '--inh-caps',
      '-all,+dac_override',
      '--ambient-caps',
      '-all,+dac_override',
      '--bounding-set',
      '-all,+dac_override',
    ];
    return {
      user,
      prefix: [SETPRIV, '--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups', ...capability],
    };
  }
  throw new EmbeddedPostgresError(
    'POSTGRES_FOLDER_UNREACHABLE',
    `The user ${user.name}, as whom PostgreSQL must run, can't enter ${closed}`,
    'start as a normal user, or move Telltale and its data folder out of it',
  );
}

function findUser(name: string): RunAs['user'] {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { name, uid: Number(uid), gid: Number(gid) } : null;
}

function closedFolderAbove(path: string, user: { uid: number; gid: number }): string | null {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid, gid } = statSync(folder);
      const needed = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & needed) === 0) return folder;
    }
    if (dirname(folder) === folder) return null;
  }
}
