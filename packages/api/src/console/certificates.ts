import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CertificateChange, CertificateView, revocationReasons } from '../phone.ts'
import { Closed, Id, Text, Words } from '../scalars.ts'
import { Page, Reason, clerk } from './terms.ts'

const CertificateParams = Closed({ certificateId: Id })

export const certificateEndpoints = {
  listCertificates: endpoint({
    operationId: 'listCertificates',
    method: 'GET',
    path: '/console/api/certificates',
    principal: 'staff',
    summary: { zh: '证书', en: 'Certificates' },
    query: Closed({ personId: Type.Optional(Id), ...Page }),
    reply: Closed({
      certificates: Type.Array(
        Closed({ personId: Id, name: Type.String(), certificate: CertificateView }),
      ),
    }),
  }),
  getCertificateHistory: endpoint({
    operationId: 'getCertificateHistory',
    method: 'GET',
    path: '/console/api/certificates/:certificateId/history',
    principal: 'staff',
    summary: { zh: '证书状态变更记录', en: 'How a certificate came to its state' },
    params: CertificateParams,
    reply: Closed({ /** Oldest first. */ changes: Type.Array(CertificateChange) }),
    problems: ['certificates.unknown'],
  }),
  suspendCertificate: endpoint({
    operationId: 'suspendCertificate',
    method: 'POST',
    path: '/console/api/certificates/:certificateId/suspend',
    principal: 'staff',
    roles: clerk,
    summary: { zh: '挂失', en: 'Suspend' },
    params: CertificateParams,
    body: Reason,
    reply: CertificateView,
    problems: ['certificates.unknown', 'certificates.wrong-state'],
  }),
  resumeCertificate: endpoint({
    operationId: 'resumeCertificate',
    method: 'POST',
    path: '/console/api/certificates/:certificateId/resume',
    principal: 'staff',
    roles: clerk,
    summary: { zh: '核验本人后恢复', en: 'Resume after proofing the person again' },
    params: CertificateParams,
    body: Reason,
    reply: CertificateView,
    problems: ['certificates.unknown', 'certificates.wrong-state'],
  }),
  revokeCertificate: endpoint({
    operationId: 'revokeCertificate',
    method: 'POST',
    path: '/console/api/certificates/:certificateId/revoke',
    principal: 'staff',
    roles: clerk,
    summary: { zh: '撤销', en: 'Revoke' },
    params: CertificateParams,
    body: Closed({
      reason: Text(200),
      /** What CRL and OCSP say of it; `unspecified` when absent. */
      revocationReason: Type.Optional(Words(revocationReasons)),
    }),
    reply: CertificateView,
    problems: ['certificates.unknown', 'certificates.wrong-state'],
  }),
} as const
