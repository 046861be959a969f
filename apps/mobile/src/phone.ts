import { computed, ref, shallowRef } from 'vue'
import type { Enrollment, PhoneState } from '@yunqian/api'
import { Phone, PhoneError, webCryptoDeviceKeys } from '@yunqian/client'
import { indexedDbKeyStore, indexedDbStorage } from './indexed-db.ts'

// The platform holds a waiting request for 25 s; whatever takes much longer on a slow line has been lost.
const patienceMs = 60_000

/** What this page needs from the browser, and whether it is there. */
export function browserAbilities() {
  return {
    secure: globalThis.isSecureContext === true,
    subtle: globalThis.crypto?.subtle !== undefined,
    indexedDb: globalThis.indexedDB !== undefined,
  }
}

let made: Phone | undefined

/** The phone behind this page; its keys and share stay in this browser. */
export function phone(): Phone {
  return (made ??= new Phone({
    fetch: (input, init) => {
      const late = AbortSignal.timeout(patienceMs)
      const signal = init?.signal ? AbortSignal.any([init.signal, late]) : late
      return globalThis.fetch(input, { ...init, signal })
    },
    storage: indexedDbStorage(),
    deviceKeys: webCryptoDeviceKeys(crypto.subtle, indexedDbKeyStore()),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    now: () => new Date(),
    sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice())),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    baseUrl: location.origin,
  }))
}

export const enrollment = shallowRef<Enrollment>()
export const phoneState = shallowRef<PhoneState>()
export const loadProblem = shallowRef<unknown>()
export const loaded = ref(false)
export const handwritingPostponed = ref(false)
/** What the device itself says; a request that is waiting would notice much later. */
export const online = ref(globalThis.navigator?.onLine !== false)

/** Which of the four steps of the first run is due; 0 when they are done. */
export const dueStep = computed<0 | 1 | 2 | 3 | 4>(() => {
  switch (enrollment.value?.state) {
    case undefined:
    case 'rejected':
    case 'expired':
      return 1
    case 'code-sent':
    case 'proofed':
      return 2
    case 'approved':
    case 'key-made':
      return 3
    case 'issued':
      return phoneState.value?.handwriting || handwritingPostponed.value ? 0 : 4
  }
})

/** Whether the page knows enough to show where the person stands. */
export const standing = computed(
  () =>
    (loadProblem.value === undefined || enrollment.value !== undefined) &&
    (enrollment.value?.state !== 'issued' || phoneState.value !== undefined),
)

/** The platform no longer takes this phone for what it was, or what it kept is damaged: only a new application helps. */
export const lost = computed(() =>
  hasCode(
    loadProblem.value,
    'phone.device-unknown',
    'phone.device-retired',
    'phone.signature-invalid',
    'phone.storage-damaged',
    'enrollment.unknown',
  ),
)

/** Reads where the person stands; every screen calls it after an act that changes that. */
export async function reload(): Promise<void> {
  try {
    const standing = await phone().enrollment()
    const state = standing?.state === 'issued' ? await phone().state() : undefined
    enrollment.value = standing
    phoneState.value = state
    loadProblem.value = undefined
  } catch (problem) {
    loadProblem.value = problem
  } finally {
    loaded.value = true
  }
}

/** Makes this phone a stranger and shows the first step. */
export async function forgetThisPhone(): Promise<void> {
  await phone().forget()
  enrollment.value = undefined
  phoneState.value = undefined
  loadProblem.value = undefined
  handwritingPostponed.value = false
}

export function triesLeft(problem: unknown): number | undefined {
  const left = problem instanceof PhoneError ? problem.details['triesLeft'] : undefined
  return typeof left === 'number' ? left : undefined
}

export function hasCode(problem: unknown, ...codes: string[]): boolean {
  return problem instanceof PhoneError && codes.includes(problem.code)
}
