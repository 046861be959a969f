declare module 'virtual:offline-page' {
  /** Absent while developing, when the offline page is not built. */
  export const offlinePage: import('./edition.ts').OfflinePage | undefined
}

declare module 'virtual:pdfjs-files' {
  /** Base64 by name below pdf.js's folder. */
  export const files: Readonly<Record<string, string>>
}
