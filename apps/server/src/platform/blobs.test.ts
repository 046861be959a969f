import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openBlobFolder } from './blobs.ts'

let place: string
let folder: string
const bytes = new TextEncoder().encode('门诊病历')

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'yunqian-blobs-'))
  folder = join(place, 'objects')
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

it('keeps bytes under their SM3, once, and finds them altered', async () => {
  const blobs = openBlobFolder(folder)
  const { sm3Hex, size } = await blobs.put(bytes)
  expect(size).toBe(12)
  expect(await blobs.put(bytes)).toEqual({ sm3Hex, size })
  expect(await blobs.get(sm3Hex)).toEqual(bytes)
  const file = join(folder, sm3Hex.slice(0, 2), sm3Hex.slice(2, 4), sm3Hex)
  expect(readdirSync(join(file, '..'))).toEqual([sm3Hex])
  writeFileSync(file, 'other')
  await expect(blobs.get(sm3Hex)).rejects.toMatchObject({ code: 'platform.blob-damaged' })
})

it('says when its folder is away, keeps nothing by half, and goes on when it is back', async () => {
  const blobs = openBlobFolder(folder)
  const { sm3Hex } = await blobs.put(bytes)
  const away = join(place, 'away')
  renameSync(folder, away)
  // A volume that is not mounted, whoever asks: root is refused like everybody.
  writeFileSync(folder, '')
  const other = new TextEncoder().encode('处方')
  await expect(blobs.put(other)).rejects.toMatchObject({ code: 'platform.storage-unavailable' })
  await expect(blobs.get(sm3Hex)).rejects.toMatchObject({ code: 'platform.blob-missing' })
  rmSync(folder)
  renameSync(away, folder)
  expect(await blobs.get((await blobs.put(other)).sm3Hex)).toEqual(other)
  expect(await blobs.get(sm3Hex)).toEqual(bytes)
})
