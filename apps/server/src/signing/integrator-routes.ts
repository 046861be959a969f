import { integratorEndpoints as api } from '@yunqian/api'
import type { HttpApp } from '../platform/http/index.ts'
import { createDocument } from './create-document.ts'
import { createSigningTask } from './create-signing-task.ts'
import { getDocument, getDocumentContent } from './document-view.ts'
import type { SigningDeps } from './ports.ts'
import { cancelSigningTask, getSignature, getSigningTask } from './signing-task-view.ts'

/** What applications call about documents and signing tasks. */
export function mountIntegratorRoutes(app: HttpApp, deps: SigningDeps): void {
  app.route(api.createDocument, async ({ application, body, intentId: documentId }) => {
    const content = new Uint8Array(Buffer.from(body.content, 'base64'))
    await createDocument(deps, application, { ...body, content, documentId })
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
  app.route(api.createSigningTask, ({ application, body, intentId: taskId }) =>
    createSigningTask(deps, application, { ...body, taskId }),
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
