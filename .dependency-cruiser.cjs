// Which room may import which: ARCHITECTURE.md draws it, this file holds it. A planted violation proves it bites
// (scripts/check-directions.mjs).
const inPackage = (name) => `^packages/${name}/`
const room = (name) => `^apps/server/src/${name}/`
const tests = '\\.test\\.ts$|^test/'

/** What each package may import of ours; everything else of ours is refused. */
const packages = {
  sm: [],
  pki: ['sm'],
  documents: ['pki', 'sm'],
  evidence: ['pki', 'sm'],
  verify: ['evidence', 'documents', 'pki', 'sm'],
  api: [],
  client: ['api', 'documents', 'pki', 'sm'],
  design: [],
}

/** What each room of the server may import of the other rooms; platform knows no business. */
const rooms = {
  platform: [],
  keys: ['platform'],
  evidence: ['platform', 'keys'],
  accounts: ['platform', 'evidence'],
  issuance: ['platform', 'keys', 'evidence'],
  certificates: ['platform', 'keys', 'evidence', 'issuance', 'accounts'],
  enrollment: ['platform', 'keys', 'evidence', 'issuance', 'certificates', 'accounts', 'devices'],
  devices: ['platform', 'evidence', 'accounts'],
  messages: ['platform'],
  signing: ['platform', 'keys', 'evidence', 'certificates', 'accounts', 'enrollment', 'devices'],
  login: ['platform', 'keys', 'evidence', 'certificates', 'accounts', 'signing', 'devices'],
  verification: ['platform', 'evidence', 'certificates'],
  operations: ['platform', 'evidence'],
}

const oneOf = (names) => `(${names.join('|')})`

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      // What a build makes up has no file.
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
    {
      name: 'packages-know-no-app',
      severity: 'error',
      from: { path: '^packages/', pathNot: tests },
      to: { path: '^(apps|test|bench|scripts)/' },
    },
    {
      name: 'packages-do-no-io',
      comment: 'Packages run in browsers and get clock, randomness and files as arguments.',
      severity: 'error',
      from: { path: '^packages/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    ...Object.entries(packages).map(([name, allowed]) => ({
      name: `package-${name}-imports-only-its-own`,
      severity: 'error',
      from: { path: inPackage(name), pathNot: tests },
      to: { path: '^packages/', pathNot: `^packages/${oneOf([name, ...allowed])}/` },
    })),
    {
      name: 'what-verifies-never-signs',
      comment: 'verify and its command-line face see only the reading faces.',
      severity: 'error',
      from: { path: '^(packages/verify/|apps/verifier/)', pathNot: tests },
      to: { path: '^packages/(pki|documents|evidence)/src/write/' },
    },
    ...Object.entries(rooms).map(([name, allowed]) => ({
      name: `room-${name}-imports-only-its-own`,
      severity: 'error',
      from: { path: room(name), pathNot: tests },
      to: {
        path: '^apps/server/src/[^/]+/',
        pathNot: `^apps/server/src/${oneOf([name, ...allowed])}/`,
      },
    })),
    {
      name: 'rooms-meet-at-their-doors',
      comment:
        'Another room is reached through its index.ts alone; platform is a box of adapters, each with a door. The issuer key has no door: roles/ca.ts alone may open it, by the rule below.',
      severity: 'error',
      from: {
        path: '^apps/server/src/([^/]+)/',
        pathNot: [tests, '^apps/server/src/roles/ca\\.ts$'],
      },
      to: {
        path: '^apps/server/src/[^/]+/',
        pathNot: '^apps/server/src/($1|platform)/|/index\\.ts$',
      },
    },
    {
      name: 'only-the-ca-role-reaches-the-issuer-key',
      comment:
        'What opens it, remembers in its ledger or founds it lies in issuance/ca and has one visitor.',
      severity: 'error',
      from: { pathNot: `^apps/server/src/(roles/ca\\.ts|issuance/ca/)|${tests}` },
      to: { path: '^apps/server/src/issuance/ca/' },
    },
    {
      name: 'who-asks-the-ca-carries-none-of-it',
      comment:
        'Neither the client, nor any room, nor the wiring of the roles leads to the issuer key, however far one follows. Only start-server.ts loads roles/ca.ts, and only when no CA elsewhere is configured.',
      severity: 'error',
      from: {
        path: '^apps/server/src/([^/]+)/',
        pathNot: `^apps/server/src/(roles/ca\\.ts|issuance/ca/)|${tests}`,
      },
      to: { path: '^apps/server/src/(issuance/ca/|roles/ca\\.ts)', reachable: true },
    },
    {
      name: 'clinic-is-a-stranger',
      comment:
        'The clinic integrates through the public API over HTTP and imports nothing of ours but the look.',
      severity: 'error',
      from: { path: '^apps/clinic/' },
      to: { path: '^(packages/(?!design/)|apps/(?!clinic/))' },
    },
    {
      name: 'pages-hold-no-server',
      severity: 'error',
      from: { path: '^apps/(console|mobile|verifier)/' },
      to: { path: '^apps/(server|cli|clinic)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    tsPreCompilationDeps: true,
    preserveSymlinks: false,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.vue', '.json'],
    },
  },
}
