import { residentIdFits } from './resident-id.ts'

export interface Identity {
  readonly centreCode: string
  readonly name: string
  readonly idNumber: string
  readonly mobile: string
}

/** What a person meant: full-width digits, spaces and lower case from a hurried thumb or a pasted message. */
export function normalised(typed: Identity): Identity {
  const plain = (text: string) => text.normalize('NFKC')
  const unspaced = (text: string) => plain(text).replaceAll(/[\s-]/g, '')
  return {
    centreCode: plain(typed.centreCode).replaceAll(/\s/g, '').toUpperCase(),
    name: plain(typed.name).trim().replaceAll(/\s+/g, ' '),
    idNumber: unspaced(typed.idNumber).toUpperCase(),
    mobile: unspaced(typed.mobile).replace(/^\+?86(?=1[0-9]{10}$)/, ''),
  }
}

/** The fields that cannot be right, in the order they are shown. */
export function faultyFields(identity: Identity): readonly (keyof Identity)[] {
  const fits: Record<keyof Identity, boolean> = {
    centreCode: /^[A-Z0-9-]{2,20}$/.test(identity.centreCode),
    name: identity.name !== '',
    idNumber: residentIdFits(identity.idNumber),
    mobile: /^1[3-9][0-9]{9}$/.test(identity.mobile),
  }
  return (Object.keys(fits) as (keyof Identity)[]).filter((field) => !fits[field])
}
