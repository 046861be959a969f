import { onScopeDispose, ref } from 'vue'
import { sessionLapsed } from './session.ts'

const everyMs = 5000
const restMs = 1500
let touchedAt = 0

export const online = ref(navigator.onLine)
addEventListener('online', () => (online.value = true))
addEventListener('offline', () => (online.value = false))
for (const hand of ['pointermove', 'pointerdown', 'wheel', 'keydown'])
  addEventListener(hand, () => (touchedAt = performance.now()), { capture: true, passive: true })

/** Runs again and again while the page is looked at; never while a hand moves over it, so that no row slips away. */
export function whileWatched(run: () => void): void {
  const timer = setInterval(() => {
    const resting = performance.now() - touchedAt > restMs
    if (resting && !document.hidden && online.value && !sessionLapsed.value) run()
  }, everyMs)
  onScopeDispose(() => clearInterval(timer))
}
