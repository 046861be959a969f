import { describe, expect, it } from 'vitest'
import { zh } from './messages.ts'
import { missingContent, verdictSentence } from './verdict-sentence.ts'

const reason = 'integrity.altered'

describe('the sentence of a verdict', () => {
  it('never speaks of signatures where the file is a certificate or a timestamp', () => {
    for (const verdict of ['valid', 'invalid', 'indeterminate'] as const) {
      expect(zh[verdictSentence({ kind: 'certificate', verdict, reason })]).toContain('证书')
      expect(zh[verdictSentence({ kind: 'timestamp', verdict, reason })]).toContain('时间戳')
      expect(zh[verdictSentence({ kind: 'bundle', verdict, reason })]).toContain('证据包')
      expect(zh[verdictSentence({ kind: 'pdf', verdict, reason })]).toContain('签名')
    }
  })

  it('never calls a file valid that is not', () => {
    const kinds = ['pdf', 'cms', 'timestamp', 'certificate', 'bundle', 'unknown'] as const
    for (const kind of kinds) {
      const valid = verdictSentence({ kind, verdict: 'valid', reason: 'all-passed' })
      for (const verdict of ['invalid', 'indeterminate', 'unreadable'] as const)
        expect(verdictSentence({ kind, verdict, reason })).not.toBe(valid)
    }
  })

  it('says of an unsigned file that it is not signed', () => {
    const unsigned = { kind: 'pdf', verdict: 'indeterminate', reason: 'file.no-signature' } as const
    expect(zh[verdictSentence(unsigned)]).toBe('这份文件没有签名。')
  })

  it('asks for the content only where that is what is missing', () => {
    expect(missingContent({ reason: 'integrity.content-missing' })).toBe('contentNeeded')
    expect(missingContent({ reason: 'timestamp.content-missing' })).toBe('stampedNeeded')
    expect(missingContent({ reason: 'all-passed' })).toBeUndefined()
  })
})
