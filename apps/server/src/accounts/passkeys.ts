import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { appendEvent } from '../evidence/index.ts'
import { isUniqueViolation, type Platform, type StaffPrincipal } from '../platform/index.ts'
import { AccountsError } from './errors.ts'
import type { OpenedSession } from './sessions.ts'
import { enter } from './sign-in.ts'

const validForMs = 5 * 60_000
// Loaded when a passkey is first used: it is large, and most starts never need it.
const webAuthn = () => import('@simplewebauthn/server')

/** Options for the browser to make a passkey for this member of staff. */
export async function beginPasskey(
  platform: Platform,
  staff: StaffPrincipal,
): Promise<Record<string, unknown>> {
  const known = await platform.db.tx(staff, (tx) =>
    tx.query<{ login: string; name: string; credential_id: Buffer | null }>(
      `select s.login, s.name, p.credential_id from staff s left join staff_passkey p using (tenant_id, staff_id)
       where s.tenant_id = $1 and s.staff_id = $2`,
      [staff.tenantId, staff.staffId],
    ),
  )
  const { generateRegistrationOptions } = await webAuthn()
  const options = await generateRegistrationOptions({
    rpName: 'Yunqian 云签',
    rpID: new URL(platform.config.publicUrl).hostname,
    userName: known[0]?.login ?? '',
    userDisplayName: known[0]?.name ?? '',
    userID: new TextEncoder().encode(staff.staffId),
    excludeCredentials: known.flatMap(({ credential_id: id }) =>
      id ? [{ id: Buffer.from(id).toString('base64url') }] : [],
    ),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  await rememberChallenge(platform, options.challenge, staff.staffId)
  return { ...options }
}

/** Keeps the passkey the browser made; throws `accounts.passkey-invalid`. */
export async function finishPasskey(
  platform: Platform,
  staff: StaffPrincipal,
  answer: object,
): Promise<void> {
  const { verifyRegistrationResponse } = await webAuthn()
  const verified = await verifyRegistrationResponse({
    response: answer as unknown as RegistrationResponseJSON,
    expectedChallenge: (challenge) => spendChallenge(platform, challenge, staff.staffId),
    ...expected(platform),
    requireUserVerification: true,
  }).catch(() => undefined)
  if (!verified?.verified) throw new AccountsError('accounts.passkey-invalid')
  const { credential } = verified.registrationInfo
  const now = platform.clock.now()
  try {
    await platform.db.tx(staff, async (tx) => {
      await tx.execute(
        `insert into staff_passkey (tenant_id, credential_id, staff_id, public_key, counter, transports, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [
          staff.tenantId,
          Buffer.from(credential.id, 'base64url'),
          staff.staffId,
          credential.publicKey,
          credential.counter,
          credential.transports ?? [],
          now,
        ],
      )
      const subject = { staffId: staff.staffId }
      await appendEvent(tx, {
        type: 'staff.changed',
        at: now,
        subject,
        data: { change: 'passkey' },
      })
    })
  } catch (error) {
    if (isUniqueViolation(error)) throw new AccountsError('accounts.passkey-invalid')
    throw error
  }
}

/** Options for the browser to sign in with whichever passkey it has. */
export async function beginPasskeySignIn(platform: Platform): Promise<Record<string, unknown>> {
  const { generateAuthenticationOptions } = await webAuthn()
  const options = await generateAuthenticationOptions({
    rpID: new URL(platform.config.publicUrl).hostname,
    userVerification: 'required',
  })
  await rememberChallenge(platform, options.challenge, null)
  return { ...options }
}

/** Signs in by passkey; throws `accounts.sign-in-failed`. */
export async function finishPasskeySignIn(
  platform: Platform,
  answer: object,
): Promise<OpenedSession> {
  const failed = new AccountsError('accounts.sign-in-failed')
  const { id } = answer as { id?: unknown }
  if (typeof id !== 'string' || !/^[\w-]{1,1400}$/.test(id)) throw failed
  const found = await platform.db.tx('no-tenant', (tx) =>
    tx.queryOne<{
      tenant_id: string
      staff_id: string
      public_key: Uint8Array
      counter: number
    }>('select * from resolve_passkey($1)', [Buffer.from(id, 'base64url')]),
  )
  if (!found) throw failed
  const { verifyAuthenticationResponse } = await webAuthn()
  const verified = await verifyAuthenticationResponse({
    response: answer as unknown as AuthenticationResponseJSON,
    expectedChallenge: (challenge) => spendChallenge(platform, challenge, null),
    ...expected(platform),
    credential: { id, publicKey: Uint8Array.from(found.public_key), counter: found.counter },
    requireUserVerification: true,
  }).catch(() => undefined)
  if (!verified?.verified) throw failed
  const staff = { tenantId: found.tenant_id, staffId: found.staff_id }
  const { newCounter } = verified.authenticationInfo
  return platform.db.tx(staff, async (tx) => {
    await tx.execute(
      `update staff_passkey set counter = $3, last_used_at = $4 where tenant_id = $1 and credential_id = $2`,
      [staff.tenantId, Buffer.from(id, 'base64url'), newCounter, platform.clock.now()],
    )
    return enter(platform, tx, staff, 'passkey')
  })
}

function expected({ config }: Platform): { expectedOrigin: string; expectedRPID: string } {
  const { origin, hostname } = new URL(config.publicUrl)
  return { expectedOrigin: origin, expectedRPID: hostname }
}

async function rememberChallenge(
  { db, clock }: Platform,
  challenge: string,
  staffId: string | null,
): Promise<void> {
  const now = clock.now()
  await db.tx('no-tenant', async (tx) => {
    await tx.execute('delete from passkey_challenge where expires_at <= $1', [now])
    await tx.execute('insert into passkey_challenge values ($1, $2, $3)', [
      Buffer.from(challenge, 'base64url'),
      staffId,
      new Date(now.getTime() + validForMs),
    ])
  })
}

// Deleted before the answer is believed: a challenge is good for one try.
async function spendChallenge(
  { db, clock }: Platform,
  challenge: string,
  staffId: string | null,
): Promise<boolean> {
  const spent = await db.tx('no-tenant', (tx) =>
    tx.execute(
      `delete from passkey_challenge
       where challenge = $1 and staff_id is not distinct from $2 and expires_at > $3`,
      [Buffer.from(challenge, 'base64url'), staffId, clock.now()],
    ),
  )
  return spent === 1
}
