export { hisUsers } from './his-users.ts'
export { loginForm } from './login-form.ts'
export type { LoginDeps, RecordVerification } from './ports.ts'
export { loginRoom } from './room.ts'
