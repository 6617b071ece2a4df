import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../src/drill/report/index.js';
import type { DrillResult } from '../../src/drill/result.js';
import {
  chartPlaces,
  coveredLabels,
  installedChromium,
  openBrowser,
  overflowing,
  paleTexts,
} from '../support/browser.js';
import {
  failedDrill,
  madeResult,
  madeRound,
  passedDrill,
  rollingRound,
} from '../support/drill-results.js';

const executable = installedChromium();
/** Set it to keep the pictures and look at them. */
const pictures = process.env.MQHA_PICTURES;

const DRILLS: Readonly<Record<string, DrillResult>> = {
  passed: passedDrill(5),
  failed: failedDrill(),
  crowded: madeResult([rollingRound(1), rollingRound(2), rollingRound(3), madeRound()]),
  empty: madeResult([], {
    verdict: 'unknown',
    interrupted: true,
    summary: 'interrupted: no round was held',
  }),
};

const SIZES = {
  desktop: { width: 1280, height: 800 },
  telephone: { width: 390, height: 844 },
  narrow: { width: 345, height: 700 },
};
type Size = keyof typeof SIZES;
type Scheme = 'light' | 'dark';

describe.skipIf(executable === undefined)(
  'the report in Chromium (skipped where that is not installed)',
  () => {
    let browser: Browser;
    let directory: string;
    const files = new Map<string, string>();

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'mqha-report-'));
      for (const [name, result] of Object.entries(DRILLS)) {
        const [page = ''] = await writeReport(result, join(directory, name));
        files.set(name, page);
      }
      browser = await openBrowser(executable ?? '');
    });

    afterAll(async () => {
      await browser.close();
      rmSync(directory, { recursive: true, force: true });
    });

    /** Opens a report, looks at it, and makes sure that it has asked for nothing and complained of nothing. */
    async function look(
      name: string,
      size: Size,
      scheme: Scheme,
      work: (page: Page) => Promise<void>,
    ): Promise<void> {
      const context = await browser.newContext({ viewport: SIZES[size], colorScheme: scheme });
      try {
        const page = await context.newPage();
        const heard: string[] = [];
        page.on('console', (message) => heard.push(message.text()));
        page.on('pageerror', (error) => heard.push(error.message));
        page.on('dialog', (dialog) => heard.push(dialog.message()));
        page.on('request', (request) => heard.push(request.url()));
        const url = pathToFileURL(files.get(name) ?? '').href;
        await page.goto(url);
        await work(page);
        expect(heard).toEqual([url]);
      } finally {
        await context.close();
      }
    }

    async function picture(page: Page, name: string): Promise<void> {
      if (pictures === undefined) return;
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `report-${name}-first.png`) });
      await page.screenshot({ path: join(pictures, `report-${name}.png`), fullPage: true });
    }

    const views = Object.keys(DRILLS).flatMap((name) =>
      (['desktop', 'telephone', 'narrow'] as const).flatMap((size) =>
        (['light', 'dark'] as const).map((scheme) => [name, size, scheme] as const),
      ),
    );

    it.each(views)('is clear: %s, %s, %s', async (name, size, scheme) => {
      await look(name, size, scheme, async (page) => {
        await picture(page, `${name}-${size}-${scheme}`);
        for (const isAllOpen of [false, true]) {
          if (isAllOpen) {
            await page.evaluate(
              `document.querySelectorAll('details').forEach((each) => { each.open = true; })`,
            );
          }
          expect(await coveredLabels(page)).toEqual([]);
          expect(await overflowing(page)).toEqual([]);
          expect(await paleTexts(page)).toEqual([]);
        }
      });
    });

    it.each([
      ['passed', 'desktop', 'PASSED'],
      ['failed', 'desktop', 'FAILED'],
      ['failed', 'telephone', 'FAILED'],
      ['empty', 'telephone', 'COULD NOT TELL'],
    ] as const)('has the verdict at first sight: %s, %s', async (name, size, word) => {
      await look(name, size, 'light', async (page) => {
        const { height } = SIZES[size];
        const verdict = page.locator('.banner .verdict strong');
        expect(await verdict.innerText()).toBe(word);
        const largest = await page.evaluate<string>(`
          [...document.body.querySelectorAll('strong, h1, h2, h3, p, td, th')]
            .sort((a, b) => parseFloat(getComputedStyle(b).fontSize) - parseFloat(getComputedStyle(a).fontSize))[0].textContent`);
        expect(largest.toUpperCase()).toContain(word);
        const cards = page.locator('.cards .card');
        for (const box of [await verdict.boundingBox(), await cards.first().boundingBox()]) {
          expect((box?.y ?? height) + (box?.height ?? 0)).toBeLessThan(height);
        }
      });
    });

    it.each(['desktop', 'telephone'] as const)('draws to scale: %s', async (size) => {
      await look('failed', size, 'light', async (page) => {
        const places = await chartPlaces(page, '#lagging-slaves-alone-1');
        const [zero, next] = [
          places.ticks.find(({ seconds }) => seconds === 0),
          places.ticks.at(-1),
        ];
        if (!zero || !next) throw new Error('no ticks');
        const pixelsPerSecond = (next.x - zero.x) / next.seconds;
        expect(Math.abs(places.fault - zero.x)).toBeLessThan(1.5);
        expect((places.outage.to - places.outage.from) / pixelsPerSecond).toBeCloseTo(2.48, 1);
        expect(places.sends.height).toBeGreaterThan(40);
        expect(places.sends.width).toBeGreaterThan(200);
      });
    });

    it('opens the folded round that a link of the table leads to', async () => {
      await look('passed', 'desktop', 'light', async (page) => {
        const folded = page.locator('#kill-master-supervisor-1');
        expect(await folded.isVisible()).toBe(false);
        await page.click('table.rounds a[href="#kill-master-supervisor-1"]');
        await folded.waitFor({ state: 'visible', timeout: 5_000 });
      });
    });

    it('can be printed', async () => {
      await look('failed', 'desktop', 'dark', async (page) => {
        const pdf = await page.pdf({ format: 'A4' });
        expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      });
    });

    it('prints what is folded on the screen', async () => {
      await look('passed', 'desktop', 'light', async (page) => {
        const folded = page.locator('#kill-master-supervisor-1');
        expect(await folded.isVisible()).toBe(false);
        await page.emulateMedia({ media: 'print' });
        expect(await folded.isVisible()).toBe(true);
        expect((await folded.boundingBox())?.height).toBeGreaterThan(100);
      });
    });
  },
);
