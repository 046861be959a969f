import type { DocumentVersion, ShownDocument } from '@yunqian/verify'
import { type Ref, ref, shallowReactive, shallowRef, type ShallowRef } from 'vue'
import { type ChangedRegions, changedRegions, type Region } from './changed-regions.ts'
import { type PagePair, pairPages } from './pair-pages.ts'
import { type DrawnPage, drawPage, type OpenPdf, openPdf, pixelsOf } from './pdf-document.ts'

/** One row of the view: a page, or a page then beside the page now. */
export interface Sheet {
  readonly pair: PagePair
  /** Height over width. */
  ratio: number
  failed: boolean
  /** Drawn only while near the window. */
  before: HTMLCanvasElement | undefined
  now: HTMLCanvasElement | undefined
  /** Known once the page was compared. */
  found: ChangedRegions | undefined
  /** The expected places of this page, as parts of it. */
  places: readonly Region[]
}

export interface SheetsInput {
  readonly shown: ShownDocument
  /** What to compare with; undefined to show the pages alone. */
  readonly version: DocumentVersion | undefined
  /** Signatures that came since, whose appearance is no change of the content. */
  readonly expected: ShownDocument['signaturePlaces']
}

const a4 = 297 / 210

// Asking every page of a very long document for its size takes longer than a reader waits.
const mostSized = 300

/** Opens, draws and compares the pages of one view: those near the window first, then all others one by one. */
export class Sheets {
  readonly list: ShallowRef<readonly Sheet[] | undefined> = shallowRef()
  readonly failed: Ref<boolean> = ref(false)
  readonly #input: SheetsInput
  readonly #near = new Set<Sheet>()
  #now: OpenPdf | undefined
  #then: OpenPdf | undefined
  #busy = false
  #closed = false

  constructor(input: SheetsInput) {
    this.#input = input
  }

  async open(): Promise<void> {
    const { shown, version } = this.#input
    try {
      this.#now = await openPdf(shown.bytes)
      if (version) this.#then = await openPdf(shown.bytes.subarray(0, version.length))
      // The reader may have moved on meanwhile.
      if (this.#closed) this.close()
      else await this.#lay()
    } catch {
      this.failed.value = true
    }
  }

  /** The sheet came near the window, or left it. */
  near(sheet: Sheet, here: boolean): void {
    if (here) this.#near.add(sheet)
    else {
      this.#near.delete(sheet)
      sheet.before = undefined
      sheet.now = undefined
    }
    void this.#work()
  }

  close(): void {
    this.#closed = true
    this.#now?.close()
    this.#then?.close()
  }

  async #lay(): Promise<void> {
    const { shown, version } = this.#input
    const pairs = version
      ? pairPages(version.pages, shown.pages)
      : shown.pages.map((_, i) => ({ now: i + 1 }))
    const ratios = await this.#ratios(pairs)
    this.list.value = pairs.map((pair, i) => blank(pair, ratios[i] ?? ratios[0] ?? a4))
    void this.#work()
  }

  async #ratios(pairs: readonly PagePair[]): Promise<number[]> {
    const ratios: number[] = []
    for (const { now, before } of pairs.slice(0, mostSized)) {
      const pdf = now === undefined ? this.#then : this.#now
      const page = await pdf!.document.getPage((now ?? before) as number)
      const { width, height } = page.getViewport({ scale: 1 })
      ratios.push(height / width)
    }
    return ratios
  }

  async #work(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    for (let next = this.#next(); next && !this.#closed; next = this.#next()) await this.#do(next)
    this.#busy = false
  }

  #next(): Sheet | undefined {
    const undrawn = (sheet: Sheet): boolean => !sheet.failed && !sheet.now && !sheet.before
    const seen = [...this.#near].find(undrawn)
    if (seen || !this.#input.version) return seen
    return this.list.value?.find((sheet) => !sheet.failed && !sheet.found)
  }

  async #do(sheet: Sheet): Promise<void> {
    const { before: earlier, now } = sheet.pair
    try {
      const after = now === undefined ? undefined : await drawPage(this.#now!.document, now)
      const before =
        earlier === undefined ? undefined : await drawPage(this.#then!.document, earlier)
      if (this.#input.version) this.#compare(sheet, before, after)
      if (!this.#near.has(sheet)) return
      sheet.now = after?.canvas
      sheet.before = before?.canvas
    } catch {
      sheet.failed = true
    }
  }

  #compare(sheet: Sheet, before: DrawnPage | undefined, after: DrawnPage | undefined): void {
    if (sheet.found) return
    // A page that came or went is a change as a whole; it needs no frame.
    if (!before || !after) {
      sheet.found = { changes: [], places: [] }
      return
    }
    const here = this.#input.expected.filter(({ page }) => page === sheet.pair.now)
    sheet.places = here.map(({ rect }) => after.place(rect))
    sheet.found = changedRegions(pixelsOf(before.canvas), pixelsOf(after.canvas), sheet.places)
  }
}

function blank(pair: PagePair, ratio: number): Sheet {
  return shallowReactive<Sheet>({
    pair,
    ratio,
    failed: false,
    before: undefined,
    now: undefined,
    found: undefined,
    places: [],
  })
}

/** Whether the content of a page differs: framed changes, or the page came or went. */
export function differs({ pair, found }: Sheet): boolean {
  return pair.before === undefined || pair.now === undefined || (found?.changes.length ?? 0) > 0
}
