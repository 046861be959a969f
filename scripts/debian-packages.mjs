// The programs of other people that the suite asks for a second opinion. As root on Debian they are installed;
// otherwise they are named, and the tests that need them are skipped with that reason.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** A task that wants others names them. */
const named = process.argv.slice(2)
const usual = [
  'openssl',
  'default-jdk-headless',
  'libbcprov-java',
  'libbcpkix-java',
  'libpdfbox2-java',
  'poppler-utils',
  'qpdf',
  'chromium',
  'fonts-noto-cjk',
]

/** Another package that brings the same program counts as well. */
const alreadyThere = {
  'default-jdk-headless': () =>
    ['/usr/bin/javac', '/usr/local/bin/javac'].some((path) => existsSync(path)),
  openssl: () => spawnSync('openssl', ['version']).status === 0,
}

const missing = (named.length > 0 ? named : usual).filter(
  (name) => !installed(name) && !alreadyThere[name]?.(),
)
if (missing.length > 0) {
  const root = process.getuid?.() === 0
  if (root && existsSync('/usr/bin/apt-get')) install(missing)
  else say(`not installed, tests that need them are skipped: ${missing.join(' ')}`)
}

function installed(name) {
  const result = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], {
    encoding: 'utf8',
  })
  return result.status === 0 && result.stdout === 'installed'
}

function install(names) {
  say(`installing for the tests: ${names.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { env, stdio: ['ignore', 'ignore', 2] }
  spawnSync('apt-get', ['update', '-q'], options)
  const result = spawnSync(
    'apt-get',
    ['install', '-yq', '--no-install-recommends', ...names],
    options,
  )
  const still = names.filter((name) => !installed(name))
  if (result.status !== 0 || still.length > 0) {
    say(`could not be installed, tests that need them are skipped: ${still.join(' ')}`)
  }
}

function say(message) {
  process.stderr.write(`debian packages: ${message}\n`)
}
