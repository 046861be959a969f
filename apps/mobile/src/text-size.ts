import { ref, watchEffect } from 'vue'

const kept = 'yunqian.large-type'

export const largeType = ref(readKept())

function readKept(): boolean {
  try {
    return localStorage.getItem(kept) === 'yes'
  } catch {
    return false
  }
}

/** Keeps the choice; the page's whole type grows with it. */
export function followTextSize(): void {
  watchEffect(() => {
    document.documentElement.dataset['type'] = largeType.value ? 'large' : 'normal'
    try {
      localStorage.setItem(kept, largeType.value ? 'yes' : 'no')
    } catch {
      // Storage is refused in private windows; the choice then lasts as long as the page.
    }
  })
}
