import type { StaffRole } from '@yunqian/api'

export interface StaffPrincipal {
  readonly kind: 'staff'
  readonly tenantId: string
  readonly staffId: string
  readonly sessionId: string
  /** `centreId` absent: for the whole district. */
  readonly roles: readonly { readonly role: StaffRole; readonly centreId?: string }[]
  /** What X-CSRF-Token must carry for anything but GET. */
  readonly csrfToken: string
}

/** The centres whose rows a member of staff sees; null for the whole district. */
export function centresSeen({ roles }: Pick<StaffPrincipal, 'roles'>): readonly string[] | null {
  if (roles.some(({ centreId }) => centreId === undefined)) return null
  return roles.flatMap(({ centreId }) => centreId ?? [])
}

/** The centres a member of staff decides for, an auditor for none; null for the whole district. */
export function centresDecided({ roles }: Pick<StaffPrincipal, 'roles'>): readonly string[] | null {
  return centresSeen({ roles: roles.filter(({ role }) => role !== 'auditor') })
}

/** Whether a member of staff decides for what belongs to this centre. */
export function decidesFor(staff: Pick<StaffPrincipal, 'roles'>, centreId: string): boolean {
  return centresDecided(staff)?.includes(centreId) ?? true
}

export interface ApplicationPrincipal {
  readonly kind: 'application'
  readonly tenantId: string
  readonly applicationId: string
  readonly centreId: string
  readonly name: string
}

export interface DevicePrincipal {
  readonly kind: 'device'
  readonly tenantId: string
  readonly deviceId: string
  /** Absent until an enrolment has found whose phone it is. */
  readonly personId?: string
}

interface PublicPrincipal {
  readonly kind: 'public'
}

export type Principal = StaffPrincipal | ApplicationPrincipal | DevicePrincipal | PublicPrincipal

/** A request as it arrived, for whoever has to check a signature over it. */
export interface ArrivedRequest {
  readonly method: string
  /** Path with query, as sent. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly rawBody: Uint8Array
}

/** Who lets each kind of caller in; throws a coded error for whom it does not know. */
export interface Authenticators {
  staff?(request: ArrivedRequest): Promise<StaffPrincipal>
  application?(request: ArrivedRequest): Promise<ApplicationPrincipal>
  device?(request: ArrivedRequest): Promise<DevicePrincipal>
}

/** The name under which limits and idempotency keys are kept apart. */
export function principalName(principal: Principal): string {
  switch (principal.kind) {
    case 'staff':
      return `staff:${principal.staffId}`
    case 'application':
      return `application:${principal.applicationId}`
    case 'device':
      return `device:${principal.deviceId}`
    case 'public':
      return 'public'
  }
}
