import { Type } from 'typebox'
import { Closed, Id, Text, Timestamp } from '../scalars.ts'

export const staffRoles = ['district-admin', 'clerk', 'auditor'] as const

export type StaffRole = (typeof staffRoles)[number]

export const admin = ['district-admin'] as const

export const clerk = ['district-admin', 'clerk'] as const

export const Page = {
  before: Type.Optional(Timestamp),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
}

export const CentreParams = Closed({ centreId: Id })

export const Reason = Closed({ reason: Text(200) })
