import type { Location } from '../base/index.ts'
import { absorbAll } from './absorb.ts'
import { localConfigAnnotation, originAnnotation } from './annotations.ts'
import { configureGenerators, configureTransformers } from './builtins.ts'
import type { BuildContext, BuildScope } from './context.ts'
import { loadCrds } from './crds.ts'
import {
  fail,
  isFailure,
  KustomizeError,
  located,
  messageOf,
  namingFile,
  relocated,
  withPrefix,
  withQuotedPrefix,
  wrapError,
} from './errors.ts'
import { readResources, validateMetadata } from './factory.ts'
import { makeFieldSpec, visitFieldSpec } from './field-spec.ts'
import { goJson, toJson } from './json.ts'
import { type KustomizationFile, loadKustomization } from './kustomization.ts'
import type { Loader } from './loader.ts'
import { fixBackReferences } from './name-reference.ts'
import {
  appendOrigin,
  type BuildOrigin,
  emptyOrigin,
  originText,
  pluginOrigin,
  recordTransformer,
  setOrigin,
} from './origin.ts'
import { loadGenerator, loadTransformer } from './plugins.ts'
import { isWebUrl, parseRepoUrl } from './repo-url.ts'
import { idKey, idText, type ResId } from './resid.ts'
import { ResMap, resMapOf } from './resmap.ts'
import type { Resource } from './resource.ts'
import { stringTag } from './rnode.ts'
import { entrySetter, type Generator, type Transformer } from './transformer.ts'
import { emptyConfig, loadTransformerConfig, mergeConfigs, type TransformerConfig } from './transformer-config.ts'
import { hashTransformer } from './transformers/hash.ts'
import type { OriginStep } from './types.ts'
import { bindVariables, makeVariable, resolveVariables, VariableSet } from './vars.ts'

/** What a kustomization has gathered: resources, and what later steps need to know about them. */
interface Accumulator {
  readonly map: ResMap
  config: TransformerConfig
  readonly variables: VariableSet
}

/** What a kustomization inherits from the one that refers to it. */
interface Inherited {
  readonly origin: BuildOrigin | undefined
  readonly buildMetadata: readonly string[]
  readonly helmNamespace: string
}

/** A transformer or generator with what `buildMetadata` says about it. */
export interface WithOrigin<T> {
  readonly made: T
  readonly origin: BuildOrigin | undefined
}

/** Builds the directory of a loader, up to the final sort (api/internal/target/kusttarget.go). */
export function buildTarget(context: BuildContext, loader: Loader): { map: ResMap; file: KustomizationFile } {
  const file = loadKustomization(loader)
  useSchema(context, loader, file, true)
  const metadata = file.content.buildMetadata ?? []
  const target = new Target(context, loader, file, {
    origin: metadata.length > 0 ? emptyOrigin : undefined,
    buildMetadata: metadata,
    helmNamespace: '',
  })
  const gathered = target.accumulate(emptyAccumulator())
  const step: OriginStep = { step: 'nameReference', path: file.path }
  hashTransformer(file.path, context.hashes).transform(gathered.map)
  fixBackReferences(gathered.map, gathered.config, step)
  const unused = resolveVariables(gathered.map, gathered.variables, gathered.config)
  if (unused.length > 0) {
    const message = `well-defined vars that were never replaced: ${unused.join(',')}`
    loader.reader.notices.push({ message, logged: true })
  }
  dropLocalConfig(gathered.map)
  return { map: gathered.map, file }
}

function emptyAccumulator(): Accumulator {
  return { map: new ResMap(), config: emptyConfig, variables: new VariableSet() }
}

class Target {
  readonly #context: BuildContext
  readonly #loader: Loader
  readonly #file: KustomizationFile
  readonly #inherited: Inherited
  readonly #scope: BuildScope

  constructor(context: BuildContext, loader: Loader, file: KustomizationFile, inherited: Inherited) {
    this.#context = context
    this.#loader = loader
    this.#file = file
    this.#inherited = inherited
    this.#scope = { ...context, loader }
  }

  /** Adds what the kustomization makes to an accumulator: an empty one, or for components that of the parent. */
  accumulate(start: Accumulator): Accumulator {
    const { content } = this.#file
    let gathered = start
    withPrefix('accumulating resources', () => this.#resources(gathered, content.resources, 'resources'))
    const config = this.#locatedAll('configurations', () =>
      loadTransformerConfig(this.#loader, content.configurations ?? []),
    )
    gathered.config = mergeConfigs(gathered.config, config)
    gathered.config = mergeConfigs(
      gathered.config,
      this.#locatedAll('crds', () => loadCrds(this.#loader, content.crds ?? [])),
    )
    this.#generate(gathered)
    gathered = withPrefix('accumulating components', () => this.#components(gathered))
    this.#transform(gathered)
    this.#validate(gathered)
    const variables = (content.vars ?? []).map((args, i) => makeVariable(args, this.#step('vars', i)))
    withPrefix('merging vars', () => {
      bindVariables(gathered.map, variables)
      for (const variable of variables) gathered.variables.add(variable)
    })
    return gathered
  }

  #resources(gathered: Accumulator, paths: readonly string[], field: string): void {
    paths.forEach((path, i) => {
      const place = (): Location => this.#file.locate(field, i)
      const isRemote = isWebUrl(path) || (this.#loader.repoRoot === undefined && parseRepoUrl(path) !== undefined)
      located(place, () => relocated(isRemote, place, () => this.#resource(gathered, path, field)))
    })
  }

  /** A path is first taken for a file, then for a directory. */
  #resource(gathered: Accumulator, path: string, field: string): void {
    let asFile: KustomizeError
    try {
      this.#resourceFile(gathered, path, field)
      return
    } catch (error) {
      if (!isFailure(error)) throw error
      asFile = error
    }
    if (asFile.details.final === true) throw asFile
    let loader: Loader
    try {
      loader = this.#loader.child(path)
    } catch (error) {
      if (!isFailure(error)) throw error
      // Git took too long: there is a repository, and both failures matter.
      if (asFile.details.malformed === true && error.details.code !== 'kustomize/remote-timeout') throw asFile
      // The place inside the file that could not be read is the better one to show.
      throw wrapError(
        asFile.details.location === undefined ? error : new KustomizeError(error.message, asFile.details),
        `accumulation err='${asFile.message}'`,
      )
    }
    withPrefix(`accumulation err='${asFile.message}'`, () => {
      const sub = this.#directory(loader, path, false, emptyAccumulator())
      this.#merge(gathered, sub, loader.root)
    })
  }

  #resourceFile(gathered: Accumulator, path: string, field: string): void {
    withPrefix(`accumulating resources from '${path}'`, () => {
      const source = { path: this.#loader.absolute(path), step: field === 'resources' ? 'resource' : field }
      const content = this.#loader.load(path)
      const resources = namingFile(path, () => readResources(content, source, this.#context.schema))
      // One resource is like no other in its file; asking for its id can only fail for the document of a schema.
      if (resources.length > 1 || this.#context.schema.isCustom) resMapOf(resources)
      const { origin } = this.#inherited
      if (origin !== undefined) {
        const text = originText(appendOrigin(origin, path))
        for (const resource of resources) annotateOrigin(resource, text)
      }
      withPrefix(`merging resources from '${path}'`, () => gathered.map.appendAll(resources))
    })
  }

  #components(gathered: Accumulator): Accumulator {
    let current = gathered
    ;(this.#file.content.components ?? []).forEach((path, i) => {
      const place = (): Location => this.#file.locate('components', i)
      const isRemote = this.#loader.repoRoot === undefined && parseRepoUrl(path) !== undefined
      const add = (): void => {
        const loader = withQuotedPrefix('loader.New', () => this.#loader.child(path))
        current = withQuotedPrefix('accumulateDirectory:', () => {
          const sub = this.#directory(loader, path, true, current)
          const merged = emptyAccumulator()
          this.#merge(merged, sub, loader.root)
          return merged
        })
      }
      located(place, () => relocated(isRemote, place, add))
    })
    return current
  }

  /** Builds another directory; a component works on what is there already. */
  #directory(loader: Loader, path: string, isComponent: boolean, start: Accumulator): Accumulator {
    const file = withPrefix(`couldn't make target for path '${loader.root}'`, () => loadKustomization(loader))
    useSchema(this.#context, loader, file, false)
    const { kind } = file.content
    if (isComponent && kind !== 'Component') {
      fail(`expected kind 'Component' for path '${loader.root}' but got '${kind}'`)
    }
    if (!isComponent && kind === 'Component') fail(`expected kind != 'Component' for path '${loader.root}'`)
    const { origin, buildMetadata, helmNamespace } = this.#inherited
    const target = new Target(this.#context, loader, file, {
      origin: origin === undefined ? undefined : appendOrigin(origin, path),
      buildMetadata,
      helmNamespace: this.#file.content.namespace || helmNamespace,
    })
    return withPrefix(`recursed accumulation of path '${loader.root}'`, () => target.accumulate(start))
  }

  #merge(into: Accumulator, sub: Accumulator, root: string): void {
    withPrefix(`recursed merging from path '${root}'`, () => {
      into.map.appendAll(sub.map.resources)
      into.config = mergeConfigs(into.config, sub.config)
      for (const variable of sub.variables.sorted) into.variables.add(variable)
    })
  }

  #generate(gathered: Accumulator): void {
    const { origin, helmNamespace } = this.#inherited
    const generators: WithOrigin<Generator>[] = configureGenerators({
      scope: this.#scope,
      file: this.#file,
      origin,
      helmNamespace,
    })
    const { generators: entries = [] } = this.#file.content
    withPrefix('loading generator plugins', () => {
      for (const config of this.#configs(entries, 'generators')) {
        const made = withPrefix('failed to load generator', () => loadGenerator(this.#scope, config))
        generators.push({ made, origin: pluginOrigin(config) })
      }
    })
    for (const { made, origin: from } of generators) {
      const resources = made.generate()
      for (const resource of resources) {
        if (from !== undefined && resource.annotation(originAnnotation) === undefined) setOrigin(resource, from)
      }
      withPrefix('merging from generator', () => absorbAll(gathered.map, resources))
    }
  }

  #transform(gathered: Accumulator): void {
    const transformers: WithOrigin<Transformer>[] = configureTransformers(
      { scope: this.#scope, file: this.#file, origin: this.#inherited.origin, helmNamespace: '' },
      gathered.config,
    )
    const { transformers: entries = [] } = this.#file.content
    for (const config of this.#configs(entries, 'transformers')) {
      transformers.push({ made: loadTransformer(this.#scope, config), origin: pluginOrigin(config) })
    }
    for (const { made, origin } of transformers) {
      made.transform(gathered.map)
      if (origin !== undefined) {
        for (const resource of gathered.map.resources) if (!resource.isEmpty) recordTransformer(resource, origin)
      }
      gathered.map.dropEmpties()
    }
  }

  /** Validators are transformers that must not change anything. */
  #validate(gathered: Accumulator): void {
    const { validators = [] } = this.#file.content
    for (const config of this.#configs(validators, 'validators')) {
      const validator = loadTransformer(this.#scope, config)
      const before = gathered.map.resources.map(snapshot)
      validator.transform(gathered.map)
      const after = gathered.map.resources.map(snapshot)
      if (before.length !== after.length || before.some((text, i) => text !== after[i])) {
        fail("validator shouldn't modify the resource map")
      }
    }
  }

  /** The configurations of plugins: written in the kustomization file, or in files and directories it names. */
  #configs(entries: readonly string[], field: string): readonly Resource[] {
    const gathered = emptyAccumulator()
    const paths: string[] = []
    const { origin } = this.#inherited
    entries.forEach((entry, i) => {
      const step = this.#step(field, i)
      let inline: Resource[]
      try {
        inline = readResources(entry, step, this.#context.schema)
      } catch (error) {
        if (!isFailure(error)) throw error
        paths.push(entry)
        return
      }
      if (origin !== undefined) {
        for (const resource of inline) setOrigin(resource, appendOrigin(origin, this.#file.name))
      }
      gathered.map.appendAll(inline)
    })
    if (paths.length > 0) this.#resources(gathered, paths, field)
    return gathered.map.resources
  }

  #step(field: string, index: number): OriginStep {
    const { path, range } = this.#file.locate(field, index)
    return { step: field, path, ...(range === undefined ? {} : { range }) }
  }

  #locatedAll<T>(field: string, action: () => T): T {
    return located(() => this.#file.locate(field), action)
  }
}

function useSchema(context: BuildContext, loader: Loader, file: KustomizationFile, root: boolean): void {
  const openapi = file.content.openapi ?? {}
  located(
    () => file.locate('openapi'),
    () => {
      const path = openapi['path']
      const document = path === undefined ? undefined : loader.loadText(path)
      context.schema.use(openapi, document, root)
    },
  )
}

/**
 * Takes away resources that are only for local use, and refuses those that lost their name or share an id. As upstream by
 * id: what shares the id of a resource that stays, stays too, and the final sort refuses both (IgnoreLocal and
 * ResAccumulator.Intersection).
 */
function dropLocalConfig(map: ResMap): void {
  const kept = new Set<string>()
  const local: ResId[] = []
  for (const resource of map.resources) {
    if (resource.isEmpty) continue
    validateMetadata(resource.root)
    const key = idKey(resource.id())
    const value = resource.annotation(localConfigAnnotation)
    if (value !== undefined && value !== 'false') {
      local.push(resource.id())
      continue
    }
    if (kept.has(key)) fail(`may not add resource with an already registered id: ${idText(resource.id())}`)
    kept.add(key)
  }
  if (kept.size === map.resources.length) return
  const removed = new Set<string>()
  for (const id of local) {
    const key = idKey(id)
    if (kept.has(key)) continue
    if (removed.has(key)) fail(`id ${idText(id)} not found in removal`)
    removed.add(key)
  }
  map.setAll(map.resources.filter((resource) => !resource.isEmpty && kept.has(idKey(resource.id()))))
}

const annotationsSpec = makeFieldSpec({ path: 'metadata/annotations', create: true })

function annotateOrigin(resource: Resource, text: string): void {
  const set = entrySetter(originAnnotation, text, stringTag)
  visitFieldSpec(resource.root, annotationsSpec, { set, createKind: 'mapping', createTag: '!!map' })
}

function snapshot(resource: Resource): string {
  const copy = resource.copy()
  const labels = copy.labels()
  if (labels.delete('validated-by')) copy.setLabels(labels)
  try {
    return goJson(toJson(copy.root))
  } catch (error) {
    return messageOf(error)
  }
}
