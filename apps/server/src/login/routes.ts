import { integratorEndpoints, phoneEndpoints } from '@yunqian/api'
import type { HttpApp } from '../platform/http/index.ts'
import { bindUser, getBinding } from './bind-user.ts'
import { createLoginRequest } from './create-login-request.ts'
import { getLoginRequest } from './login-view.ts'
import type { LoginDeps } from './ports.ts'
import { scan } from './scan.ts'
import { verifyLogin } from './verify-login.ts'

/** Login for applications, and the scanner of the phone, which opens logins and signatures alike. */
export function mountLoginRoutes(app: HttpApp, deps: LoginDeps): void {
  app.route(phoneEndpoints.scan, ({ device, body }) => scan(deps, device, body.qr))
  app.route(integratorEndpoints.createLoginRequest, ({ application, body, intentId }) =>
    createLoginRequest(deps, application, { ...body, loginRequestId: intentId }),
  )
  app.route(integratorEndpoints.getLoginRequest, ({ application, params, query, signal: abort }) =>
    getLoginRequest(deps, application, params.loginRequestId, { ...query, abort }),
  )
  app.route(integratorEndpoints.verifyLogin, ({ application, body, intentId }) =>
    verifyLogin(deps, application, {
      intentId,
      loginRequestId: body.loginRequestId,
      loginRecord: new Uint8Array(Buffer.from(body.loginRecord, 'base64')),
    }),
  )
  app.route(integratorEndpoints.bindUser, ({ application, body }) =>
    bindUser(deps, application, body),
  )
  app.route(integratorEndpoints.getBinding, ({ application, params }) =>
    getBinding(deps, application, params.hisUserId),
  )
}
