import { consoleEndpoints } from '@yunqian/api'
import { centresSeen, type HttpApp } from '../platform/index.ts'
import { getDocumentContent } from './document-view.ts'
import type { SigningDeps } from './ports.ts'

/** What staff take out of this room: the bytes of a document of their centres. */
export function mountConsoleRoutes(app: HttpApp, deps: SigningDeps): void {
  app.route(consoleEndpoints.downloadDocument, async ({ staff, params, setHeader }) => {
    const reader = { centreIds: centresSeen(staff) }
    const found = await getDocumentContent(deps, staff.tenantId, reader, params)
    setHeader('x-document-media-type', found.mediaType)
    return found.bytes
  })
}
