import { createHash } from 'node:crypto'
import { copyFile, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { sm3, toHex } from '@yunqian/sm'

const usage = '用法 usage: yunqian offline-page [--out FILE]\n'
const page = fileURLToPath(
  new URL('../../../verifier/dist/yunqian-verify-offline.html', import.meta.url),
)

/**
 * `yunqian offline-page`: the digests of the offline verification page as these sources build it, so that a stranger
 * can compare the one a platform handed out; `--out` writes the page itself.
 */
export async function run(args: readonly string[]): Promise<number> {
  let out: string | undefined
  try {
    out = parseArgs({ args: [...args], options: { out: { type: 'string' } } }).values.out
  } catch {
    process.stderr.write(usage)
    return 64
  }
  const bytes = await readFile(page).catch(() => undefined)
  if (!bytes) {
    process.stderr.write('yunqian offline-page: 页面尚未构建 not built yet: npm run build\n')
    return 69
  }
  try {
    if (out !== undefined) await copyFile(page, out)
  } catch {
    process.stderr.write(`yunqian offline-page: 无法写入 cannot write ${out}\n`)
    return 73
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  process.stdout.write(`SHA-256  ${sha256}\nSM3      ${toHex(sm3(bytes))}\n`)
  if (out !== undefined) process.stdout.write(`${out}\n`)
  return 0
}
