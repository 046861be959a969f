// Cooperative signatures through everything: the phone's own package, HTTP, PostgreSQL with fsync, evidence events,
// timestamp, OCSP, CMS. The platform has a process of its own; phones and clinic share the other.
import type { Suite } from './rounds.ts'
import { openWard, type Ward } from './ward.ts'

let ward: Ward | undefined

export const suite: Suite = {
  name: 'signing',
  open: async () => {
    const { doctors, document, sign } = (ward = await openWard(32))
    const text = new TextEncoder().encode('阿莫西林 0.5 g')
    const documentId = await document(text, 'application/octet-stream')
    const atOnce = (phones: number) => ({
      name: phones === 1 ? 'one at a time' : `${phones} phones at once`,
      counts: phones,
      run: async () => {
        const signing = doctors.slice(0, phones).map((doctor) => sign(doctor, documentId, 'cms'))
        await Promise.all(signing)
      },
    })
    return [
      {
        title: 'Cooperative signatures, whole way',
        partsOnly: true,
        note: 'request, open, PIN, join, finish, CMS with timestamp and status; phones and clinic in one process, platform in another',
        contenders: [1, 8, 32].map(atOnce),
      },
    ]
  },
  close: () => ward?.stop(),
}
