import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** A part of the page's state that lives in its address, so that it can be reloaded, sent and gone back to. */
export function inAddress(name: string, usual = ''): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const given = route.query[name]
      return typeof given === 'string' ? given : usual
    },
    set: (value) => {
      const query = { ...route.query, [name]: value === usual ? undefined : value }
      void router.replace({ query })
    },
  })
}

/** The value where it is one of those known. */
export function oneOf<Known extends string>(
  known: readonly Known[],
  value: string,
): Known | undefined {
  return known.find((one) => one === value)
}

/** The id of the object whose panel is open; going back closes it. */
export function opened(): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  const id = inAddress('open')
  return computed({
    get: () => id.value,
    set: (wanted) => {
      if (wanted) void router.push({ query: { ...route.query, open: wanted } })
      else id.value = ''
    },
  })
}
