import { ref, type Ref } from 'vue'

const shownMs = 2000

/** Copies a text and says so for a moment; false where the browser gives no clipboard, as without TLS. */
export function copying(): { readonly copied: Ref<boolean>; copy(text: string): Promise<boolean> } {
  const copied = ref(false)
  const copy = async (text: string): Promise<boolean> => {
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      return false
    }
    copied.value = true
    setTimeout(() => (copied.value = false), shownMs)
    return true
  }
  return { copied, copy }
}
