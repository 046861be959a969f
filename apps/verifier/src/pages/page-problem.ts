/** What the page shows when a document can be judged but not drawn. */
export const pagesNotShown = {
  code: 'verifier.pages-not-shown',
  zh: '这份文件的页面画不出来。这不影响上面的结论：结论只取决于文件的字节。',
  en: 'The pages of this file cannot be drawn. The verdict above does not depend on it: it rests on the bytes of the file alone.',
} as const
