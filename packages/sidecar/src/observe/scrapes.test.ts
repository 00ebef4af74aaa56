import { expect, test } from 'vitest'

import { Scrapes } from './scrapes.ts'

test('each scraper is told since its own last scrape, a new one since the start', () => {
  const scrapes = new Scrapes()
  expect(scrapes.scraped('one', 10)).toBe(-Infinity)
  expect(scrapes.scraped('other', 20)).toBe(-Infinity)
  expect(scrapes.scraped('one', 30)).toBe(10)
  expect(scrapes.scraped('other', 40)).toBe(20)
})

test('sixteen scrapers are remembered; the one that has not come for the longest is forgotten', () => {
  const scrapes = new Scrapes()
  for (let scraper = 0; scraper < 16; scraper += 1) scrapes.scraped(String(scraper), scraper)
  expect(scrapes.scraped('0', 16)).toBe(0)
  scrapes.scraped('a seventeenth', 17)
  expect(scrapes.scraped('0', 18)).toBe(16)
  expect(scrapes.scraped('1', 19)).toBe(-Infinity)
})
