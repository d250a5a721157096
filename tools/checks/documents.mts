import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Check } from './check.mts';

async function markdown(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const top of ['.', 'docs', 'services', 'libs', 'connectors', 'deploy', 'helm', 'bench', 'e2e']) {
    const entries = await readdir(join(root, top), { recursive: top !== '.', withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && entry.name.endsWith('.md') && !/[/\\](node_modules|dist)[/\\]/.test(path)) found.push(path);
    }
  }
  return found;
}

function brokenLinks(root: string, file: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(dirname(file), target)))
    .map((target) => `${relative(root, file)}: the link to ${target} leads nowhere.`);
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** Links hold, every deployable and connector has its README, every alert its runbook. */
export const documents: Check = {
  name: 'documents',
  async run(root) {
    const problems: string[] = [];
    for (const file of await markdown(root)) problems.push(...brokenLinks(root, file, await readFile(file, 'utf8')));
    for (const group of ['services', 'connectors']) {
      for (const name of await folders(join(root, group))) {
        if (!existsSync(join(root, group, name, 'README.md'))) problems.push(`${group}/${name} has no README.md: say what it accepts, emits, and what happens when its neighbour is down.`);
      }
    }
    for (const name of await folders(join(root, 'connectors'))) {
      const text = await readFile(join(root, 'connectors', name, 'README.md'), 'utf8').catch(() => '');
      const wanted = ['What it reads', 'Wiring', 'Settings', 'Tags', 'Limits', 'Troubleshooting'];
      const at = wanted.map((title) => text.search(new RegExp(`^## ${title}`, 'm')));
      if (at.some((place, index) => place < 0 || place < (at[index - 1] ?? 0))) problems.push(`connectors/${name}/README.md: its sections are ${wanted.join(' · ')}, in this order.`);
    }
    const alerts = await readdir(join(root, 'helm', 'telltale', 'alerts')).catch(() => []);
    for (const alert of alerts) {
      const runbook = join('docs', 'runbooks', alert.replace(/\.ya?ml$/, '.md'));
      if (!existsSync(join(root, runbook))) problems.push(`helm/telltale/alerts/${alert} has no ${runbook}.`);
    }
    return problems;
  },
};
