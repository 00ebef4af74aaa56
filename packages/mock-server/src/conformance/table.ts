import { addTagRows } from './add-tag-rows.ts'
import { envelopeRows } from './envelope-rows.ts'
import { getTagRows } from './get-tag-rows.ts'
import { rateRows } from './rate-rows.ts'
import { clearAllTagsRows, removeTagRows } from './remove-tag-rows.ts'
import type { Row } from './row.ts'
import { userSigRows } from './user-sig-rows.ts'

/** Rows about one thing. */
export interface Chapter {
  readonly title: string
  readonly rows: readonly Row[]
}

/** The conformance table: one chapter, and one file, for each call or thing common to all calls. */
export const chapters: readonly Chapter[] = [
  { title: 'get_tag', rows: getTagRows },
  { title: 'add_tag', rows: addTagRows },
  { title: 'remove_tag', rows: removeTagRows },
  { title: 'clear_all_tags', rows: clearAllTagsRows },
  { title: 'Every call', rows: envelopeRows },
  { title: 'UserSig', rows: userSigRows },
  { title: 'Rate', rows: rateRows },
]

/** All rows, in the order of the chapters. */
export const conformanceRows: readonly Row[] = chapters.flatMap(({ rows }) => rows)
