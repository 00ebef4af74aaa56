import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { TagTexts } from './tag-texts.ts'

const keep = (texts: TagTexts, tags: readonly string[]): string =>
  texts.keep(tags, JSON.stringify(tags))

describe('TagTexts', () => {
  test('keeps a character for each tag of a set that is new', () => {
    const texts = new TagTexts()
    expect(keep(texts, ['GoldMember', 'WeekPassUser', 'VIP'])).toHaveLength(3)
  })

  test('keeps the JSON itself, which all share, of a set that was seen lately', () => {
    const texts = new TagTexts()
    const tags = ['GoldMember', 'WeekPassUser']
    keep(texts, tags)
    expect([keep(texts, tags), keep(texts, tags)]).toEqual([
      JSON.stringify(tags),
      JSON.stringify(tags),
    ])
  })

  test('tells the same tags in another order from these', () => {
    const texts = new TagTexts()
    const kept = [keep(texts, ['a', 'b']), keep(texts, ['b', 'a'])]
    expect(kept.map((text) => texts.json(text))).toEqual(['["a","b"]', '["b","a"]'])
  })

  test('keeps JSON when there are more tags than numbers, and knows those that have one', () => {
    const texts = new TagTexts()
    const early = keep(texts, ['early'])
    for (let tag = 0; tag < 5_000; tag += 1) keep(texts, [`tag-${tag}`])
    expect(keep(texts, ['early', 'late'])).toBe('["early","late"]')
    expect(texts.json(early)).toBe('["early"]')
    expect(keep(texts, ['early', 'tag-0'])).toHaveLength(2)
  })

  test('keeps JSON of tags that are longer than tags can be', () => {
    const tags = ['x'.repeat(5_000)]
    expect(keep(new TagTexts(), tags)).toBe(JSON.stringify(tags))
  })

  test('gives back what was kept, whatever the tags and however many there are', () => {
    const texts = new TagTexts()
    const tag = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '[', '"', '\\', '用户', 'GoldMember'),
    )
    fc.assert(
      fc.property(fc.array(fc.array(tag), { maxLength: 60 }), (sets) => {
        const kept = [...sets, ...sets].map((tags) => keep(texts, tags))
        expect(kept.map((text) => texts.json(text))).toEqual(
          [...sets, ...sets].map((tags) => JSON.stringify(tags)),
        )
      }),
    )
    for (let number = 0; number < 10_000; number += 1) {
      const tags = [`tag-${number % 4_500}`, `tag-${(number * 7) % 4_500}`]
      expect(texts.json(keep(texts, tags))).toBe(JSON.stringify(tags))
    }
  })
})
