import { describe, expect, it } from 'vitest'
import { failedTests, knownAnswers } from './self-test.ts'

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

describe('the module’s self-tests', () => {
  it('hold', () => {
    expect(failedTests(knownAnswers, random)).toEqual([])
  })

  it('find a random source that is stuck, constant or absent', () => {
    const stuck = new Uint8Array(32).map((_, index) => index)
    expect(failedTests(knownAnswers, () => stuck.slice())).toEqual(['random'])
    expect(failedTests(knownAnswers, (length) => new Uint8Array(length))).toEqual(['random'])
    expect(
      failedTests(knownAnswers, () => {
        throw new Error('no entropy')
      }),
    ).toEqual(['random'])
  })

  it('cover every algorithm that touches the key', () => {
    expect(knownAnswers.map(({ name }) => name)).toEqual([
      'sm3',
      'hmac-sm3',
      'sm4-gcm',
      'sm2-verify',
      'sm2-verify-refuses',
      'sm2-two-party-sign',
      'random',
    ])
  })
})
