// Second opinions from Debian's packages. A test that needs one is skipped, with the reason printed, where it is absent.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** True when the program answers; otherwise says aloud what is skipped for want of it. */
export function programInstalled(program: string, versionFlag = 'version'): boolean {
  const found = spawnSync(program, [versionFlag]).error === undefined
  if (!found) console.warn(`skipped: ${program} is not installed`)
  return found
}

const BOUNCY_CASTLE = ['bcprov', 'bcpkix', 'bcutil'].map((jar) => `/usr/share/java/${jar}.jar`)

/** True when a JDK and BouncyCastle (libbcprov-java, libbcpkix-java) are there. */
export function bouncyCastleInstalled(): boolean {
  const missing = BOUNCY_CASTLE.filter((jar) => !existsSync(jar))
  if (missing.length > 0) console.warn(`skipped: libbcpkix-java (no ${missing.join(' ')})`)
  return programInstalled('javac', '-version') && missing.length === 0
}

/** Compiles `test/interop/java/<name>.java` into `folder` and returns a way to run it, line by line of its output. */
export function compileJava(name: string, folder: string): (...args: string[]) => string[] {
  const classPath = [...BOUNCY_CASTLE, folder].join(':')
  const source = join(import.meta.dirname, 'java', `${name}.java`)
  execFileSync('javac', ['-encoding', 'UTF-8', '-cp', classPath, '-d', folder, source])
  return (...args) =>
    execFileSync('java', ['-cp', classPath, name, ...args], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
}
