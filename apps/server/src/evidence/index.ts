export { appendEvent, type NewEvent } from './append-event.ts'
export { audit, type AuditDeps, type AuditFinding, type AuditPart } from './audit.ts'
export { evidenceRoom, type EvidencePorts } from './evidence-room.ts'
export type { SignedDocument, SignedDocuments } from './ports.ts'
