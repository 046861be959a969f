// A platform in a process of its own with doctors who have phones, and a clinic that asks them to sign.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Phone } from '@yunqian/client'
import {
  asAdministrator,
  callerWith,
  enrol,
  pin,
  type Caller,
  type WholePlatform,
} from '../test/flows/platform.ts'

/** How late the event loop was, in milliseconds. */
export interface Lateness {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface Doctor {
  readonly phone: Phone
  readonly personId: string
}

export interface Ward {
  readonly url: string
  readonly doctors: readonly Doctor[]
  readonly clinic: Caller
  /** Since it was last asked. */
  lateness(): Promise<Lateness>
  /** Asks a doctor to sign a document and signs it. */
  sign(doctor: Doctor, documentId: string, form: 'cms' | 'pdf'): Promise<void>
  document(content: Uint8Array, mediaType: string): Promise<string>
  stop(): Promise<void>
}

export async function openWard(doctors: number): Promise<Ward> {
  const folder = mkdtempSync(join(tmpdir(), 'yunqian-bench-'))
  const child = fork(fileURLToPath(new URL('./watched-platform.ts', import.meta.url)), [folder])
  const { url, invitation, clinicKey } = await answer<Record<string, string>>(child)
  const platform = { url: url!, server: { invitation: { link: invitation! } } } as WholePlatform
  const clinic = callerWith(url!, { authorization: `Bearer ${clinicKey}` })
  const administrator = await asAdministrator(platform)
  const enrolled: Doctor[] = []
  for (let i = 0; i < doctors; i++) enrolled.push(await enrol(platform, administrator, doctor(i)))
  return {
    url: url!,
    doctors: enrolled,
    clinic,
    lateness: async () => {
      child.send('lateness')
      return answer<Lateness>(child)
    },
    sign: async ({ phone, personId }, documentId, form) => {
      const asked = { documentId, form, signer: { personId } }
      const task = await clinic<{ signingTaskId: string }>('POST', '/v1/signing-tasks', asked)
      const { task: done } = await phone.sign(await phone.openTask(task.signingTaskId), pin)
      if (done.state !== 'completed') throw new Error(`a signature ended ${done.state}`)
    },
    document: async (content, mediaType) => {
      const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
        title: '处方',
        documentType: 'prescription',
        mediaType,
        content: Buffer.from(content).toString('base64'),
      })
      return documentId
    },
    stop: async () => {
      const gone = once(child, 'exit')
      child.send('stop')
      await gone
    },
  }
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const heard = new AbortController()
  const { signal } = heard
  const gone = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the platform ended with ${code}`)
  })
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), gone])
    return message as T
  } finally {
    gone.catch(() => undefined)
    heard.abort()
  }
}

const surnames = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜'

/** People who do not exist, with ID numbers whose check digit is right (GB 11643). */
function doctor(i: number): { name: string; idNumber: string; mobile: string } {
  const body = `44030419800101${String(100 + i)}`
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0)
  const name = `${surnames[i % surnames.length]}医生`
  return { name, idNumber: body + '10X98765432'[sum % 11]!, mobile: `138${10_000_000 + i}` }
}
