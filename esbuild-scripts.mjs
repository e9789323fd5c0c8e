/**
 * The chunks of a split bundle as scripts instead of ES modules. Each is one function, which asks for the chunks that it
 * imports and gives its exports (`src/cli/chunks.ts`). esbuild splits ES modules only, and Node gives no way to keep what
 * V8 compiled of an ES module while it ran.
 */
import { readFileSync } from 'node:fs'
import { Script } from 'node:vm'

/** An import as esbuild writes it, of names or for its effect, from a file of the same folder. */
const importPattern = /\s*import\s*(?:\{([^}]*)\}\s*from\s*)?"\.\/([\w.-]+)";?/y
const exportPattern = /export\s*\{([^}]*)\};?(\s*(?:\/\/# sourceMappingURL=.*\s*)?)$/

/** The output files, those of code rewritten. Throws where one is not what esbuild is known to write. */
export function asScripts(outputFiles) {
  return outputFiles.map(({ path, text }) => ({ path, text: path.endsWith('.js') ? asScript(path, text) : text }))
}

function asScript(path, text) {
  const banner = /^const require = .*\n/.exec(text)?.[0] ?? ''
  let body = banner.length
  let imports = ''
  importPattern.lastIndex = body
  for (let match = importPattern.exec(text); match !== null; match = importPattern.exec(text)) {
    const [whole, names, from] = match
    const load = `fluxkitLoad("${from}");`
    imports += '\n'.repeat(whole.split('\n').length - 1)
    imports += names === undefined ? load : `const {${properties(names, (there, here) => `${there}:${here}`)}}=${load}`
    body = importPattern.lastIndex
  }
  const code = text
    .slice(body)
    .replace(
      exportPattern,
      (_, names, end) => `return {${properties(names, (here, there) => `${there}:${here}`)}};${end}`,
    )
    .replace(/\bimport\("\.\/([\w.-]+)"\)/g, 'Promise.resolve().then(()=>fluxkitLoad("$1"))')
    .replace(/\bimport\("(node:[\w/]+)"\)/g, 'Promise.resolve(process.getBuiltinModule("$1"))')
  const end = /\breturn \{[^}]*\};\s*(\/\/# .*\s*)?$/.test(code) ? '' : 'return {}\n'
  const script = `(function(fluxkitLoad,fluxkitUrl){"use strict";${banner.trimEnd()}${imports}${code}\n${end}})`
  // Throws for what is left of a module.
  new Script(script, { filename: path })
  return script
}

/** `a as b, c` as properties. */
function properties(names, write) {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const [first, second = first] = name.split(/\s+as\s+/)
      return write(first, second)
    })
    .join(',')
}

/**
 * What imports of a chunk would not see: exports of a script are taken when it has run, and those of a module may change
 * later. That is so for exported variables, and for ES modules that are required, which run when they are; none may be in
 * a chunk that others import.
 */
export function lateBindings({ inputs, outputs }) {
  const imported = new Set(
    Object.values(outputs).flatMap(({ imports }) =>
      imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path),
    ),
  )
  const shared = new Set([...imported].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {})))
  return Object.entries(inputs).flatMap(([path, { imports }]) => [
    ...imports
      .filter(({ kind, path: late }) => kind === 'require-call' && inputs[late]?.format === 'esm' && shared.has(late))
      .map(({ path: late }) => `${path} requires the ES module ${late}`),
    ...(path.startsWith('src/') && /^export let\b/m.test(readFileSync(path, 'utf8'))
      ? [`${path} exports a variable`]
      : []),
  ])
}
