import { describe, expect, it } from 'vitest'
import { readArguments } from './verify-arguments.ts'

describe('arguments of verify', () => {
  it('takes a file and several anchors, in one option or many, before or after the file', () => {
    const both = { file: 'a.pdf', trust: ['r1.pem', 'r2.pem'] }
    expect(readArguments(['a.pdf', '--trust', 'r1.pem', 'r2.pem'])).toMatchObject(both)
    expect(readArguments(['a.pdf', '--trust', 'r1.pem', '--trust', 'r2.pem'])).toMatchObject(both)
    expect(readArguments(['--trust', 'r1.pem', 'a.pdf'])).toMatchObject({
      file: 'a.pdf',
      trust: ['r1.pem'],
    })
  })

  it('takes a date', () => {
    expect(readArguments(['a', '--at', '2026-11-24'])).toMatchObject({
      at: new Date('2026-11-24T00:00:00Z'),
    })
  })

  it.each([
    [[], 'no file'],
    [['--json'], 'no file'],
    [['a.pdf', 'b.pdf'], 'one file'],
    [['a.pdf', '--trust'], '--trust needs'],
    [['a.pdf', '--content', '--json'], '--content needs'],
    [['a.pdf', '--force'], 'unknown option'],
    [['a.pdf', '--at', 'yesterday'], '--at is a date'],
    [['a.pdf', '--at', '2026-13-41'], '--at is a date'],
    [['a.pdf', '--lang', 'fr'], '--lang'],
    [['a.pdf', '--at', '2026-01-01', '--at', '2027-01-01'], 'twice'],
  ])('refuses %j', (args, message) => {
    expect(readArguments(args)).toContain(message)
  })
})
