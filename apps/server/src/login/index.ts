export { hisUsers } from './his-users.ts'
export { loginForm } from './login-form.ts'
export type { LoginDeps } from './ports.ts'
export { loginRoom } from './room.ts'
