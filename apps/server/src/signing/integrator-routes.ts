import { integratorEndpoints as api } from '@yunqian/api'
import type { HttpApp } from '../platform/http/index.ts'
import { createDocument } from './create-document.ts'
import { createSigningTask } from './create-signing-task.ts'
import { getDocument, getDocumentContent } from './document-view.ts'
import type { SigningDeps } from './ports.ts'
import { cancelSigningTask, getSignature, getSigningTask } from './signing-task-view.ts'

/** What applications call about documents and signing tasks. */
export function mountIntegratorRoutes(app: HttpApp, deps: SigningDeps): void {
  app.route(api.createDocument, async ({ application, body }) => {
    const { content, ...rest } = body
    const bytes = new Uint8Array(Buffer.from(content, 'base64'))
    const { documentId } = await createDocument(deps, application, { ...rest, content: bytes })
    return getDocument(deps, application, documentId)
  })
  app.route(api.getDocument, ({ application, params }) =>
    getDocument(deps, application, params.documentId),
  )
  app.route(api.getDocumentContent, async ({ application, params, query, setHeader }) => {
    const found = await getDocumentContent(deps, application.tenantId, application, {
      ...params,
      ...query,
    })
    setHeader('x-document-media-type', found.mediaType)
    return found.bytes
  })
  app.route(api.createSigningTask, ({ application, body }) =>
    createSigningTask(deps, application, body),
  )
  app.route(api.getSigningTask, ({ application, params, query, signal: abort }) =>
    getSigningTask(deps, application, params.signingTaskId, { ...query, abort }),
  )
  app.route(api.cancelSigningTask, ({ application, params }) =>
    cancelSigningTask(deps, application, params.signingTaskId),
  )
  app.route(api.getSignature, ({ application, params }) =>
    getSignature(deps, application, params.signingTaskId),
  )
}
