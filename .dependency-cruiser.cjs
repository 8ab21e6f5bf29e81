// Who may import whom. `npm run lint` checks it; test/architecture/boundaries.spec.ts proves that every rule can fail.

/** From the ground up: a module may import those before it, through their index.ts. */
const MODULES = ['kernel', 'platform', 'ledger', 'reservation', 'telephony'];
/** Kernel and platform have no layers: the one is all domain, the other all infrastructure. */
const LAYERED = '^libs/(ledger|reservation|telephony)/src';
const OUTER_LAYERS = ['http', 'vapi', 'providers', 'infrastructure'];
/** A spec may use test support, property-testing packages and the layers around what it tests. */
const SPEC = '[.]spec[.]ts$';
/** Hashes are pure; eslint.config.mjs keeps its random numbers out of the domain. */
const NODE_CRYPTO = '^(node:)?crypto$';
const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...MODULES.slice(0, -1).map((module, height) =>
      rule(
        `${module}-imports-downwards-only`,
        'apps -> telephony -> reservation -> ledger -> platform -> kernel. Need an answer from above? Own a port.',
        { path: `^libs/${module}/` },
        { path: `^libs/(${MODULES.slice(height + 1).join('|')})/` },
      ),
    ),
    rule(
      'libs-never-import-apps',
      'An application is assembled from libraries, not the other way round.',
      { path: '^libs/' },
      { path: '^apps/' },
    ),
    rule(
      'libs-never-import-tests',
      'What ships does not need what tests it.',
      { path: '^libs/', pathNot: SPEC },
      { path: '^test/' },
    ),
    rule(
      'one-door-per-module',
      "What a module's index.ts does not export can change on any afternoon.",
      { path: '^libs/([^/]+)/' },
      { path: '^libs/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index[.]ts$'] },
    ),
    rule(
      'one-door-from-outside',
      'Applications and migrations enter a module through its index.ts too; tests may look behind it.',
      { path: '^(apps|migrations)/' },
      { path: '^libs/', pathNot: '^libs/[^/]+/src/index[.]ts$' },
    ),
    rule(
      'modules-go-by-their-alias',
      'Write @holdfast/<module>, so that a reader sees a border being crossed.',
      { path: '^(?:apps|test|migrations|libs/([^/]+))/' },
      { path: '^libs/[^/]+/src/index[.]ts$', pathNot: '^libs/$1/', dependencyTypesNot: ['aliased'] },
    ),
    rule(
      'nobody-enters-by-his-own-door',
      'Inside a module the index.ts leads round in a circle.',
      { path: '^libs/([^/]+)/src/', pathNot: SPEC },
      { path: '^libs/$1/src/index[.]ts$' },
    ),
    rule(
      'domain-imports-only-domain-and-kernel',
      'Rules are pure: no framework, no database, no clock, so that a test is a table of examples.',
      { path: `${LAYERED}/domain/`, pathNot: SPEC },
      { pathNot: ['^libs/$1/src/domain/', '^libs/kernel/src/index[.]ts$', NODE_CRYPTO] },
    ),
    rule(
      'application-imports-no-outer-layer',
      'http, vapi, providers, infrastructure -> application -> domain. The application owns a port for what it needs.',
      { path: `${LAYERED}/application/`, pathNot: SPEC },
      { path: `^libs/$1/src/(${OUTER_LAYERS.join('|')})/` },
    ),
    rule(
      'outer-layers-meet-in-the-application',
      'A controller that reads a table, or a store that knows a route, cannot be changed alone.',
      { path: `${LAYERED}/(${OUTER_LAYERS.join('|')})/`, pathNot: SPEC },
      { path: `^libs/$1/src/(${OUTER_LAYERS.join('|')})/`, pathNot: '^libs/$1/src/$2/' },
    ),
    rule(
      'kernel-imports-no-package',
      'Money, rate cards and refusals outlive every framework.',
      { path: '^libs/kernel/', pathNot: SPEC },
      { dependencyTypes: NPM },
    ),
    rule(
      'applications-do-not-import-each-other',
      'The simulator plays Vapi: it knows the engine by HTTP only.',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    rule(
      'simulator-imports-nothing-of-libs',
      'An actor who shares our code shares our mistakes, and finds none.',
      { path: '^apps/vapi-simulator/' },
      { path: '^libs/' },
    ),
    rule(
      'migrations-belong-to-the-platform-and-the-engine',
      'Everybody else sees the schema through statements.',
      { pathNot: '^(migrations|libs/platform|apps/billing-api)/' },
      { path: '^migrations/' },
    ),
    rule(
      'migrations-import-nothing-of-the-house',
      'A migration that has run must never change, so it may not follow code that does.',
      { path: '^migrations/' },
      { path: '^(libs|apps|test)/' },
    ),
    rule('no-cycles', 'Two files that need each other are one file, or three.', {}, { circular: true }),
    rule('nothing-imports-a-spec', 'Shared test code lives in test/support.', {}, { path: SPEC }),
    rule(
      'what-ships-needs-no-dev-dependency',
      'It would start here and fail after npm ci --omit=dev.',
      { path: '^(libs|apps/billing-api|migrations)/', pathNot: SPEC },
      { dependencyTypes: ['npm-dev'] },
    ),
    rule(
      'everything-imported-exists',
      'An import that resolves to nothing checks nothing.',
      {},
      { couldNotResolve: true },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|[.]data)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true, // an import of a type crosses a border too
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'require', 'import', 'node', 'default'],
    },
  },
};
