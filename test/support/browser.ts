import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** The Chromium of this machine, or undefined: it is not ours to bring one. */
export function installedChromium(): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter);
  const paths = directories.flatMap((directory) =>
    ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(directory, name)),
  );
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0;
    } catch {
      return false;
    }
  });
}

/** A browser without a window and with an empty profile of its own, which goes with it. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What runs inside the page; a string, since our types know no page. */
const HELPERS = `
  const visible = (element) => element.checkVisibility() && element.getClientRects().length > 0;
  const name = (element) => element.tagName + '.' + (element.getAttribute('class') ?? '') + ': ' + element.textContent.trim().slice(0, 50);
`;

/** Pairs of texts of one chart that cover each other. */
export function coveredLabels(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => { ${HELPERS}
    const found = [];
    for (const chart of document.querySelectorAll('svg.chart')) {
      if (!visible(chart)) continue;
      const texts = [...chart.querySelectorAll('text')].map((text) => [text, text.getBoundingClientRect()]);
      for (const [at, [a, one]] of texts.entries()) {
        for (const [b, other] of texts.slice(at + 1)) {
          // A pixel is no letter: fonts have room above and below.
          const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
          const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
          if (wide > 1 && high > 2) found.push(name(a) + ' | ' + name(b));
        }
      }
    }
    return found;
  })()`);
}

/** What is cut off or makes the page wider than the window; what scrolls in a box of its own may. */
export function overflowing(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => { ${HELPERS}
    const width = document.documentElement.clientWidth;
    const found = document.documentElement.scrollWidth > width ? ['the page is ' + document.documentElement.scrollWidth + ' wide'] : [];
    for (const element of document.body.querySelectorAll('*')) {
      if (!visible(element) || element.closest('.scroll') || element.closest('svg svg')) continue;
      const { left, right } = element.getBoundingClientRect();
      if (left < -0.5 || right > width + 0.5) found.push(name(element) + ' from ' + left + ' to ' + right);
    }
    return found;
  })()`);
}

/** Texts whose colour is too near to what is behind them: below 4.5 to 1 (WCAG AA). */
export function paleTexts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => { ${HELPERS}
    const parse = (colour) => {
      const [r, g, b, a = 1] = colour.match(/[\\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
      return { r, g, b, a };
    };
    const over = (top, below) => {
      const mix = (one, two) => one * top.a + two * (1 - top.a);
      return { r: mix(top.r, below.r), g: mix(top.g, below.g), b: mix(top.b, below.b), a: 1 };
    };
    const behind = (element) => {
      const layers = [];
      for (let at = element; at; at = at.parentElement) layers.unshift(parse(getComputedStyle(at).backgroundColor));
      return layers.reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
    };
    const light = ({ r, g, b }) => [r, g, b].map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
      .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const found = new Set();
    for (const element of document.body.querySelectorAll('*')) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (!hasText || !visible(element)) continue;
      const style = getComputedStyle(element);
      const back = behind(element);
      const front = over(parse(element.closest('svg') ? style.fill : style.color), back);
      const [low, high] = [light(front), light(back)].sort((a, b) => a - b);
      const contrast = (high + 0.05) / (low + 0.05);
      if (contrast < 4.5) found.add(contrast.toFixed(2) + ' ' + name(element));
    }
    return [...found];
  })()`);
}

/** Where parts of the first chart inside an element are, in pixels from the left. */
export function chartPlaces(page: Page, selector: string) {
  return page.evaluate<{
    readonly ticks: readonly { readonly seconds: number; readonly x: number }[];
    readonly fault: number;
    readonly outage: { readonly from: number; readonly to: number };
    readonly sends: { readonly width: number; readonly height: number };
  }>(`(() => {
    const chart = document.querySelector(${JSON.stringify(selector)}).querySelector('svg.chart');
    const middle = (element) => { const { left, right } = element.getBoundingClientRect(); return (left + right) / 2; };
    const ticks = [...chart.querySelectorAll('text.x:not(.last)')].map((tick) => ({
      seconds: Number(tick.textContent.replace('−', '-').replace(' s', '')), x: middle(tick),
    }));
    const outage = chart.querySelector('rect.outage').getBoundingClientRect();
    const sends = chart.querySelector('path.acks').getBoundingClientRect();
    return {
      ticks,
      fault: middle(chart.querySelector('line.fault')),
      outage: { from: outage.left, to: outage.right },
      sends: { width: sends.width, height: sends.height },
    };
  })()`);
}
