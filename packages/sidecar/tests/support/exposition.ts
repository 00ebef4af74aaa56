/** A series of a scrape: its name, and its labels in the order in which they were written. */
interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Exposition is what one scrape told, read strictly: text that does not follow the format throws. */
export class Exposition {
  readonly samples: readonly Sample[]
  /** Every series with its labels, as written. */
  readonly series: readonly string[]

  constructor(text: string) {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    this.series = lines.map((line) => line.slice(0, line.lastIndexOf(' ')))
    this.samples = lines.map(readSample)
    const twice = this.series.filter((name, index) => this.series.indexOf(name) !== index)
    if (twice.length > 0) throw new Error(`written twice: ${twice.join(', ')}`)
  }

  /** Returns the sum of a metric's series with these labels; throws if there is none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const matching = this.samples.filter(
      (sample) =>
        sample.name === `tagside_${name}` &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )
    if (matching.length === 0)
      throw new Error(`no series tagside_${name} ${JSON.stringify(labels)}`)
    return matching.reduce((sum, { value }) => sum + value, 0)
  }

  /** Returns a metric's values in the order in which they were written. */
  values(name: string): readonly number[] {
    return this.samples
      .filter((sample) => sample.name === `tagside_${name}`)
      .map(({ value }) => value)
  }

  /** Returns a metric with one label: its value for each of the label's. */
  by(name: string, label: string): Record<string, number> {
    const matching = this.samples.filter((sample) => sample.name === `tagside_${name}`)
    return Object.fromEntries(matching.map(({ labels, value }) => [labels[label], value]))
  }
}

function readSample(line: string): Sample {
  const [, name, inBraces = '', text] =
    /^([a-z_]\w*)(?:\{(.+)\})? (-?[\d.e+-]+|[+-]Inf|NaN|Nan)$/i.exec(line) ?? []
  if (name === undefined) throw new Error(`not a sample: ${line}`)
  const pairs = inBraces === '' ? [] : inBraces.split(',')
  const labels = pairs.map((pair): [string, string] => {
    const [, label = '', value = ''] = /^([a-z_]\w*)="([^"\\]*)"$/.exec(pair) ?? []
    if (label === '') throw new Error(`not a label: ${pair}`)
    return [label, value]
  })
  return {
    name,
    labels: Object.fromEntries(labels),
    value: Number(text?.replace('Inf', 'Infinity')),
  }
}

/** Scrapes the ops listener at `opsUrl`. */
export async function scrape(
  opsUrl: string,
  headers: Record<string, string> = {},
): Promise<Exposition> {
  return new Exposition(await (await fetch(`${opsUrl}/metrics`, { headers })).text())
}
