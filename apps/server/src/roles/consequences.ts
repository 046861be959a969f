import type { AccountsPorts } from '../accounts/index.ts'
import type { openCertificates } from '../certificates/index.ts'
import { endApplications } from '../enrollment/index.ts'
import type { Platform } from '../platform/index.ts'
import { cancelTasksAt, countOpenTasks } from '../signing/index.ts'

type Certificates = ReturnType<typeof openCertificates>
type Consequences = Pick<
  AccountsPorts,
  'personChanged' | 'memberLeft' | 'centreClosed' | 'countOpenTasks'
>

/** What a change of people and centres ends elsewhere: applications first, then certificates and keys, then tasks. */
export function consequences(platform: Platform, certificates: Certificates): Consequences {
  return {
    personChanged: async (tx, { tenantId, personId, staffId, renamed, at }) => {
      const reason = '登记信息已变更 The person’s data were changed'
      await endApplications(platform, tx, { tenantId, personId, at, reason })
      const leaving = { tenantId, personId, staffId, at }
      if (renamed) await certificates.revokeLiving(tx, { ...leaving, reason: 'name-changed' })
    },
    memberLeft: async (
      tx,
      { tenantId, personId, centreId, staffId, worksElsewhere, reason, at },
    ) => {
      const place = { tenantId, personId, centreId, at }
      const ended = '已离开该社康 The person left the centre'
      await endApplications(platform, tx, { ...place, reason: ended })
      const leaving = { tenantId, personId, staffId, reason, at }
      await certificates.revokeLiving(tx, { ...leaving, ...(worksElsewhere ? { centreId } : {}) })
      await cancelTasksAt(platform, tx, { ...place, cause: 'member-left' })
    },
    centreClosed: async (tx, { tenantId, centreId, at }) => {
      const place = { tenantId, centreId, at }
      const reason = '该社康已停用 The centre was closed'
      await endApplications(platform, tx, { ...place, reason })
      await cancelTasksAt(platform, tx, { ...place, cause: 'centre-closed' })
    },
    countOpenTasks: (tx, tenantId) => countOpenTasks(tx, tenantId, platform.clock.now()),
  }
}
