import type { Api } from './call.ts'
import { getTag } from './get-tag.ts'

/** The APIs by path. Both families work on the same users. */
export const apis: ReadonlyMap<string, Api> = new Map([
  ['/v4/timpush/get_tag', getTag],
  ['/v4/all_member_push/im_get_tag', getTag],
])
