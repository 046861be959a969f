import type { ListedVisit, Signing } from './clinic-api.ts'
import { type MessageKey, say } from './messages.ts'

interface Words {
  readonly tone: '' | 'good' | 'attention' | 'stop'
  readonly text: MessageKey
}

const signingWords: Readonly<Record<string, Words>> = {
  asking: { tone: 'attention', text: 'stateLater' },
  undeliverable: { tone: 'stop', text: 'stateFailed' },
  waiting: { tone: 'attention', text: 'stateSent' },
  scanned: { tone: 'attention', text: 'stateSent' },
  signing: { tone: 'attention', text: 'stateSigning' },
  signed: { tone: 'good', text: 'stateFinishing' },
  completed: { tone: 'good', text: 'stateCompleted' },
  refused: { tone: 'stop', text: 'stateRefused' },
  cancelled: { tone: '', text: 'stateCancelled' },
  expired: { tone: '', text: 'stateExpired' },
}

export function wordsOf(signing: Signing): Words {
  return signingWords[signing.state] ?? { tone: '', text: 'stateUnsigned' }
}

const reasonWords: Readonly<Record<string, MessageKey>> = {
  'certificate-stopped': 'reasonStopped',
  'member-left': 'reasonLeft',
  'centre-closed': 'reasonClosed',
}

/** The platform's own reasons are codes; what the signer wrote stays as it was written. */
export function reasonText(reason: string): string {
  const key = Object.hasOwn(reasonWords, reason) ? reasonWords[reason] : undefined
  return key ? say(key) : reason
}

export function isOpen(signing: Signing): boolean {
  return ['asking', 'waiting', 'scanned', 'signing', 'signed'].includes(signing.state)
}

/** The one word that a list shows about a visit. */
export function wordsOfVisit(visit: ListedVisit): Words {
  if (visit.recordState === 'none') return { tone: '', text: 'stateNone' }
  if (visit.recordState === 'draft') return { tone: '', text: 'stateDraft' }
  if (visit.signings.some((signing) => signing.state === 'asking'))
    return { tone: 'attention', text: 'stateLater' }
  if (visit.signings.some(isOpen)) return { tone: 'attention', text: 'stateWaiting' }
  if (visit.signings.some((signing) => signing.state === 'completed'))
    return { tone: 'good', text: 'stateSigned' }
  return { tone: 'attention', text: 'stateUnsigned' }
}
