export { signingAudit } from './audit.ts'
export { cmsForm, commitCompletion, makeCms, prepareAttributes } from './cms-form.ts'
export { cancelTasksAt } from './cancel-tasks.ts'
export { completeTasks } from './complete-task.ts'
export { isMember } from './create-signing-task.ts'
export { csrForm } from './csr-form.ts'
export { OpenNonces } from './open-nonces.ts'
export { pdfForm } from './pdf-form.ts'
export { scanSigningTask } from './phone-tasks.ts'
export type {
  ApplicationCaller,
  HisUsers,
  People,
  PhoneCaller,
  Signer,
  SignerCertificate,
  SigningDeps,
  TaskForm,
} from './ports.ts'
export { preparationOf } from './preparation.ts'
export { stopSignatures } from './stop-signatures.ts'
export { tidySigning } from './recover.ts'
export { signingRoom } from './room.ts'
export { signedDocuments } from './signed-documents.ts'
export { qrText } from './signing-task-view.ts'
export type { SigningTask } from './task.ts'
export { countOpenTasks, insertTask, taskById, taskTopics } from './task-store.ts'
export { taskSummary } from './task-view.ts'
