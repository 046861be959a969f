import { describe, expect, it } from 'vitest'
import { zh } from './messages.ts'
import { missingContent, verdictSentence } from './verdict-sentence.ts'

describe('the sentence of a verdict', () => {
  it('never speaks of signatures where the file is a certificate or a timestamp', () => {
    for (const verdict of ['valid', 'invalid', 'indeterminate'] as const) {
      expect(zh[verdictSentence({ kind: 'certificate', verdict })]).toContain('证书')
      expect(zh[verdictSentence({ kind: 'timestamp', verdict })]).toContain('时间戳')
      expect(zh[verdictSentence({ kind: 'bundle', verdict })]).toContain('证据包')
      expect(zh[verdictSentence({ kind: 'pdf', verdict })]).toContain('签名')
    }
  })

  it('never calls a file valid that is not', () => {
    const kinds = ['pdf', 'cms', 'timestamp', 'certificate', 'bundle', 'unknown'] as const
    for (const kind of kinds) {
      const valid = verdictSentence({ kind, verdict: 'valid' })
      for (const verdict of ['invalid', 'indeterminate', 'unreadable'] as const)
        expect(verdictSentence({ kind, verdict })).not.toBe(valid)
    }
  })

  it('asks for the content only where that is what is missing', () => {
    expect(missingContent({ reason: 'integrity.content-missing' })).toBe('contentNeeded')
    expect(missingContent({ reason: 'timestamp.content-missing' })).toBe('stampedNeeded')
    expect(missingContent({ reason: 'all-passed' })).toBeUndefined()
  })
})
