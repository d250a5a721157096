import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = { desk: 1440, phone: 390 } as const;

/** Serious and critical findings of axe, and what is wider than the screen, at the desk and on the phone. */
export async function barriersOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of [WIDTHS.desk, WIDTHS.phone]) {
    await page.setViewportSize({ width, height: 1000 });
    await page.evaluate(AXE);
    found.push(
      ...(await page.evaluate(async () => {
        const axe = Reflect.get(globalThis, 'axe') as { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
        const { violations } = await axe.run();
        return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      })),
    );
    const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));
    if (overflow > 0) found.push(`${overflow} px wider than ${width}`);
  }
  await page.setViewportSize({ width: WIDTHS.desk, height: 1000 });
  return found;
}
