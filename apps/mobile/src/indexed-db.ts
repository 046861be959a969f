import type { CryptoKeyStore, PhoneStorage } from '@yunqian/client'

const databaseName = 'yunqian-phone'
type Store = 'values' | 'keys'

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1)
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore('values')
      request.result.createObjectStore('keys')
    })
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}

let opened: Promise<IDBDatabase> | undefined

/** Runs one request in one transaction; resolves when the transaction is complete, `strict` meaning on disk. */
async function run<T>(
  store: Store,
  mode: IDBTransactionMode,
  work: (objects: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await (opened ??= open())
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: 'strict' })
    const request = work(transaction.objectStore(store))
    transaction.addEventListener('complete', () => resolve(request.result))
    transaction.addEventListener('abort', () => reject(transaction.error))
    transaction.addEventListener('error', () => reject(transaction.error))
  })
}

export function indexedDbStorage(): PhoneStorage {
  return {
    get: (key) => run('values', 'readonly', (values) => values.get(key)),
    put: async (key, value) => {
      await run('values', 'readwrite', (values) => values.put(value.slice(), key))
    },
    delete: async (key) => {
      await run('values', 'readwrite', (values) => values.delete(key))
    },
  }
}

/** CryptoKeys by structured clone: the page can use them and never read them. */
export function indexedDbKeyStore(): CryptoKeyStore {
  return {
    get: (name) => run('keys', 'readonly', (keys) => keys.get(name)),
    put: async (name, key) => {
      await run('keys', 'readwrite', (keys) => keys.put(key, name))
    },
    clear: async () => {
      await run('keys', 'readwrite', (keys) => keys.clear())
    },
  }
}
