declare module 'virtual:offline-page' {
  /** An OfflinePage; absent while developing, when none is built. */
  export const offlinePage:
    | {
        readonly fileName: string
        readonly bytes: number
        readonly sha256: string
        readonly sm3: string
      }
    | undefined
}

declare module 'virtual:pdfjs-files' {
  /** Base64 by name below pdf.js's folder. */
  export const files: Readonly<Record<string, string>>
}
