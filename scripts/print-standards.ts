// Writes docs/standards.md from the clauses that the code itself cites in its comments; a test holds the two together.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What each standard that the code may cite is about, and what of it is not there. One that is missing here fails the page. */
const standards: Readonly<Record<string, readonly [about: string, absent?: string]>> = {
  'GM/T 0002': ['SM4 block cipher'],
  'GM/T 0003.1': ['SM2, general part'],
  'GM/T 0003.2': ['SM2 signature'],
  'GM/T 0003.5': ['SM2 recommended curve'],
  'GM/T 0004': ['SM3 hash'],
  'GM/T 0006': ['object identifiers of the SM algorithms'],
  'GM/T 0009': ['use of SM2: encodings, default ID', 'encryption and enveloped keys'],
  'GM/T 0010': ['SM2 in CMS: its own OIDs are read', 'they are not written'],
  'GM/T 0015': ['certificate profile', 'private extensions with identity numbers'],
  'GM/T 0028': ['security requirements for cryptographic modules', 'a certificate of conformity'],
  'GB 11643': ['resident identity number and its check digit'],
  'GB/T 15834': ['punctuation, where lines may break'],
  'GB/T 15852.2': ['MAC from a hash: HMAC-SM3'],
  'GB/T 32905': ['SM3 hash'],
  'GB/T 32907': ['SM4 block cipher'],
  'GB/T 32918.5': ['SM2 recommended curve'],
  'GB/T 36624': ['authenticated encryption: SM4-GCM'],
  'ETSI EN 319': ['PAdES baseline: B-LT', 'B-LTA: the archive timestamp'],
  'ISO 32000-2': ['PDF 2.0: revisions, fields, signatures', 'encrypted files are refused'],
  'ISO 3309': ['CRC-32 of zip entries'],
  'ISO 7064': ['check digit MOD 11-2'],
  'ISO 8601': ['moments in text'],
  'RFC 2104': ['HMAC'],
  'RFC 2634': ['signing-certificate attribute, first version: read'],
  'RFC 2986': ['PKCS #10 certification request'],
  'RFC 3161': ['time-stamp protocol'],
  'RFC 3279': ['ECDSA signature value'],
  'RFC 4055': ['RSASSA-PSS and its parameters'],
  'RFC 4514': ['names in text'],
  'RFC 4518': ['comparing names: prepared strings'],
  'RFC 4519': ['attribute names'],
  'RFC 5019': ['lightweight OCSP'],
  'RFC 5035': ['signing-certificate-v2 attribute'],
  'RFC 5208': ['PKCS #8 private key'],
  'RFC 5280': [
    'certificates, lists and path validation',
    'indirect lists, lists of some reasons; of delta lists only what they revoke',
  ],
  'RFC 5480': ['elliptic-curve public keys'],
  'RFC 5639': ['Brainpool curves: read'],
  'RFC 5652': ['CMS', 'enveloped and authenticated data'],
  'RFC 5758': ['ECDSA with SHA-2 identifiers'],
  'RFC 5816': ['ESSCertIDv2 in time-stamp tokens'],
  'RFC 5869': ['HKDF'],
  'RFC 5915': ['EC private key'],
  'RFC 5940': ['revocation answers inside CMS'],
  'RFC 6960': ['OCSP', 'signed requests'],
  'RFC 6979': ['deterministic nonces'],
  'RFC 7468': ['PEM'],
  'RFC 8017': ['RSA signatures'],
  'RFC 8032': ['Ed25519: read'],
  'RFC 8410': ['Ed25519 public keys'],
  'RFC 8419': ['Ed25519 in CMS'],
  'RFC 8785': ['canonical JSON'],
  'RFC 8954': ['OCSP nonce'],
  'RFC 8998': ['SM4-GCM'],
  'RFC 9110': ['HTTP: Retry-After'],
  'RFC 9162': ['Merkle tree of the evidence log', 'the protocol around it'],
  'RFC 9336': ['document-signing extended key usage'],
  'RFC 9380': ['hashing to a curve: simplified SWU'],
  'RFC 9457': ['problem details of a refusal'],
  'RFC 9497': ['oblivious pseudorandom function, verifiable mode'],
  'RFC 9562': ['UUID version 7'],
  'RFC 9618': ['certificate policies without exponential trees'],
  'RFC 9654': ['OCSP nonce'],
}

interface Citation {
  readonly standard: string
  readonly clause: string
  readonly file: string
}

const cited =
  /((?:GM\/T|GB\/T|GB|RFC|ISO|ETSI EN) \d+(?:\.\d+|-\d(?!\d))?)(?:-\d{4}|(?: \d+)?-\d)?,?(?: (§[\d.]*\d|(?:[Aa]ppendix|Annex|Table) [A-Z\d.]*[A-Z\d]))?/g

function citations(): Citation[] {
  return ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => `${folder}/${path}`)
      .filter((path) => /\/src\/.*\.(ts|vue)$/.test(path) && !/node_modules|\.test\.ts$/.test(path))
      .flatMap((file) =>
        commentsOf(readFileSync(join(root, file), 'utf8')).flatMap((comment) =>
          [...comment.matchAll(cited)].map(([, standard = '', clause = '']) => ({
            standard: standard.replace(/^(ISO \d{5})$/, '$1-2'),
            clause: clause.replace(/^a/, 'A'),
            file,
          })),
        ),
      ),
  )
}

const commentsOf = (text: string): string[] =>
  [...text.matchAll(/\/\*\*?[\s\S]*?\*\/|(?<!:)\/\/.*/g)].map(([comment]) =>
    comment.replace(/\s+\*? ?/g, ' '),
  )

/** The page: one row a standard and clause, with the files that implement it and the tests beside them. */
export function standardsPage(): string {
  const found = Map.groupBy(citations(), ({ standard }) => standard)
  const unknown = [...found.keys()].filter((standard) => !(standard in standards))
  if (unknown.length > 0) throw new Error(`cited but not described: ${unknown.join(', ')}`)
  const sections = [...found].sort(byNumber).map(([standard, some]) => {
    const [about, absent] = standards[standard] as (typeof standards)[string]
    const rows = [...Map.groupBy(some, ({ clause }) => clause)].sort(byNumber)
    return [
      `## ${standard}: ${about}`,
      '',
      ...(absent ? [`Not there: ${absent}.`, ''] : []),
      '| Clause | Code | Test beside it |',
      '| --- | --- | --- |',
      ...rows.map(([clause, of]) => rowOf(clause, [...new Set(of.map(({ file }) => file))].sort())),
    ].join('\n')
  })
  return `${intro}\n\n${sections.join('\n\n')}\n`
}

function rowOf(clause: string, files: readonly string[]): string {
  const tests = files
    .flatMap((file) => [file.replace(/\.ts$/, '.test.ts'), file.replace(/\.ts$/, '.db.test.ts')])
    .filter((file) => existsSync(join(root, file)))
  const names = (some: readonly string[]): string => some.map((file) => `\`${file}\``).join('<br>')
  return `| ${clause || 'as a whole'} | ${names(files)} | ${names(tests)} |`
}

const byNumber = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a.localeCompare(b, 'en', { numeric: true })

const intro = `# Standards 标准

Which clause stands in which file. Generated by \`node scripts/print-standards.ts\` from the clauses that comments in the code cite; a
citation is where to look, and no claim of certification. Vectors: \`test/vectors\`; second opinions of other programs: \`test/interop\`.`

if (process.argv[1] === import.meta.filename)
  writeFileSync(new URL('../docs/standards.md', import.meta.url), standardsPage())
