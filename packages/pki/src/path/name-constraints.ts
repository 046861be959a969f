import { ATTRIBUTE_TYPE, nameIsWithin } from '../x509/name.ts'
import type { Certificate } from '../x509/certificate.ts'
import { isSelfIssued } from '../x509/certificate.ts'
import type { GeneralName } from '../x509/general-name.ts'

/**
 * Whether a certificate's names lie inside what one issuer above it permits (RFC 5280 §4.2.1.10, §6.1.3 b, c).
 * Self-issued certificates that are not the leaf are exempt.
 */
export function namesPermitted(
  certificate: Certificate,
  issuer: Certificate,
  isLeaf: boolean,
): boolean {
  const constraints = issuer.nameConstraints
  if (!constraints || (isSelfIssued(certificate) && !isLeaf)) return true
  return namesOf(certificate).every((name) => {
    const permitted = constraints.permitted.filter((base) => sameForm(base, name))
    if (permitted.length > 0 && !permitted.some((base) => isWithin(name, base))) return false
    return !constraints.excluded.some(
      (base) => sameForm(base, name) && (!isComparable(base) || isWithin(name, base)),
    )
  })
}

function namesOf(certificate: Certificate): readonly GeneralName[] {
  const { subject, subjectAltNames } = certificate
  const names: GeneralName[] = [...subjectAltNames]
  if (subject.rdns.length > 0) names.push({ kind: 'directory', name: subject })
  // Old certificates carry the address in the subject; it counts where no alternative name is there.
  if (subjectAltNames.length === 0)
    for (const { type, value } of subject.rdns.flat())
      if (type === ATTRIBUTE_TYPE.emailAddress) names.push({ kind: 'email', value })
  return names
}

function sameForm(base: GeneralName, name: GeneralName): boolean {
  if (base.kind === 'other' && name.kind === 'other') return base.tagNumber === name.tagNumber
  return base.kind === name.kind
}

function isWithin(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === 'directory' && base.kind === 'directory')
    return nameIsWithin(name.name, base.name)
  if (name.kind === 'dns' && base.kind === 'dns') return hostWithin(name.value, base.value, true)
  if (name.kind === 'email' && base.kind === 'email') return emailWithin(name.value, base.value)
  if (name.kind === 'uri' && base.kind === 'uri') return uriWithin(name.value, base.value)
  if (name.kind === 'ip' && base.kind === 'ip') return addressWithin(name.bytes, base.bytes)
  return false
}

// A form we cannot compare misses every permission and meets every exclusion: both refuse.
function isComparable(base: GeneralName): boolean {
  return base.kind !== 'other' && base.kind !== 'registered-id'
}

function hostWithin(host: string, base: string, andBelow: boolean): boolean {
  const [own, limit] = [host.toLowerCase(), base.toLowerCase()]
  if (limit === '') return true
  if (limit.startsWith('.')) return own.endsWith(limit)
  return own === limit || (andBelow && own.endsWith(`.${limit}`))
}

function emailWithin(address: string, base: string): boolean {
  const at = address.lastIndexOf('@')
  const host = address.slice(at + 1)
  if (!base.includes('@')) return hostWithin(host, base, false)
  const limitAt = base.lastIndexOf('@')
  return (
    address.slice(0, at) === base.slice(0, limitAt) &&
    host.toLowerCase() === base.slice(limitAt + 1).toLowerCase()
  )
}

function uriWithin(uri: string, base: string): boolean {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:[\]]+)/i.exec(uri)?.[1]
  return host !== undefined && hostWithin(host, base, false)
}

function addressWithin(address: Uint8Array, base: Uint8Array): boolean {
  const { length } = address
  if (base.length !== length * 2) return false
  return address.every((byte, i) => {
    const mask = base[length + i] as number
    return (byte & mask) === ((base[i] as number) & mask)
  })
}
