import { expect, it } from 'vitest'
import { othersIn } from './event-subject.ts'

const names = { a: '陈静怡', b: '周敏', c: '周敏' }

it('names who had a part, in the subject’s order, each once and without the object itself', () => {
  const subject = { personId: 'a', certificateId: 'x', staffId: 'b', deviceId: 'c' }
  expect(othersIn(subject, names)).toBe('陈静怡 · 周敏')
  expect(othersIn(subject, names, 'a')).toBe('周敏')
  expect(othersIn({ certificateId: 'x' }, names)).toBe('')
})
