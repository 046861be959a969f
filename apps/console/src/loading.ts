import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Loading<T> {
  readonly value: ShallowRef<T | undefined>
  readonly problem: ShallowRef<unknown>
  readonly busy: Ref<boolean>
  reload(): Promise<void>
}

/** Something the page reads: what came, what went wrong, and how to read again. The latest call wins. */
export function loading<T>(read: () => Promise<T>): Loading<T> {
  const value = shallowRef<T>()
  const problem = shallowRef<unknown>()
  const busy = ref(false)
  let latest = 0
  const reload = async (): Promise<void> => {
    const mine = ++latest
    busy.value = true
    try {
      const came = await read()
      if (mine !== latest) return
      value.value = came
      problem.value = undefined
    } catch (refusal) {
      if (mine === latest) problem.value = refusal
    } finally {
      if (mine === latest) busy.value = false
    }
  }
  void reload()
  return { value, problem, busy, reload }
}
