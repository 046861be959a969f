import { computed, ref, shallowRef } from 'vue'
import type { StaffRole, StaffSession } from '@yunqian/api'
import { ask, carryCsrfToken, PlatformRefusal, whenSignedOut } from './platform.ts'

export const session = shallowRef<StaffSession>()
export const sessionAsked = ref(false)
export const sessionProblem = shallowRef<unknown>()

/** Takes over the session the platform answered with; undefined when signed out. */
export function enter(given: StaffSession | undefined): void {
  session.value = given
  carryCsrfToken(given?.csrfToken)
}

whenSignedOut(() => enter(undefined))

/** Asks whether this browser is signed in. */
export async function readSession(): Promise<void> {
  sessionProblem.value = undefined
  try {
    enter(await ask('getSession'))
  } catch (problem) {
    const nobody = problem instanceof PlatformRefusal && problem.code === 'platform.unauthenticated'
    if (!nobody) sessionProblem.value = problem
  } finally {
    sessionAsked.value = true
  }
}

export async function signOut(): Promise<void> {
  await ask('signOut')
  enter(undefined)
}

const has = (...wanted: StaffRole[]) =>
  session.value?.roles.some(({ role }) => wanted.includes(role)) ?? false

export const isAdmin = computed(() => has('district-admin'))
export const isClerk = computed(() => has('district-admin', 'clerk'))
