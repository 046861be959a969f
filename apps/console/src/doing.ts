import { ref, shallowRef } from 'vue'

/** An act of the person: runs once at a time and keeps what went wrong for the page to show. */
export function doing() {
  const busy = ref(false)
  const problem = shallowRef<unknown>()
  const run = async (act: () => Promise<void>): Promise<void> => {
    if (busy.value) return
    busy.value = true
    problem.value = undefined
    try {
      await act()
    } catch (refusal) {
      problem.value = refusal
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, run }
}
