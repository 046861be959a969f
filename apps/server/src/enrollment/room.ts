import { consoleEndpoints, phoneEndpoints } from '@yunqian/api'
import { type HttpApp, longPoll, type Room } from '../platform/index.ts'
import { beginEnrollment } from './begin-enrollment.ts'
import type { EnrollmentDeps } from './ports.ts'
import { resendCode, submitCode } from './prove-code.ts'
import { approveEnrollment, listEnrollments, rejectEnrollment } from './review.ts'
import { enrollmentView, ownEnrollment } from './view.ts'

/** The registration authority, as a role plugs it in. */
export const enrollmentRoom = (deps: EnrollmentDeps): Room => ({
  name: 'enrollment',
  routes: (app) => {
    mountPhoneRoutes(app, deps)
    mountConsoleRoutes(app, deps)
  },
})

function mountPhoneRoutes(app: HttpApp, deps: EnrollmentDeps): void {
  app.route(phoneEndpoints.beginEnrollment, ({ arrived, body, intentId }) =>
    beginEnrollment(deps, arrived, body, intentId),
  )
  app.route(phoneEndpoints.submitCode, ({ device, params, body }) =>
    submitCode(deps, device, params.enrollmentId, body.code),
  )
  app.route(phoneEndpoints.resendCode, ({ device, params }) =>
    resendCode(deps, device, params.enrollmentId),
  )
  app.route(phoneEndpoints.getEnrollment, ({ device, params, query, signal: abort }) =>
    longPoll(
      deps.signals,
      { topics: [`enrollment:${params.enrollmentId}`], waitSeconds: query.wait ?? 0, abort },
      () =>
        deps.db.tx({ tenantId: device.tenantId }, async (tx) =>
          enrollmentView(deps, tx, await ownEnrollment(deps, tx, device, params.enrollmentId)),
        ),
      (enrollment) => enrollment.state !== query.state,
    ),
  )
}

function mountConsoleRoutes(app: HttpApp, deps: EnrollmentDeps): void {
  app.route(consoleEndpoints.listEnrollments, async ({ staff, query }) => ({
    enrollments: await listEnrollments(deps, staff, query),
  }))
  app.route(consoleEndpoints.approveEnrollment, ({ staff, params }) =>
    approveEnrollment(deps, staff, params.enrollmentId),
  )
  app.route(consoleEndpoints.rejectEnrollment, ({ staff, params, body }) =>
    rejectEnrollment(deps, staff, params.enrollmentId, body.reason),
  )
}
