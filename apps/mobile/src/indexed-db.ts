import { type CryptoKeyStore, PhoneError, type PhoneStorage } from '@yunqian/client'

const databaseName = 'yunqian-phone'
type Store = 'values' | 'keys'
type Kept = CryptoKeyPair | CryptoKey

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1)
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore('values')
      request.result.createObjectStore('keys')
    })
    request.addEventListener('success', () => {
      // Browsers close it behind a page's back (Safari after a pause, anyone when site data is cleared): open anew.
      request.result.addEventListener('close', () => (opened = undefined))
      resolve(request.result)
    })
    request.addEventListener('error', () => reject(request.error))
  })
}

let opened: Promise<IDBDatabase> | undefined

/** Works in one transaction; resolves when that is complete, `strict` meaning on disk. */
async function run<T>(
  store: Store,
  mode: IDBTransactionMode,
  work: (objects: IDBObjectStore, done: (result: T) => void) => void,
): Promise<T> {
  try {
    const database = await (opened ??= open())
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: 'strict' })
      let result: T
      work(transaction.objectStore(store), (found) => (result = found))
      transaction.addEventListener('complete', () => resolve(result))
      transaction.addEventListener('abort', () => reject(transaction.error))
      transaction.addEventListener('error', () => reject(transaction.error))
    })
  } catch (cause) {
    opened = undefined
    throw new PhoneError('phone.storage-unavailable', { cause })
  }
}

function read<T>(request: IDBRequest<T>, done: (found: T) => void): void {
  request.addEventListener('success', () => done(request.result))
}

export function indexedDbStorage(): PhoneStorage {
  return {
    get: (key) =>
      run<Uint8Array | undefined>('values', 'readonly', (values, done) =>
        read(values.get(key), done),
      ),
    put: (key, value) =>
      run<void>('values', 'readwrite', (values) => void values.put(value.slice(), key)),
    delete: (key) => run<void>('values', 'readwrite', (values) => void values.delete(key)),
  }
}

/** CryptoKeys by structured clone: the page can use them and never read them. */
export function indexedDbKeyStore(): CryptoKeyStore {
  return {
    get: (name) =>
      run<Kept | undefined>('keys', 'readonly', (keys, done) => read(keys.get(name), done)),
    keep: (name, key) =>
      run<Kept>('keys', 'readwrite', (keys, done) =>
        read(keys.get(name) as IDBRequest<Kept | undefined>, (kept) => {
          if (kept === undefined) keys.put(key, name)
          done(kept ?? key)
        }),
      ),
    clear: () => run<void>('keys', 'readwrite', (keys) => void keys.clear()),
  }
}
