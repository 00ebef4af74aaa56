import type { Page } from 'playwright-core'

/** A text on a page and its contrast to what is behind it, 1 to 21 (WCAG 2.2, 1.4.3 asks for 4.5). */
export interface TextContrast {
  readonly text: string
  readonly contrast: number
}

/** Runs in the page, and is text because the tests know no DOM. */
const MEASURE = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const background = (element) => {
    const color = getComputedStyle(element).backgroundColor
    const [, , , alpha = 1] = channels(color)
    return alpha > 0 || element.parentElement === null ? color : background(element.parentElement)
  }
  const measured = []
  for (const element of document.body.querySelectorAll('*')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join('')
    if (text === '' || !element.checkVisibility() || element.closest('svg, script, style, noscript')) continue
    const [dark, light] = [getComputedStyle(element).color, background(element)].map(luminance).sort((a, b) => a - b)
    measured.push({ text, contrast: (light + 0.05) / (dark + 0.05) })
  }
  return measured
})()`

/** Measures every text that is visible on the page. */
export function textContrasts(page: Page): Promise<readonly TextContrast[]> {
  return page.evaluate<readonly TextContrast[]>(MEASURE)
}
