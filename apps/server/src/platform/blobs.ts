import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { digestOf } from './digest.ts'
import { PlatformError } from './errors.ts'

/**
 * Large objects, named by the SM3 of their bytes. An implementer must promise: `put` resolves only when the bytes survive
 * a power cut; putting the same bytes again is harmless; nothing put is ever changed. Throws
 * `platform.storage-unavailable` when there is no room or no writing, and then has kept nothing.
 */
export interface Blobs {
  put(bytes: Uint8Array): Promise<{ readonly sm3Hex: string; readonly size: number }>
  /** Throws `platform.blob-missing`, or `platform.blob-damaged` when the bytes no longer fit the name. */
  get(sm3Hex: string): Promise<Uint8Array>
}

/** An object store in a local folder. */
export function openBlobFolder(folder: string): Blobs {
  const place = (sm3Hex: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sm3Hex)) throw new TypeError('a blob is named by 32 bytes in hex')
    return join(folder, sm3Hex.slice(0, 2), sm3Hex.slice(2, 4), sm3Hex)
  }
  return {
    async put(bytes) {
      const sm3Hex = (await digestOf('sm3', bytes)).toString('hex')
      const file = place(sm3Hex)
      try {
        if (!(await exists(file))) await write(file, bytes)
        // Also for what was there: whoever wrote it may have died before its name was durable.
        for (const level of [dirname(file), dirname(dirname(file)), folder]) await syncFolder(level)
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException
        const message = `an object cannot be stored (${code})`
        throw new PlatformError('platform.storage-unavailable', message, { code }, cause)
      }
      return { sm3Hex, size: bytes.length }
    },
    async get(sm3Hex) {
      let bytes: Buffer
      try {
        bytes = await readFile(place(sm3Hex))
      } catch (cause) {
        throw new PlatformError('platform.blob-missing', 'an object is gone', { sm3Hex }, cause)
      }
      if ((await digestOf('sm3', bytes)).toString('hex') !== sm3Hex)
        throw new PlatformError('platform.blob-damaged', 'an object was altered', { sm3Hex })
      return new Uint8Array(bytes)
    },
  }
}

// Written aside and renamed: a reader never meets half an object, a death leaves only a temporary file.
async function write(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const aside = `${file}.${randomBytes(6).toString('hex')}`
  try {
    const handle = await open(aside, 'wx', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(aside, file)
  } catch (error) {
    // On a full disk, half an object would hold the room the next one needs.
    await rm(aside, { force: true }).catch(() => undefined)
    throw error
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
