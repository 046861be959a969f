import { CONTENT_TYPE } from '@yunqian/pki'
import type { Purpose } from './key-usage.ts'

/** Which kind of certificate must have signed a CMS of this content type. */
export function purposeOf(contentType: string): Purpose {
  if (contentType === CONTENT_TYPE.checkpoint) return 'evidence-log'
  return contentType === CONTENT_TYPE.manifest ? 'report-seal' : 'document'
}
