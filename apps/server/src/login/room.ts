import type { Room } from '../platform/index.ts'
import type { LoginDeps } from './ports.ts'
import { mountLoginRoutes } from './routes.ts'

/** QR login and the phone's scanner, as a role plugs them in. */
export const loginRoom = (deps: LoginDeps): Room => ({
  name: 'login',
  routes: (app) => mountLoginRoutes(app, deps),
})
