import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import type { MessageGateway } from './message-gateway.ts'

const read = (given: Partial<MessageGateway>) =>
  readConfig({}, { messageGateway: given as MessageGateway })

describe('the text-message gateway', () => {
  it('is taken as it is given', () => {
    for (const url of [
      'https://sms.example.cn/v1?to=a@b.cn',
      'https://sms.example.cn:8443/@us',
      'http://127.0.0.1:9000/sms',
    ])
      expect(read({ url }).messageGateway).toMatchObject({ url, attempts: 6 })
  })

  it('is refused with a user or password in its address, which no call could be made with', () => {
    for (const url of [
      'https://user:s3cret@sms.example.cn/v1',
      'https://s3cret@sms.example.cn',
      'https://:s3cret@sms.example.cn',
    ]) {
      expect(() => read({ url })).toThrow(/must not contain a user or password/)
      // What refuses a secret does not print it.
      expect(() => read({ url })).not.toThrow(/s3cret/)
    }
  })

  it('is refused with an address that is none', () => {
    for (const url of ['https://[sms', 'https://sms.example.cn:99999/'])
      expect(() => read({ url })).toThrow(/not an address/)
  })

  it('is refused with a secret that nothing uses, or none where one is needed', () => {
    const url = 'https://sms.example.cn'
    expect(() => read({ url, secretFile: '/etc/secret' })).toThrow(/given together/)
    expect(() => read({ url, authentication: 'bearer' })).toThrow(/given together/)
  })
})
