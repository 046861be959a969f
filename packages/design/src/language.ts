import { ref, watchEffect } from 'vue'

export type Language = 'zh' | 'en'

const kept = 'yunqian.language'

/** The language of the page: Chinese unless the person chose otherwise here before. */
export const language = ref<Language>(readKept())

function readKept(): Language {
  try {
    return globalThis.localStorage?.getItem(kept) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

/** Keeps the choice and tells the browser which language the page is in. */
export function followLanguage(): void {
  watchEffect(() => {
    document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
    try {
      localStorage.setItem(kept, language.value)
    } catch {
      // Storage is refused in private windows; the choice then lasts as long as the page.
    }
  })
}

/**
 * Typed message table: `say('greeting', { name })` gives the text in the page's language with `{name}` filled in.
 * Both languages must have the same keys, which the type demands and a test of every table repeats.
 */
export function messageTable<Keys extends string>(tables: {
  readonly zh: Readonly<Record<Keys, string>>
  readonly en: Readonly<Record<Keys, string>>
}): (key: Keys, values?: Readonly<Record<string, string | number>>) => string {
  return (key, values = {}) =>
    tables[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
      String(values[name] ?? whole),
    )
}

/** Picks from a pair of texts as the API gives them. */
export function pick(pair: { readonly zh: string; readonly en: string }): string {
  return pair[language.value]
}
