// How figures are written.

/** Where there is nothing to be told. */
export const NOTHING = '–'

const figures = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
/** With as many decimals each, so that they stand below each other. */
const ratios = new Intl.NumberFormat('en', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
})
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const dayAndClock = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** @param {number} value */
export function number(value) {
  return figures.format(value)
}

/** @param {number | null} ratio */
export function percent(ratio) {
  return ratio === null ? NOTHING : `${ratios.format(ratio * 100)} %`
}

/** @param {number} count @param {string} noun */
export function plural(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** @param {number} bytes */
export function size(bytes) {
  return bytes < 2 ** 20 ? `${number(bytes / 2 ** 10)} KiB` : `${number(bytes / 2 ** 20)} MiB`
}

/** @param {Date} date */
export function moment(date) {
  const isToday = date.toDateString() === new Date().toDateString()
  return (isToday ? clock : dayAndClock).format(date)
}

/** In the two largest units: "3 h 12 min". @param {number} seconds */
export function duration(seconds) {
  /** @type {readonly [number, string][]} */
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ]
  const parts = units.map(([length, unit], index) => {
    const above = units[index - 1]?.[0] ?? Infinity
    return { count: Math.floor((seconds % above) / length), unit }
  })
  const first = parts.findIndex(({ count }) => count > 0)
  return parts
    .slice(first, first === -1 ? undefined : first + 2)
    .map(({ count, unit }) => `${count} ${unit}`)
    .join(' ')
}
