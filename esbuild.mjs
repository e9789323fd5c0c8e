/**
 * Bundles the extension, its worker, the CLI and the webviews into `dist/`, and fails when a bundle holds a module it
 * must not hold or outgrows its budget (../shared/performance.md section 4).
 *
 *   node esbuild.mjs            production: minified, checked
 *   node esbuild.mjs --dev      with source maps, unchecked sizes
 *   node esbuild.mjs --watch    as --dev, again on every change
 *   … --only NAME               just one bundle
 */
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build, context } from 'esbuild'
import { asScripts, lateBindings } from './esbuild-scripts.mjs'

const root = fileURLToPath(new URL('.', import.meta.url))
const watch = process.argv.includes('--watch')
const dev = watch || process.argv.includes('--dev')
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined

const kilobyte = 1000
/** Generated facts (schemas, discovery tables) are not code: they are loaded by need and budgeted by the VSIX. */
const isData = (path) => /^src\/[^/]+\/(.*\/)?data\//.test(path)

/** CommonJS dependencies inside an ES module bundle still call `require` for Node's own modules. */
const requireBanner =
  "import { createRequire as fluxkitCreateRequire } from 'node:module';const require = fluxkitCreateRequire(import.meta.url);"
/** The same where nothing but Node's own modules is left to be required: each of many files would make a `require`. */
const builtinsBanner =
  "const require = (id) => process.getBuiltinModule(id) ?? (() => { throw new Error('Cannot find module ' + id) })();"

/**
 * Of client-node only the kubeconfig with its ways to authenticate is used (src/host); its generated API classes and the
 * fetch stack under them are 4 MB that nobody calls. They are replaced by classes that say so, should that change.
 */
const kubeConfigOnly = {
  name: 'kubeconfig-only',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({
      path: `${root}node_modules/@kubernetes/client-node/dist/config.js`,
    }))
    const unused = { undici: ['Agent', 'ProxyAgent'], './gen/index.js': ['createConfiguration', 'ServerConfiguration'] }
    onResolve({ filter: /^(undici|\.\/gen\/index\.js)$/ }, ({ path, importer }) =>
      importer.endsWith('client-node/dist/config.js') ? { path, namespace: 'unused' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      contents: unused[path]
        .map(
          (name) =>
            `export class ${name} { constructor() { throw new Error('${path} is not bundled (esbuild.mjs)') } }`,
        )
        .join('\n'),
    }))
  },
}

/**
 * Node's own modules without an `import` of them, and of each only what is used: an import reads all exports, and those
 * that are made when they are read load undici, streams, worker threads and half of `node:crypto`, a quarter of the time
 * that a short command takes. Each importer has a facade of its own, or every module of Node's became a chunk.
 */
const builtinsByNeed = {
  name: 'builtins-by-need',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[\w:/]+$/ }, ({ path, kind, importer, namespace }) =>
      kind === 'import-statement' && namespace !== 'builtin' && isBuiltin(path)
        ? { path: `${path}?${importer}`, namespace: 'builtin', pluginData: path }
        : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ pluginData: path }) => ({ contents: facade(path) }))
  },
}

/** Modules that are loaded when one of their functions is first called; most runs call none. */
const loadedWhenCalled = new Set(['crypto', 'net'])

/** The source of a module whose exports are those of a module of Node's. What nobody imports, the bundler drops. */
function facade(path) {
  const load = `process.getBuiltinModule(${JSON.stringify(path)})`
  const isLazy = loadedWhenCalled.has(path.replace('node:', ''))
  const exports = Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(path)))
  const lines = exports.flatMap(([name, { value }], i) => {
    const body = `const real = ${load}.${name}; return new.target ? Reflect.construct(real, given) : real(...given)`
    const made =
      isLazy && typeof value === 'function'
        ? `function export${i}(...given) { ${body} }`
        : `const export${i} = /* @__PURE__ */ (() => ${load}.${name})()`
    return [made, `export { export${i} as ${name} }`]
  })
  const whole = isLazy ? `new Proxy({}, { get: (_, name) => ${load}[name] })` : load
  return [...lines, `const whole = /* @__PURE__ */ (() => ${whole})()`, 'export default whole'].join('\n')
}

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: !dev,
  sourcemap: dev ? 'linked' : false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
}

const node = {
  ...shared,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // The ES module entry first: it can be shaken, and it needs no shim.
  mainFields: ['module', 'main'],
  conditions: ['import', 'node'],
  banner: { js: requireBanner },
  plugins: [kubeConfigOnly],
}

/** For programs in many files, which are loaded when they are needed. */
const split = {
  ...node,
  outdir: 'dist',
  splitting: true,
  banner: { js: builtinsBanner },
  plugins: [kubeConfigOnly, builtinsByNeed],
}

/** What is only required, in the form that is made for it: an ES module would run when it is required (`lateBindings`). */
const requiredTypes = {
  name: 'required-types',
  setup({ onResolve }) {
    onResolve({ filter: /^vscode-languageserver-types$/ }, ({ path, kind, importer }) =>
      kind === 'require-call' ? { path: createRequire(importer).resolve(path) } : undefined,
    )
  },
}

/** Writes a split bundle as scripts, with the program that loads them. */
const launched = {
  name: 'launched',
  setup({ onEnd }) {
    onEnd(async ({ errors, metafile, outputFiles }) => {
      if (errors.length > 0) return {}
      const faults = lateBindings(metafile).map((text) => ({ text }))
      const scripts = asScripts(outputFiles)
      mkdirSync('dist/cli', { recursive: true })
      for (const { path, text } of scripts) writeFileSync(path, text)
      const main = Object.keys(metafile.outputs).find((path) => metafile.outputs[path].entryPoint === 'src/cli/main.ts')
      const hash = createHash('sha256').update(JSON.stringify(scripts)).digest('hex')
      const names = { fluxkitMain: main.replace('dist/cli/', ''), fluxkitBuild: hash.slice(0, 16) }
      await build({
        ...node,
        define: {
          ...node.define,
          ...Object.fromEntries(Object.entries(names).map(([name, value]) => [name, JSON.stringify(value)])),
        },
        entryPoints: { cli: 'src/cli/launch.ts' },
        outdir: 'dist',
        banner: {},
        plugins: [builtinsByNeed],
      })
      return { errors: faults }
    })
  },
}

const bundles = [
  {
    name: 'extension',
    options: {
      ...node,
      entryPoints: ['src/extension/extension.ts'],
      outfile: 'dist/extension.js',
      external: ['vscode'],
    },
    budget: 550 * kilobyte,
    allowedSource: /^src\/(extension|protocol|base)\//,
  },
  {
    name: 'worker',
    // What is imported on demand (the Helm engine, kubeconfigs) is in files of its own below dist/worker.
    options: { ...split, entryPoints: { worker: 'src/worker/main.ts' }, chunkNames: 'worker/[name]-[hash]' },
    entry: 'dist/worker.js',
    chunks: 'dist/worker',
    budget: 1500 * kilobyte,
    wholeBudget: 2000 * kilobyte,
    allowedSource: /^src\/(?!extension\/|cli\/)/,
    forbiddenImport: 'vscode',
  },
  {
    name: 'cli',
    // Each command is a file of its own below dist/cli, with what it needs: starting is most of a short run. They are
    // scripts that `src/cli/chunks.ts` loads: V8's cache of modules has none of the functions that are called later.
    options: {
      ...split,
      entryPoints: { main: 'src/cli/main.ts' },
      entryNames: 'cli/[name]-[hash]',
      chunkNames: 'cli/[name]-[hash]',
      define: { ...split.define, 'import.meta.url': 'fluxkitUrl' },
      plugins: [requiredTypes, ...split.plugins, launched],
      write: false,
    },
    entry: 'src/cli/main.ts',
    chunks: 'dist/cli',
    budget: 100 * kilobyte,
    wholeBudget: 2500 * kilobyte,
    allowedSource: /^src\/(?!extension\/)/,
    forbiddenImport: 'vscode',
  },
  {
    name: 'webview',
    options: {
      ...shared,
      platform: 'browser',
      format: 'iife',
      target: 'es2022',
      entryPoints: { graph: 'webview/graph/main.ts' },
      outdir: 'dist/webview',
    },
    budget: 250 * kilobyte,
    allowedSource: /^(webview|src\/protocol|src\/base)\//,
    forbiddenImport: 'vscode',
  },
]

/** The outputs that are loaded when the bundle starts: its entry and what that imports, not what it imports on demand. */
function loadedAtOnce({ entry }, { outputs }) {
  if (entry === undefined) return new Set(Object.keys(outputs))
  const out = new Set()
  const pending = Object.keys(outputs).filter((path) => path === entry || outputs[path].entryPoint === entry)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (out.has(next)) continue
    out.add(next)
    for (const { path, kind } of outputs[next].imports) {
      if (kind === 'import-statement' && outputs[path] !== undefined) pending.push(path)
    }
  }
  return out
}

/** What is wrong with a bundle: modules that do not belong, forbidden imports, size. Returns its size for the report. */
function inspect(bundle, metafile) {
  const faults = []
  let ownSources = 0
  for (const path of Object.keys(metafile.inputs)) {
    if (path.includes('node_modules/') || path.includes(':')) continue
    ownSources++
    if (!bundle.allowedSource.test(path)) faults.push(`${bundle.name} must not contain ${path}`)
  }
  if (ownSources === 0) faults.push(`${bundle.name}: no source module was looked at`)
  let code = 0
  let data = 0
  let later = 0
  const atOnce = loadedAtOnce(bundle, metafile)
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (path.endsWith('.map')) continue
    for (const imported of output.imports) {
      if (imported.external && imported.path === bundle.forbiddenImport) {
        faults.push(`${bundle.name} must not import ${imported.path}`)
      }
    }
    let dataHere = 0
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) if (isData(input)) dataHere += bytesInOutput
    data += dataHere
    if (atOnce.has(path)) code += output.bytes - dataHere
    else later += output.bytes - dataHere
  }
  if (!dev && code > bundle.budget)
    faults.push(`${bundle.name} has ${code} bytes of code, the budget is ${bundle.budget}`)
  if (!dev && code + later > (bundle.wholeBudget ?? bundle.budget))
    faults.push(`${bundle.name} has ${code + later} bytes of code in all, the budget is ${bundle.wholeBudget}`)
  return { faults, code, data, later }
}

function report(bundle, metafile) {
  const { faults, code, data, later } = inspect(bundle, metafile)
  const more = [
    ...(later > 0 ? [` + ${Math.round(later / kilobyte)} kB on demand`] : []),
    ...(data > 0 ? [` + ${Math.round(data / kilobyte)} kB data`] : []),
  ]
  const size = `${Math.round(code / kilobyte)} kB${more.join('')}`
  const whole = bundle.wholeBudget === undefined ? '' : `, in all ${bundle.wholeBudget / kilobyte} kB`
  console.log(`${bundle.name.padEnd(10)} ${size} (budget ${bundle.budget / kilobyte} kB${whole})`)
  return faults
}

async function buildAll() {
  mkdirSync('dist/meta', { recursive: true })
  const faults = []
  for (const bundle of bundles) {
    if (only !== undefined && only !== bundle.name) continue
    if (bundle.chunks !== undefined) rmSync(bundle.chunks, { recursive: true, force: true })
    try {
      const { metafile } = await build(bundle.options)
      faults.push(...report(bundle, metafile))
      writeFileSync(`dist/meta/${bundle.name}.json`, JSON.stringify(metafile))
    } catch (error) {
      faults.push(`${bundle.name}: ${error.errors?.[0]?.text ?? error.message.split('\n', 1)[0]}`)
    }
  }
  for (const fault of faults) console.error(`error: ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}

process.chdir(root)
if (watch) {
  for (const bundle of bundles) await (await context(bundle.options)).watch()
  console.log('watching')
} else {
  await buildAll()
}
