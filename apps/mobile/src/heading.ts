import { nextTick } from 'vue'
import { say } from './messages.ts'

/**
 * Tells a screen reader where it is: the new screen's heading takes the focus and names the tab. Called whenever
 * the whole screen was exchanged, because a page that never loads anew says nothing by itself.
 */
export async function announceScreen(): Promise<void> {
  await nextTick()
  const heading = document.querySelector('h1')
  document.title = heading ? `${heading.textContent.trim()} · ${say('product')}` : say('product')
  if (!heading || document.querySelector('dialog[open]')) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
}
