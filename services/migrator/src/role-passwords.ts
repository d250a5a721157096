import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICE_ROLES, type ServiceRole } from '@telltale/plant-registry';
import { StartError } from '@telltale/service-runtime';

const WEAKEST = 12;

/** The password of one role from the folder with one file per role. Throws StartError when it is missing or weak. */
export async function passwordOf(folder: string, role: ServiceRole): Promise<string> {
  const file = join(folder, role);
  const password = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    (cause: unknown) => {
      throw new StartError(
        'ROLE_PASSWORD_MISSING',
        `The password of role ${role} can't be read from ${file}`,
        'Put it into that file or correct ROLE_PASSWORDS_DIR',
        { cause },
      );
    },
  );
  if (password.length < WEAKEST) {
    throw new StartError(
      'ROLE_PASSWORD_WEAK',
      `The password of role ${role} has fewer than ${WEAKEST} characters`,
      `Put a longer one into ${file}`,
    );
  }
  return password;
}

export async function rolePasswords(folder: string): Promise<Record<ServiceRole, string>> {
  const passwords: Partial<Record<ServiceRole, string>> = {};
  for (const role of SERVICE_ROLES) passwords[role] = await passwordOf(folder, role);
  // Every role of SERVICE_ROLES was just read.
  return passwords as Record<ServiceRole, string>;
}
