import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'

// OWASP's row for scrypt with little memory: N = 2^15, r = 8, p = 3 (32 MiB for a moment), two at a time.
const logN = 15
const r = 8
const p = 3
const slots: { free: number; readonly waiting: (() => void)[] } = { free: 2, waiting: [] }

/** scrypt$log2 N$r$p$salt$hash; salt and hash in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, logN, r, p)
  return ['scrypt', logN, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/** Whether a password fits; with no stored hash it takes as long and says no, so that logins cannot be guessed. */
export async function fitsPassword(password: string, stored: string | undefined): Promise<boolean> {
  const parts = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/.exec(stored ?? '')
  if (!parts) {
    await derive(password, Buffer.alloc(16), logN, r, p)
    return false
  }
  const [n, rr, pp] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const hash = await derive(password, Buffer.from(parts[4] as string, 'base64url'), n, rr, pp)
  return timingSafeEqual(hash, Buffer.from(parts[5] as string, 'base64url'))
}

const common = [
  'password',
  '12345678',
  '123456789012',
  'qwertyuiop',
  'abcdefgh',
  'yunqian',
  'admin',
  'letmein',
  '11111111',
  '88888888',
  'iloveyou',
  'woaini',
]

/** Twelve characters, five different ones, and more than a common word with digits around it. */
export function isWeakPassword(password: string, login: string): boolean {
  const bare = password.normalize('NFKC').toLowerCase()
  if ([...bare].length < 12 || new Set(bare).size < 5) return true
  const words = [...common, login.toLowerCase()].filter((word) => word.length >= 3)
  const rest = words
    .reduce((left, word) => left.replaceAll(word, ''), bare)
    .replace(/[\d\s!@#$%.]/g, '')
  return rest.length < 4 && words.some((word) => bare.includes(word))
}

async function derive(
  password: string,
  salt: Uint8Array,
  n: number,
  blockSize: number,
  parallelization: number,
): Promise<Buffer> {
  if (slots.free > 0) slots.free--
  else await new Promise<void>((resolve) => slots.waiting.push(resolve))
  try {
    const options: ScryptOptions = {
      N: 2 ** n,
      r: blockSize,
      p: parallelization,
      maxmem: 256 * 2 ** n * blockSize,
    }
    return await new Promise<Buffer>((resolve, reject) =>
      scrypt(password.normalize('NFKC'), salt, 32, options, (error, hash) =>
        error ? reject(error) : resolve(hash),
      ),
    )
  } finally {
    const next = slots.waiting.shift()
    if (next) next()
    else slots.free++
  }
}
