import { getIn, type ObjectRef } from '../base/index.ts'
import { type Fleet, isFluxKustomization, type LocatedObject, nodeAt } from '../fleet/index.ts'
import { fluxKindOf } from '../flux/index.ts'
import { nameOf } from './lookup.ts'
import { directoryFile, kustomizationIds } from './paths.ts'
import type { CodeLens, LanguageContext, LensCommand } from './types.ts'

/** The buttons above each Flux object of a file: build, diff, reconcile, what it uses and what uses it. */
export function codeLenses({ fleet, liveStatus }: LanguageContext, path: string): readonly CodeLens[] {
  const file = fleet.file(path)
  if (file === undefined || (fleet.fileRole(path) ?? 'resource') !== 'resource') return []
  return file.objects.flatMap((object) => {
    const kind = fluxKindOf(object.ref)
    if (kind === undefined || object.ref.name === '') return []
    const effective = fleet.effective(object)
    const ref = effective[0]?.ref ?? object.ref
    const status = liveStatus?.(ref, effective[0]?.cluster)
    const lenses = isFluxKustomization(ref)
      ? kustomizationLenses(fleet, object, ref)
      : ref.kind === 'HelmRelease'
        ? releaseLenses(object, ref, effective[0]?.cluster ?? '-')
        : objectLenses(object, ref, kind.role)
    const uses = fleet.references(ref).length
    if (kind.role === 'source' && uses > 0) {
      lenses.push(lens(object, ref, 'showReferences', `${uses} ${uses === 1 ? 'reference' : 'references'}`))
    }
    return status === undefined ? lenses : [lens(object, ref, 'showGraph', status), ...lenses]
  })
}

function kustomizationLenses(fleet: Fleet, object: LocatedObject, ref: ObjectRef): CodeLens[] {
  const ids = kustomizationIds(fleet, object)
  const id = ids[0]
  const extra = id === undefined ? {} : { kustomization: id }
  const count = id === undefined ? undefined : fleet.build(id)?.objects.length
  const out: CodeLens[] = [
    {
      ...lens(object, ref, 'build', count === undefined || count === 0 ? 'Build' : `Build (${count} objects)`),
      ...extra,
    },
    { ...lens(object, ref, 'diff', 'Diff'), ...extra },
    { ...lens(object, ref, 'reconcile', 'Reconcile'), ...extra },
    suspendLens(object, ref),
  ]
  const kustomization = id === undefined ? undefined : fleet.kustomization(id)
  const source = kustomization?.source
  if (kustomization !== undefined && source?.ref !== undefined) {
    const target = nameOf(fleet, source.ref, kustomization.cluster)
    if (target !== undefined)
      out.push({ ...lens(object, ref, 'openSource', `${source.ref.kind}/${source.ref.name}`), ...extra, target })
  }
  const directory = kustomization?.directory
  const file = directory === undefined ? undefined : directoryFile(fleet, directory)
  if (directory !== undefined && file !== undefined) {
    out.push({ ...lens(object, ref, 'openDirectory', directory), ...extra, target: { path: file } })
  }
  return out
}

function releaseLenses(object: LocatedObject, ref: ObjectRef, cluster: string): CodeLens[] {
  const extra = { release: `${cluster}/${ref.namespace ?? ''}/${ref.name}` }
  return [
    { ...lens(object, ref, 'build', 'Build'), ...extra },
    { ...lens(object, ref, 'diff', 'Diff'), ...extra },
    ...objectLenses(object, ref, 'applier'),
  ]
}

function objectLenses(object: LocatedObject, ref: ObjectRef, role: string): CodeLens[] {
  if (role !== 'source' && role !== 'applier' && role !== 'image') return []
  return [lens(object, ref, 'reconcile', 'Reconcile'), suspendLens(object, ref)]
}

function suspendLens(object: LocatedObject, ref: ObjectRef): CodeLens {
  const suspended = getIn(object.object, ['spec', 'suspend']) === true
  return lens(object, ref, suspended ? 'resume' : 'suspend', suspended ? 'Resume' : 'Suspend')
}

function lens(object: LocatedObject, ref: ObjectRef, command: LensCommand, title: string): CodeLens {
  const at = nodeAt(object.root, ['apiVersion']) ?? object.root
  const key = object.root.content[0] ?? at
  return { range: { start: key.start, end: key.end }, title, command, ref }
}
