import { addTag, imAddTag } from './add-tag.ts'
import type { Api } from './call.ts'
import { getTag } from './get-tag.ts'
import { clearAllTags, removeTag } from './remove-tag.ts'

/** The APIs by path. Both families work on the same users. */
export const apis: ReadonlyMap<string, Api> = new Map([
  ['/v4/timpush/get_tag', getTag],
  ['/v4/timpush/add_tag', addTag],
  ['/v4/timpush/remove_tag', removeTag],
  ['/v4/timpush/clear_all_tags', clearAllTags],
  ['/v4/all_member_push/im_get_tag', getTag],
  ['/v4/all_member_push/im_add_tag', imAddTag],
  ['/v4/all_member_push/im_remove_tag', removeTag],
  ['/v4/all_member_push/im_remove_all_tags', clearAllTags],
])
