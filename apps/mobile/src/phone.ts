import { computed, ref, shallowRef } from 'vue'
import type { Enrollment, PhoneState } from '@yunqian/api'
import { Phone, PhoneError, webCryptoDeviceKeys } from '@yunqian/client'
import { indexedDbKeyStore, indexedDbStorage } from './indexed-db.ts'

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
    fetch: (...request) => globalThis.fetch(...request),
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

/** Reads where the person stands; every screen calls it after an act that changes that. */
export async function reload(): Promise<void> {
  try {
    enrollment.value = await phone().enrollment()
    if (enrollment.value?.state === 'issued') phoneState.value = await phone().state()
    loadProblem.value = undefined
  } catch (problem) {
    loadProblem.value = problem
  } finally {
    loaded.value = true
  }
}

export function triesLeft(problem: unknown): number | undefined {
  const left = problem instanceof PhoneError ? problem.details['triesLeft'] : undefined
  return typeof left === 'number' ? left : undefined
}

export function hasCode(problem: unknown, ...codes: string[]): boolean {
  return problem instanceof PhoneError && codes.includes(problem.code)
}
