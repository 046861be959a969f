import { ref } from 'vue'

/** Where the page is, told by the part of the address after #, which never reaches a server. */
export type Place =
  | { readonly at: 'home' | 'scan' | 'certificate' | 'history' | 'handwriting' }
  | { readonly at: 'open-qr'; readonly qr: string }
  | { readonly at: 'task' | 'signed'; readonly taskId: string }

export function parsePlace(hash: string): Place {
  const [, first = '', ...rest] = hash.replace(/^#/, '').split('/')
  const tail = decoded(rest.join('/'))
  if (first === 'scan' && tail !== '') return { at: 'open-qr', qr: tail }
  if ((first === 'task' || first === 'signed') && tail !== '') return { at: first, taskId: tail }
  if (first === 'scan' || first === 'certificate' || first === 'history' || first === 'handwriting')
    return { at: first }
  return { at: 'home' }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const place = ref<Place>({ at: 'home' })

export function followAddress(): void {
  const read = () => {
    place.value = parsePlace(location.hash)
    scrollTo(0, 0)
  }
  addEventListener('hashchange', read)
  read()
}

/** `replace` leaves no step behind: the back button must not lead to a screen that is over. */
export function go(hash: string, options: { replace?: boolean } = {}): void {
  if (options.replace) {
    history.replaceState(null, '', `#/${hash}`)
    place.value = parsePlace(location.hash)
    scrollTo(0, 0)
  } else location.hash = `#/${hash}`
}
