import { ref, shallowRef } from 'vue'
import { loading } from './loading.ts'
import { doing } from './doing.ts'

export const pageSize = 50

/** A list, newest first, read page by page; `momentOf` is what the next page must come before. */
export function paged<Row>(
  read: (before: string | undefined) => Promise<readonly Row[]>,
  momentOf: (row: Row) => string,
) {
  const earlier = shallowRef<readonly Row[]>([])
  const ended = ref(false)
  const {
    value: first,
    problem,
    reload: reloadFirst,
  } = loading(async () => {
    const rows = await read(undefined)
    earlier.value = []
    ended.value = rows.length < pageSize
    return rows
  })
  const { busy, problem: moreProblem, run } = doing()
  const more = () =>
    run(async () => {
      const last = [...(first.value ?? []), ...earlier.value].at(-1)
      if (!last) return
      const rows = await read(momentOf(last))
      earlier.value = [...earlier.value, ...rows]
      ended.value = rows.length < pageSize
    })
  return { first, earlier, ended, problem, reload: reloadFirst, busy, moreProblem, more }
}
