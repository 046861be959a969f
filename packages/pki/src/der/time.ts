import { DerError } from '../errors.ts'
import { expectTag } from './fields.ts'
import { type DerNode, TAG } from './node.ts'

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z$/

/** UTCTime or GeneralizedTime in the DER forms (X.690 §11.7, §11.8): Zulu, with seconds. */
export function readTime(node: DerNode): Date {
  return node.tag === TAG.utcTime ? readUtcTime(node) : readGeneralizedTime(node)
}

function readUtcTime(node: DerNode): Date {
  const parts = UTC_TIME.exec(textOf(node))
  if (!parts) throw invalid(node)
  // RFC 5280 §4.1.2.5.1: two-digit years 50 to 99 are in the twentieth century.
  const year = Number(parts[1])
  return dateOf(node, year < 50 ? 2000 + year : 1900 + year, parts, '')
}

/** GeneralizedTime; fractions are kept to the millisecond. */
export function readGeneralizedTime(node: DerNode, tag: number = TAG.generalizedTime): Date {
  expectTag(node, tag)
  const parts = GENERALIZED_TIME.exec(textOf(node))
  if (!parts) throw invalid(node)
  return dateOf(node, Number(parts[1]), parts, parts[7] ?? '')
}

function dateOf(node: DerNode, year: number, parts: RegExpExecArray, fraction: string): Date {
  const [month, day, hour, minute, second] = parts.slice(2, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second, Number(fraction.padEnd(3, '0').slice(0, 3)))
  // Date rolls 31 February over into March; what does not come back unchanged was not a date.
  const same =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  if (!same) throw invalid(node)
  return date
}

const textOf = (node: DerNode): string => String.fromCharCode(...node.content.subarray(0, 64))

const invalid = (node: DerNode): DerError =>
  new DerError('pki.der-invalid-value', node.offset, 'time')
