import { computed, ref, shallowRef } from 'vue'
import type { StaffRole, StaffSession } from '@yunqian/api'
import { ask, carryCsrfToken, whenSessionLost } from './platform.ts'
import { PlatformRefusal } from './refusal.ts'
import { isSessionMarked, markSession, whenMarkedElsewhere } from './session-mark.ts'

export const session = shallowRef<StaffSession>()
export const sessionAsked = ref(false)
export const sessionProblem = shallowRef<unknown>()
/** The session ended under the person's hands: the page stays as it is until they are in again. */
export const sessionLapsed = ref(false)

// Another tab signed in or out, so the cookie here is another one.
whenMarkedElsewhere(() => void readSession())
whenSessionLost(() => void readSession())

/** Takes over the session the platform answered with, and tells the other tabs. */
export function enter(given: StaffSession): void {
  takeOver(given)
  markSession(given.staffId)
}

let reading: Promise<void> | undefined

/** Asks whose session this browser holds now; once, however many calls were refused together. */
export function readSession(): Promise<void> {
  return (reading ??= askWhose().finally(() => (reading = undefined)))
}

async function askWhose(): Promise<void> {
  sessionProblem.value = undefined
  if (!session.value && !isSessionMarked()) {
    sessionAsked.value = true
    return
  }
  try {
    takeOver(await ask('getSession'))
  } catch (problem) {
    const nobody = problem instanceof PlatformRefusal && problem.code === 'platform.unauthenticated'
    if (nobody) sessionLapsed.value = session.value !== undefined
    if (nobody && !session.value) markSession(undefined)
    else if (!session.value) sessionProblem.value = problem
  } finally {
    sessionAsked.value = true
  }
}

export async function signOut(): Promise<void> {
  await ask('signOut')
  leave()
}

/** Puts away the page of a session that ended. */
export function leave(): void {
  session.value = undefined
  sessionLapsed.value = false
  carryCsrfToken(undefined)
  markSession(undefined)
}

function takeOver(given: StaffSession): void {
  session.value = given
  sessionLapsed.value = false
  carryCsrfToken(given.csrfToken)
}

const has = (...wanted: StaffRole[]) =>
  session.value?.roles.some(({ role }) => wanted.includes(role)) ?? false

export const isAdmin = computed(() => has('district-admin'))
export const isClerk = computed(() => has('district-admin', 'clerk'))
/** Serves the whole district, not single centres. */
export const seesDistrict = computed(
  () => session.value?.roles.some(({ centreId }) => centreId === undefined) ?? false,
)
