import { ref } from 'vue'

/** What was just done, said for a while; with a way back where nothing legal happened. */
export interface Notice {
  readonly id: number
  readonly text: string
  readonly undo?: () => Promise<void>
}

const shownMs = 8000
const most = 3
let last = 0

export const notices = ref<readonly Notice[]>([])

/** Says at the foot of the page what was done. */
export function tell(text: string, undo?: () => Promise<void>): void {
  const notice = { id: ++last, text, ...(undo ? { undo } : {}) }
  notices.value = [...notices.value, notice].slice(-most)
  setTimeout(() => dismiss(notice.id), shownMs)
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id)
}
