// How text gets into the page: as text, never as markup.

/** @typedef {'fine' | 'none' | 'info' | 'warn' | 'error'} Level */

/** Writes only what has changed, so that a selection stays and a screen reader is told nothing twice. @param {string} name @param {string} text */
export function write(name, text) {
  const target = query(`[data-value="${name}"], #${name}`)
  if (target.textContent !== text) target.textContent = text
}

/** @type {Map<string, string>} */
const listed = new Map()

/**
 * Makes a list anew, if it is not the same as before.
 * @template Item
 * @param {string} name @param {readonly Item[]} items @param {(item: Item) => HTMLElement} make
 */
export function list(name, items, make) {
  const text = JSON.stringify(items)
  if (listed.get(name) === text) return
  listed.set(name, text)
  query(`[data-list="${name}"]`).replaceChildren(...items.map(make))
}

/** @param {string} name @param {number} share */
export function meter(name, share) {
  query(`[data-meter="${name}"]`).style.setProperty('--share', String(Math.min(1, share)))
}

/** @param {string} selector */
export function query(selector) {
  const found = document.querySelector(selector)
  if (found instanceof HTMLElement || found instanceof SVGElement) return found
  throw new TypeError(`the page has no ${selector}`)
}

/** @param {string} name @param {string} text */
export function element(name, text, className = '') {
  const made = document.createElement(name)
  made.textContent = text
  made.className = className
  return made
}

/** The tab tells how it is too, by shape and not by colour alone. @param {Level} level */
export function drawIcon(level) {
  const icon = document.querySelector('link[rel="icon"]')
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 32
  const pen = canvas.getContext('2d')
  if (!(icon instanceof HTMLLinkElement) || pen === null || icon.dataset['level'] === level) return
  icon.dataset['level'] = level
  const isBad = level === 'warn' || level === 'error'
  pen.fillStyle = isBad ? '#d3392f' : '#149aa3'
  if (isBad) pen.fillRect(3, 3, 26, 26)
  else pen.arc(16, 16, 13, 0, 2 * Math.PI)
  pen.fill()
  icon.href = canvas.toDataURL()
}
