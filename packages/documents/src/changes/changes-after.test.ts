import { describe, expect, it } from 'vitest'
import {
  annotate,
  append,
  array,
  contentsRef,
  dict,
  dictWith,
  fakeDer,
  fakeSign,
  fromLatin,
  latin,
  name,
  pageOf,
  ref,
  valueOf,
} from '../../../../test/documents/attack.ts'
import { formPdf, samplePdf } from '../../../../test/documents/samples.ts'
import { extractOriginal } from '../original.ts'
import { type PdfFile, readPdf } from '../pdf-file.ts'
import { type IntactSignature, listSignatures } from '../signatures.ts'
import { isDict, isRef, isStream, type PdfDict, textString } from '../values.ts'
import { appendDss } from '../write/dss.ts'
import type { Increment } from '../write/increment.ts'
import { refuseIfUnsignable } from '../unsignable.ts'
import { changesAfter } from './changes-after.ts'

function first(pdf: PdfFile): IntactSignature {
  const found = listSignatures(pdf).find((s): s is IntactSignature => s.kind !== 'broken')
  if (!found) throw new Error('no signature')
  return found
}

/** Kinds after the first signature; a forbidden one begins with an exclamation mark. */
function kinds(bytes: Uint8Array): string[] {
  const pdf = readPdf(bytes)
  return changesAfter(pdf, first(pdf)).map((c) => `${c.allowed ? '' : '!'}${c.kind}`)
}

const material = {
  certificates: [Uint8Array.of(0x30, 1, 1), Uint8Array.of(0x30, 1, 2)],
  ocsps: [Uint8Array.of(0x30, 1, 3)],
  crls: [Uint8Array.of(0x30, 1, 4)],
  vriFor: fakeDer,
}
const visible = { appearance: { lines: [] } }

/** Certifies with a DocMDP level by hand, since the product itself only approves. */
function certify(bytes: Uint8Array, level: number): Uint8Array {
  return certified(latin(fakeSign(bytes, { reason: 'X'.repeat(140) })), level)
}

function certified(signed: string, level: number): Uint8Array {
  const reference = `/Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</P ${level} /V /1.2>> >>]`
  const reason = `/Reason (${'X'.repeat(140)})`
  return fromLatin(signed.replace(reason, reference.padEnd(reason.length)))
}

describe('what a rule clears', () => {
  it.each([false, true])(
    'a second signature, a store, a third signature (streams: %s)',
    async (objectStreams) => {
      const once = fakeSign(await samplePdf({ objectStreams }), visible)
      expect(kinds(once)).toEqual([])
      const twice = fakeSign(once, visible)
      const stored = appendDss(twice, { ...material, vriFor: undefined })
      const thrice = fakeSign(stored)
      expect(kinds(thrice)).toEqual(['signature-added', 'dss', 'signature-added'])
      expect(kinds(appendDss(appendDss(once, material), material))).toEqual(['dss', 'dss'])
      expect(() => refuseIfUnsignable(readPdf(thrice))).not.toThrow()
    },
  )

  it('a document timestamp, even after a certification that forbids everything else', async () => {
    const stamped = (base: Uint8Array, more: object = {}): Uint8Array =>
      fromLatin(
        latin(fakeSign(base, more)).replace(
          /ETSI.CAdES.detached(?![\s\S]*ETSI.CAdES)/,
          'ETSI.RFC3161       ',
        ),
      )
    expect(kinds(stamped(fakeSign(await samplePdf())))).toEqual(['doc-timestamp'])
    expect(kinds(stamped(fakeSign(await samplePdf()), visible))).toEqual(['!doc-timestamp'])
    const only = fakeSign(await samplePdf(), { reason: 'X'.repeat(140) })
    expect(kinds(certified(latin(stamped(only)), 1))).toEqual(['doc-timestamp'])
  })

  it('an empty field that was there, document properties, an unchanged rewrite', async () => {
    const once = fakeSign(await formPdf())
    expect(kinds(fakeSign(once, { fieldName: 'doctor' }))).toEqual(['signature-added'])
    const retitled = append(once, (increment, pdf) => {
      const info = pdf.latest.trailer.entries.get('Info')
      if (isRef(info)) increment.put(info, { value: dict({ Title: textString('x') }) })
    })
    expect(kinds(retitled)).toEqual(['metadata'])
    const rewritten = append(once, (increment, pdf) => {
      const page = pageOf(pdf)
      increment.put(page.ref, { value: page.dict })
    })
    expect(kinds(rewritten)).toEqual([])
  })
})

describe('what other programs leave behind', () => {
  it('objects that nothing uses, unless a repairing reader could take them for pages', async () => {
    const once = fakeSign(await samplePdf())
    const leaving = (value: PdfDict): string[] =>
      kinds(append(once, (increment) => increment.put(increment.allocate(), { value })))
    expect(leaving(dict({ Length: 3 }))).toEqual(['unreferenced'])
    for (const type of ['Page', 'Pages', 'Catalog'])
      expect(leaving(dict({ Type: name(type) }))).toEqual(['!unknown'])
  })

  it('but not one that the signed revision refers to and lacked', async () => {
    const dangling = append(await samplePdf(), (increment, pdf) => {
      const page = pageOf(pdf)
      const XObject = dict({ Later: ref(900) })
      increment.put(page.ref, { value: dictWith(page.dict, { Resources: dict({ XObject }) }) })
    })
    const later = append(fakeSign(dangling), (increment) => increment.put(ref(900), white))
    expect(kinds(later)).toContain('!page-content')
  })

  it('the extensions dictionary rewritten in its place, and nowhere else', async () => {
    const extended = (use: boolean): Uint8Array => {
      const with5 = append(base, (increment, pdf) => {
        const at = increment.allocate()
        increment.put(at, { value: dict({ ESIC: dict({ ExtensionLevel: 1 }) }) })
        const { catalog, catalogRef } = pdf.latest
        const Names = use ? { Names: dict({ Other: at }) } : {}
        increment.put(catalogRef, { value: dictWith(catalog, { Extensions: at, ...Names }) })
      })
      return append(fakeSign(with5), (increment, pdf) => {
        const at = pdf.latest.catalog.entries.get('Extensions')
        const value = dict({ ESIC: dict({ ExtensionLevel: 5 }) })
        if (isRef(at)) increment.put(at, { value })
      })
    }
    const base = await samplePdf()
    expect(kinds(extended(false))).toEqual([])
    expect(kinds(extended(true))).toEqual(['!page-content'])
  })

  it("a saver's own trailer key may be dropped, and none may be brought or turned", async () => {
    const sample = latin(await samplePdf())
    const own = (text: string, key: string): Uint8Array =>
      fromLatin(text.replace(/\/Size (\d+)(?![\s\S]*\/Size)/, `/Size $1 ${key}`))
    const carrying = fakeSign(own(sample, '/AdditionalStreams [1 0 R]'))
    const rewrite = append(carrying, (increment, pdf) => {
      const page = pageOf(pdf)
      increment.put(page.ref, { value: page.dict })
    })
    const trailerOf = (bytes: Uint8Array): string => latin(bytes).slice(carrying.length)
    expect(trailerOf(rewrite)).not.toContain('AdditionalStreams')
    expect(kinds(rewrite)).toEqual([])
    const turned = fromLatin(
      latin(carrying) + trailerOf(own(latin(rewrite), '/AdditionalStreams [2 0 R]')),
    )
    expect(kinds(turned)).toEqual(['!unknown'])
  })
})

const white = { dict: dict({}), data: fromLatin('1 g 0 0 600 850 re f') }

type Attack = (increment: Increment, pdf: PdfFile) => void

const attacks: Readonly<Record<string, readonly [string, Attack]>> = {
  'replaced page content': ['page-content', (i, pdf) => i.put(contentsRef(pdf), white)],
  'content added to the page': [
    'page-content',
    (i, pdf) => {
      const at = i.allocate()
      const page = pageOf(pdf)
      i.put(at, white)
      i.put(page.ref, {
        value: dictWith(page.dict, { Contents: array([contentsRef(pdf), at]) }),
      })
    },
  ],
  'a font replaced': [
    'page-content',
    (i, pdf) => {
      const resources = pdf.latest.resolve(pageOf(pdf).dict.entries.get('Resources'))
      const fonts = isDict(resources) ? pdf.latest.resolve(resources.entries.get('Font')) : null
      const font = isDict(fonts) ? [...fonts.entries.values()][0] : null
      if (!isRef(font)) throw new Error('no font')
      i.put(font, { value: dictWith(valueOf(pdf, font), { BaseFont: name('Symbol') }) })
    },
  ],
  'a page added': [
    'page-tree',
    (i, pdf) => {
      const at = i.allocate()
      const tree = pdf.latest.catalog.entries.get('Pages')
      if (!isRef(tree)) throw new Error('no tree')
      i.put(at, { value: pageOf(pdf).dict })
      i.put(tree, {
        value: dictWith(valueOf(pdf, tree), { Kids: array([pageOf(pdf).ref, at]), Count: 2 }),
      })
    },
  ],
  'the page turned into another': [
    'page-content',
    (i, pdf) => i.put(pageOf(pdf).ref, { value: dictWith(pageOf(pdf).dict, { Rotate: 180 }) }),
  ],
  'a crop box': [
    'page-content',
    (i, pdf) =>
      i.put(pageOf(pdf).ref, {
        value: dictWith(pageOf(pdf).dict, { CropBox: array([0, 0, 10, 10]) }),
      }),
  ],
  'a stamp over the text': [
    'annotation',
    (i, pdf) => void annotate(i, pdf, { Subtype: name('Stamp') }),
  ],
  'free text over the text': [
    'annotation',
    (i, pdf) => void annotate(i, pdf, { Subtype: name('FreeText') }),
  ],
  'a widget without a field': [
    'annotation',
    (i, pdf) => void annotate(i, pdf, { Subtype: name('Widget') }),
  ],
  'an optional-content switch': [
    'catalog',
    (i, pdf) =>
      i.put(pdf.latest.catalogRef, {
        value: dictWith(pdf.latest.catalog, { OCProperties: dict({}) }),
      }),
  ],
  'a script on opening': [
    'catalog',
    (i, pdf) =>
      i.put(pdf.latest.catalogRef, {
        value: dictWith(pdf.latest.catalog, { OpenAction: dict({ S: name('JavaScript') }) }),
      }),
  ],
  'another page tree': [
    'page-tree',
    (i, pdf) => {
      const at = i.allocate()
      i.put(at, { value: dict({ Type: name('Pages'), Kids: array([]), Count: 0 }) })
      i.put(pdf.latest.catalogRef, { value: dictWith(pdf.latest.catalog, { Pages: at }) })
    },
  ],
  'the first appearance replaced': [
    'annotation',
    (i, pdf) => {
      const widget = valueOf(pdf, first(pdf).fieldRef ?? 0)
      const ap = widget.entries.get('AP')
      const normal = isDict(ap) ? ap.entries.get('N') : null
      if (!isRef(normal) || !isStream(pdf.latest.resolve(normal))) throw new Error('no appearance')
      i.put(normal, white)
    },
  ],
  'the first widget moved': [
    'signature-altered',
    (i, pdf) => {
      const number = first(pdf).fieldRef ?? 0
      i.put(ref(number), {
        value: dictWith(valueOf(pdf, number), { Rect: array([0, 0, 600, 800]) }),
      })
    },
  ],
  'the signature value rewritten': [
    'signature-altered',
    (i, pdf) => {
      const number = first(pdf).valueRef
      i.put(ref(number), { value: dictWith(valueOf(pdf, number), { Name: textString('Wang') }) })
    },
  ],
  'the appearance replaced and called document properties': [
    'annotation',
    (i, pdf) => {
      const [, attack] = attacks['the first appearance replaced'] ?? []
      attack?.(i, pdf)
      const at = [...i.objects.keys()][0] ?? 0
      i.put(pdf.latest.catalogRef, {
        value: dictWith(pdf.latest.catalog, { Metadata: ref(at) }),
      })
    },
  ],
  'the page tree changed and called validation material': [
    'page-content',
    (i, pdf) => {
      const tree = pdf.latest.catalog.entries.get('Pages')
      if (!isRef(tree)) throw new Error('no tree')
      i.put(tree, { value: dictWith(valueOf(pdf, tree), { Rotate: 180 }) })
      const store = dict({ VRI: tree })
      i.put(pdf.latest.catalogRef, { value: dictWith(pdf.latest.catalog, { DSS: store }) })
    },
  ],
  'the contents changed and called annotations': [
    'page-content',
    (i, pdf) => {
      const contents = contentsRef(pdf)
      i.put(contents, { value: array([]) })
      i.put(pageOf(pdf).ref, { value: dictWith(pageOf(pdf).dict, { Annots: contents }) })
    },
  ],
  'an object nothing refers to': [
    'unknown',
    (i) => i.put(i.allocate(), { value: dict({ Type: name('Catalog') }) }),
  ],
}

describe('what no rule clears', () => {
  it.each(Object.entries(attacks))('%s', async (_, [kind, attack]) => {
    for (const objectStreams of [false, true]) {
      const signed = fakeSign(await samplePdf({ objectStreams }), visible)
      const attacked = append(signed, attack)
      // A rewritten value is found by another road: its signature is broken.
      if (listSignatures(readPdf(attacked)).some((s) => s.kind === 'broken')) continue
      expect(kinds(attacked)).toContain(`!${kind}`)
      expect(() => refuseIfUnsignable(readPdf(attacked))).toThrow('altered-after-signing')
    }
  })

  it('a rewritten signature value leaves a broken signature', async () => {
    const attacked = append(
      fakeSign(await samplePdf()),
      attacks['the signature value rewritten']?.[1] ?? (() => {}),
    )
    expect(listSignatures(readPdf(attacked))).toMatchObject([{ kind: 'broken' }])
  })

  it('filling a text field, unless a certification allows it', async () => {
    const fill: Attack = (i, pdf) => {
      for (const number of pdf.latest.numbers()) {
        const value = pdf.latest.object(number)
        if (isDict(value) && value.entries.has('T') && !value.entries.has('Rect') && isField(value))
          i.put(ref(number), { value: dictWith(value, { V: textString('Wang') }) })
      }
    }
    expect(kinds(append(fakeSign(await formPdf()), fill))).toEqual(['!form-filled'])
    expect(kinds(append(certify(await formPdf(), 2), fill))).toEqual(['form-filled'])
    expect(kinds(append(certify(await formPdf(), 1), fill))).toEqual(['!form-filled'])
  })

  it('DocMDP: 1 allows only the store, 2 only prepared fields, 3 notes but no stamps', async () => {
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map(async (level) => certify(await formPdf(), level)),
    )
    if (!one || !two || !three) throw new Error('not made')
    expect(first(readPdf(two)).docMdp).toBe(2)
    expect(kinds(appendDss(one, material))).toEqual(['dss'])
    expect(() => fakeSign(one)).toThrow('documents.pdf-locked')
    expect(kinds(fakeSign(two, { fieldName: 'doctor' }))).toEqual(['signature-added'])
    expect(kinds(fakeSign(two, visible))).toEqual(['!signature-added'])
    const note: Attack = (i, pdf) => void annotate(i, pdf, { Subtype: name('Text') })
    const stamp: Attack = (i, pdf) => void annotate(i, pdf, { Subtype: name('Stamp') })
    expect(kinds(append(two, note))).toEqual(['!annotation'])
    expect(kinds(append(three, note))).toEqual(['annotation'])
    expect(kinds(append(three, stamp))).toEqual(['!annotation'])
  })

  it('a new signature that covers the page or an earlier signature', async () => {
    const once = fakeSign(await samplePdf(), { rect: [300, 50, 490, 104] })
    const over = { rect: [310, 60, 480, 100] } as const
    expect(kinds(fakeSign(once, { ...over }))).toEqual(['!signature-added'])
    expect(kinds(fakeSign(once, { rect: [0, 200, 595, 842] }))).toEqual(['!signature-added'])
  })

  it('a new signature that names one page and stands on another', async () => {
    const once = fakeSign(await samplePdf({ pages: 2 }), { page: 0, rect: [300, 50, 490, 104] })
    const twice = latin(fakeSign(once, { page: 0, rect: [310, 60, 480, 100] }))
    const [one, two] = [pageOf(readPdf(once)).ref.number, pageOf(readPdf(once), 1).ref.number]
    const at = twice.lastIndexOf(`/P ${one} 0 R`)
    const lying = `${twice.slice(0, at)}/P ${two} 0 R${twice.slice(at + `/P ${one} 0 R`.length)}`
    if (lying.length !== twice.length) throw new Error('numbers of different length')
    expect(kinds(fromLatin(lying))).toEqual(['!signature-added'])
  })

  it('a table that wakes up bytes from before the signature', async () => {
    // The sleeping object hides in the data of a stream, where no count of bytes finds it before it is used.
    const base = append(await samplePdf(), (i, pdf) => {
      const sleeper = `${contentsRef(pdf).number} 0 obj\n<</Length 3>>\nstream\n1 g\nendstream\nendobj\n`
      const at = i.allocate()
      i.put(at, { dict: dict({}), data: fromLatin(sleeper) })
      i.put(pageOf(pdf).ref, { value: dictWith(pageOf(pdf).dict, { PieceInfo: at }) })
    })
    const signed = latin(fakeSign(base))
    const { number } = contentsRef(readPdf(base))
    const previous = /startxref\n(\d+)\n%%EOF\n$/.exec(signed)?.[1]
    const root = /\/Root (\d+ 0 R)/.exec(signed)?.[1]
    const offset = String(signed.indexOf(`stream\n${number} 0 obj`) + 7).padStart(10, '0')
    const table = `xref\n${number} 1\n${offset} 00000 n\r\ntrailer\n<</Size 99 /Root ${root} /Prev ${previous}>>\n`
    const attacked = fromLatin(`${signed}${table}startxref\n${signed.length}\n%%EOF\n`)
    expect(isStream(readPdf(attacked).latest.object(number))).toBe(true)
    expect(kinds(attacked)).toContain('!cross-reference')
  })

  it('sleeping objects and pages keep a document from being signed', async () => {
    const plain = latin(await samplePdf())
    const asleep = append(fromLatin(`${plain}\n%5 0 obj (shadow) endobj\n`), () => {})
    expect(() => fakeSign(asleep)).toThrow('documents.pdf-dormant-objects')
    const spare = append(await samplePdf(), (i, pdf) =>
      i.put(i.allocate(), { value: pageOf(pdf).dict }),
    )
    expect(() => fakeSign(spare)).toThrow('documents.pdf-dormant-objects')
  })

  it('data without a table, with a broken table, with a table but no trailer', async () => {
    const signed = latin(fakeSign(await samplePdf()))
    const object = '\n4 0 obj\n<</Type /Page>>\nendobj\n'
    const end = signed.length
    for (const tail of [
      object,
      `${object}startxref\n0\n%%EOF\n`,
      `${object}startxref\n${end + 1}\n%%EOF\n`,
      `${object}xref\n4 1\n${String(end + 1).padStart(10, '0')} 00000 n\r\nstartxref\n${end + object.length}\n%%EOF\n`,
      '%%EOF\n%%EOF\n',
    ]) {
      expect(kinds(fromLatin(signed + tail))).toEqual(['!trailing-bytes'])
      expect(() => refuseIfUnsignable(readPdf(fromLatin(signed + tail)))).toThrow(
        'documents.pdf-malformed',
      )
    }
  })

  it('objects beside the listed ones in a proper increment', async () => {
    const signed = fakeSign(await samplePdf())
    const increment = latin(
      append(signed, (i, pdf) => i.put(pageOf(pdf).ref, { value: pageOf(pdf).dict })),
    )
    const xref = increment.lastIndexOf('\nxref\n') + 1
    const hidden = '7 0 obj\n(hidden)\nendobj\n'
    const moved = `${increment.slice(0, xref)}${hidden}${increment.slice(xref)}`
    const fixed = moved.replace(
      /startxref\n(\d+)\n%%EOF\n$/,
      `startxref\n${xref + hidden.length}\n%%EOF\n`,
    )
    expect(kinds(fromLatin(fixed))).toEqual(['!hidden-bytes'])
  })

  it('a hybrid section after the signature', async () => {
    const signed = latin(fakeSign(await samplePdf()))
    const previous = /startxref\n(\d+)\n%%EOF\n$/.exec(signed)?.[1]
    const root = /\/Root (\d+ 0 R)/.exec(signed)?.[1]
    const stream = `90 0 obj\n<</Type /XRef /Size 91 /W [1 3 1] /Index [] /Length 0>>\nstream\n\nendstream\nendobj\n`
    const at = signed.length + stream.length
    const tail = `${stream}xref\n0 0\ntrailer\n<</Size 91 /Root ${root} /Prev ${previous} /XRefStm ${signed.length}>>\nstartxref\n${at}\n%%EOF\n`
    expect(kinds(fromLatin(signed + tail))).toContain('!cross-reference')
  })
})

function isField(value: ReturnType<typeof dict>): boolean {
  const type = value.entries.get('FT')
  return typeof type === 'object' && type !== null && type.kind === 'name' && type.value === 'Tx'
}

describe('extracting', () => {
  it('gives the original to the byte, whatever came later', async () => {
    for (const tail of ['', '\n', '\r\n\n']) {
      const original = fromLatin(latin(await samplePdf()) + tail)
      const signed = appendDss(fakeSign(fakeSign(original)), { ...material, vriFor: undefined })
      expect(extractOriginal(signed).original).toEqual(original)
    }
  })
})
