import { PhoneError } from './errors.ts'

/** Runs a check of the server's part of the protocol; any failure means that the server did not keep to it. */
export function honest<T>(check: () => T): T {
  try {
    return check()
  } catch (cause) {
    throw new PhoneError('phone.server-dishonest', { cause })
  }
}
