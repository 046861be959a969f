export { buildHttpApp, type HttpApp, type HttpAppOptions, type RateLimits } from './app.ts'
export type { Call, Handler } from './call.ts'
export { forgetExpiredAnswers } from './idempotency.ts'
export type {
  ApplicationPrincipal,
  ArrivedRequest,
  Authenticators,
  DevicePrincipal,
  Principal,
  StaffPrincipal,
} from './principal.ts'
export { centresDecided, centresSeen, decidesFor } from './principal.ts'
export { HttpProblem } from './problem.ts'
