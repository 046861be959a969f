import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { whileWatched } from './live.ts'
import { session } from './session.ts'

export interface Loading<T> {
  readonly value: ShallowRef<T | undefined>
  readonly problem: ShallowRef<unknown>
  readonly busy: Ref<boolean>
  reload(): Promise<void>
}

/**
 * Something the page reads: what came, what went wrong, and how to read again. The latest call wins. What came stays
 * when reading again fails; with `live` it is read again by itself while somebody looks.
 */
export function loading<T>(read: () => Promise<T>, options: { live?: boolean } = {}): Loading<T> {
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
  const again = () => (problem.value ? void reload() : undefined)
  // Whoever signed in again, or came back online, sees what failed meanwhile without asking for it.
  watch(session, again)
  addEventListener('online', again)
  onScopeDispose(() => removeEventListener('online', again))
  if (options.live) whileWatched(() => (busy.value ? undefined : void reload()))
  return { value, problem, busy, reload }
}
