import { spawn } from 'node:child_process';

/** Runs a program to its end; its exit code and everything it printed. */
export function runProgram(cwd: string, program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.stderr.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(parts).toString('utf8') }));
  });
}

export const lastLines = (output: string, count: number): readonly string[] =>
  output.split('\n').map((line) => line.trimEnd()).filter(Boolean).slice(-count);
