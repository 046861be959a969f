import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { doing } from './doing.ts'
import { whileWatched } from './live.ts'
import { loading } from './loading.ts'

const pageSize = 50

export interface Listed<Row> {
  /** Undefined until the first page came. */
  readonly rows: ComputedRef<readonly Row[] | undefined>
  readonly problem: ShallowRef<unknown>
  /** Other filters were chosen, and what is shown still is of the former ones. */
  readonly changing: Ref<boolean>
  readonly ended: Ref<boolean>
  readonly busy: Ref<boolean>
  readonly moreProblem: ShallowRef<unknown>
  reload(): Promise<void>
  more(): Promise<void>
}

type Filters = Readonly<Record<string, string | undefined>>
export type Page<F extends Filters> = Filled<F> & {
  readonly limit: number
  readonly before?: string
}
type Filled<F> = { readonly [K in keyof F]?: Exclude<F[K], undefined> }

/**
 * A list, newest first, read page by page. It reads anew when its filters change; `momentOf` is what the next page
 * must come before. A list that comes whole leaves it out.
 */
export function listed<Row, F extends Filters>(given: {
  readonly filters?: () => F
  readonly read: (page: Page<F>) => Promise<readonly Row[]>
  readonly momentOf?: (row: Row) => string
  readonly live?: boolean
}): Listed<Row> {
  const { read, momentOf } = given
  const earlier = shallowRef<readonly Row[]>([])
  const ended = ref(true)
  const filters = computed(() => JSON.stringify(given.filters?.() ?? {}))
  const page = (before?: string) =>
    read({
      ...withoutEmpty(JSON.parse(filters.value) as F),
      limit: pageSize,
      ...(before ? { before } : {}),
    })
  const { value, problem, reload } = loading(async () => {
    const rows = await page()
    earlier.value = []
    ended.value = !momentOf || rows.length < pageSize
    return rows
  })
  const rows = computed(() => value.value && [...value.value, ...earlier.value])
  const { busy, problem: moreProblem, run } = doing()
  const more = () =>
    run(async () => {
      const last = rows.value?.at(-1)
      if (!last || !momentOf) return
      const next = await page(momentOf(last))
      earlier.value = [...earlier.value, ...next]
      ended.value = next.length < pageSize
    })
  // Looking further back stops the reading-again: it would take the later pages away.
  if (given.live) whileWatched(() => (earlier.value.length > 0 ? undefined : void reload()))
  const changing = ref(false)
  watch(filters, async () => {
    changing.value = true
    await reload()
    changing.value = false
  })
  return { rows, problem, changing, ended, busy, moreProblem, reload, more }
}

function withoutEmpty<F extends Filters>(filters: F): Filled<F> {
  const chosen = Object.entries(filters).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(chosen) as Filled<F>
}
