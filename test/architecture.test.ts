// The pages that people read are held to what is there: paths, rooms, commands, variables, and one language to the other.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configSettings } from '@yunqian/server'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (page: string): string => readFileSync(join(root, page), 'utf8')
const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()
const foldersIn = (folder: string): string[] =>
  readdirSync(join(root, folder)).filter((name) => isFolder(join(root, folder, name)))
const pagesIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...[
    'docs',
    'docs/flows',
    'docs/decisions',
    'docs/operations',
    'docs/integration',
    'packages/sm',
  ].flatMap(pagesIn),
]

const outsideFences = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '')
const fences = (text: string): string[] => text.match(/^```[\s\S]*?^```/gm) ?? []
const top = /^(?:\.ci|apps|bench|bin|docs|packages|scripts|test)\//
const fileOfOurs = /^[\w.-]+(?:\/[\w.-]+)*\.(?:ts|mjs|vue|md)$/

/** What a page puts between backticks and means as a path. */
const pathsIn = (text: string): string[] =>
  [...outsideFences(text).matchAll(/`([^`\s]+)`/g)]
    .map(([, token]) => token!)
    .filter((token) => top.test(token) || fileOfOurs.test(token))

const linksIn = (text: string): string[] =>
  [...outsideFences(text).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !target.startsWith('http'))

/** A whole path counts from the root; a shorter one from the rooms, or from a folder that the page names. */
function missing(page: string): string[] {
  const text = read(page)
  const named = pathsIn(text)
    .map((path) => join(root, path))
    .filter(isFolder)
  const bases = [
    join(root, dirname(page)),
    join(root, 'apps/server/src'),
    ...named.flatMap((folder) => [folder, join(folder, 'src')]),
  ]
  const found = (path: string): boolean =>
    existsSync(join(root, path)) ||
    (!top.test(path) && bases.some((base) => existsSync(join(base, path))))
  return [
    ...pathsIn(text).filter((path) => !found(path)),
    ...linksIn(text).filter((target) => !existsSync(join(root, dirname(page), target))),
  ]
}

it.each(pages)('%s names only what is there', (page) => {
  expect(missing(page)).toEqual([])
})

it('a path that is not there would be found out', () => {
  expect(pathsIn('see `apps/nowhere` and `gone.ts`, not `platform.code`')).toEqual([
    'apps/nowhere',
    'gone.ts',
  ])
  expect(linksIn('[a](docs/gone.md#part) [b](https://example.org)')).toEqual(['docs/gone.md'])
})

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md')
  const map = fences(text)[0]!

  it('has a code map that names every package, program, room and folder of tests', () => {
    const folders = ['packages', 'apps', 'apps/server/src', 'test'].flatMap(foldersIn)
    expect(folders.filter((name) => !new RegExp(`\\b${name}\\b`).test(map))).toEqual([])
  })

  it('has no room on the map that is gone', () => {
    const rooms = [...map.matchAll(/^ {4}([a-z]+)/gm)].map(([, room]) => room!)
    expect(rooms.toSorted()).toEqual(foldersIn('apps/server/src').toSorted())
  })

  it('says of every invariant which test holds it', () => {
    const section = text.slice(text.indexOf('## Invariants'))
    const invariants = section.split(/^- /m).slice(1)
    expect(invariants.length).toBeGreaterThan(20)
    const holds = /`(?:[\w./-]+\.test\.ts|scripts\/check-directions\.mjs)`/
    expect(invariants.filter((one) => !holds.test(one))).toEqual([])
  })

  it('can be read in one sitting', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(200)
  })
})

it('a decision has a number of its own', () => {
  const numbers = pagesIn('docs/decisions').map((page) => /\/(\d{4})-/.exec(page)?.[1])
  expect(new Set(numbers).size).toBe(numbers.length)
})

it('README says the same in both languages: commands, pages, order', () => {
  const bare = (block: string): string => block.replace(/ *#.*$/gm, '')
  const outline = (page: string): unknown => ({
    commands: fences(read(page)).map(bare),
    // The one leads to the other.
    links: linksIn(read(page)).filter((target) => !target.startsWith('README')),
    headings: read(page).match(/^#+/gm),
  })
  expect(outline('README.zh-CN.md')).toEqual(outline('README.md'))
})

it('operations tells only of log lines that the service writes', () => {
  const sources = readdirSync(join(root, 'apps/server/src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => read(join('apps/server/src', name)))
    .join('\n')
  const page = read('docs/operations/README.md')
  const table = page.slice(page.indexOf('| In the log')).split('\n\n')[0]!
  const told = table.split('\n').flatMap((row) => row.split(' | ')[0]!.match(/`[^`]+`/g) ?? [])
  const lines = told.map((line) => line.slice(1, -1))
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.filter((line) => !sources.includes(`'${line}'`))).toEqual([])
})

it('pages name only commands and variables that there are', () => {
  const help = execFileSync(process.execPath, [join(root, 'apps/cli/src/main.ts'), 'help'])
  const commands = [...help.toString().matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name!)
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const variables = new Set(configSettings().map(({ variable }) => variable))
  // Read by tests, or before the settings are.
  for (const known of ['YUNQIAN_CONFIG', 'YUNQIAN_CORPORA']) variables.add(known)
  const told = pages.map(read).join('\n')
  const all = (pattern: RegExp): string[] => [...told.matchAll(pattern)].map(([, name]) => name!)
  expect(
    all(/(?:npx |`)yunqian ([a-z-]+)/g).filter((name) => ![...commands, 'help'].includes(name)),
  ).toEqual([])
  expect(all(/npm run ([a-z0-9:]+)/g).filter((name) => !(name in scripts))).toEqual([])
  expect(all(/\b(YUNQIAN_[A-Z_]+)/g).filter((name) => !variables.has(name))).toEqual([])
  // Every command is told of somewhere.
  expect(commands.filter((name) => !told.includes(`yunqian ${name}`))).toEqual([])
})
