import type { PhoneStorage } from './ports.ts'

/** Storage of a phone that lives as long as its process. */
export function memoryStorage(): PhoneStorage {
  const values = new Map<string, Uint8Array>()
  return {
    get: async (key) => values.get(key)?.slice(),
    put: async (key, value) => {
      values.set(key, value.slice())
    },
    delete: async (key) => {
      values.delete(key)
    },
  }
}
