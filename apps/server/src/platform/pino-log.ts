import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { destination, pino } from 'pino'
import type { Log } from './log.ts'

/** Writes JSON lines to a file, or to standard output. Whoever logs passes ids and codes, never what people typed. */
export function openLog(level: string, file?: string): Log {
  if (file) mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // A net below the rule above.
      redact: {
        paths: [
          '*.authorization',
          '*.cookie',
          '*.password',
          '*.idNumber',
          '*.mobile',
          '*.pin',
          '*.token',
        ],
        censor: '…',
      },
    },
    destination({ dest: file ?? 1, sync: true, mode: 0o600 }),
  )
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  }
}
