import { describe, expect, it } from 'vitest'
import { parsePlace } from './place.ts'

describe('places of the phone', () => {
  it.each([
    ['', { at: 'home' }],
    ['#/', { at: 'home' }],
    ['#/unheard-of', { at: 'home' }],
    ['#/scan', { at: 'scan' }],
    ['#/scan/YQ1:L:AAAA', { at: 'open-qr', qr: 'YQ1:L:AAAA' }],
    ['#/scan/YQ1%3AS%3AAAAA', { at: 'open-qr', qr: 'YQ1:S:AAAA' }],
    ['#/task/0199', { at: 'task', taskId: '0199' }],
    ['#/signed/0199', { at: 'signed', taskId: '0199' }],
    ['#/certificate', { at: 'certificate' }],
  ])('reads %j', (hash, place) => expect(parsePlace(hash)).toEqual(place))
})
