import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { documentTypes } from '../integrator.ts'
import { taskKinds, taskStates } from '../phone.ts'
import { Closed, Id, Timestamp, Words } from '../scalars.ts'
import { Page } from './terms.ts'

export const documentEndpoints = {
  listSignedDocuments: endpoint({
    operationId: 'listSignedDocuments',
    method: 'GET',
    path: '/console/api/documents',
    principal: 'staff',
    summary: { zh: '签名与存证', en: 'Signatures and evidence' },
    query: Closed({
      documentId: Type.Optional(Id),
      centreId: Type.Optional(Id),
      /** Asked to sign it. */
      personId: Type.Optional(Id),
      documentType: Type.Optional(Words(documentTypes)),
      search: Type.Optional(Type.String({ maxLength: 60 })),
      ...Page,
    }),
    reply: Closed({
      documents: Type.Array(
        Closed({
          documentId: Id,
          title: Type.String(),
          documentType: Words(documentTypes),
          mediaType: Type.String(),
          bytes: Type.Integer(),
          patientLabel: Type.Optional(Type.String()),
          /** The application's own number for it. */
          reference: Type.Optional(Type.String()),
          centreName: Type.String(),
          application: Type.String(),
          createdAt: Timestamp,
          revision: Type.Integer(),
          sm3: Type.String(),
          tasks: Type.Array(
            Closed({
              taskId: Id,
              kind: Words(taskKinds),
              state: Words(taskStates),
              personId: Id,
              signer: Type.String(),
              at: Timestamp,
              /** Why it was refused or withdrawn. */
              reason: Type.Optional(Type.String()),
            }),
          ),
        }),
      ),
    }),
  }),
  downloadDocument: endpoint({
    operationId: 'downloadDocument',
    method: 'GET',
    path: '/console/api/documents/:documentId/content',
    principal: 'staff',
    summary: { zh: '下载文件（最新一版）', en: 'Download the newest revision of a document' },
    params: Closed({ documentId: Id }),
    replyMediaType: 'application/octet-stream',
    problems: ['documents.unknown'],
  }),
  downloadEvidence: endpoint({
    operationId: 'downloadEvidence',
    method: 'GET',
    path: '/console/api/documents/:documentId/evidence',
    principal: 'staff',
    summary: { zh: '下载证据包', en: 'Download the evidence bundle' },
    params: Closed({ documentId: Id }),
    replyMediaType: 'application/zip',
    problems: ['documents.unknown', 'evidence.nothing-signed'],
  }),
} as const
