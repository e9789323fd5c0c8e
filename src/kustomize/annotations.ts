/** Annotations by which a build keeps notes on its resources (api/internal/utils/annotations.go, kioutil). */
const domain = 'internal.config.kubernetes.io'

/** The keys of the notes. */
export const notes: Readonly<Record<NoteName, string>> = {
  previousKinds: `${domain}/previousKinds`,
  previousNames: `${domain}/previousNames`,
  previousNamespaces: `${domain}/previousNamespaces`,
  prefixes: `${domain}/prefixes`,
  suffixes: `${domain}/suffixes`,
  behavior: `${domain}/generatorBehavior`,
  needsHash: `${domain}/needsHashSuffix`,
  allowNameChange: `${domain}/allowNameChange`,
  allowKindChange: `${domain}/allowKindChange`,
  helmGenerated: `${domain}/helm-generated`,
}

type NoteName =
  | 'previousKinds'
  | 'previousNames'
  | 'previousNamespaces'
  | 'prefixes'
  | 'suffixes'
  | 'behavior'
  | 'needsHash'
  | 'allowNameChange'
  | 'allowKindChange'
  | 'helmGenerated'

export const originAnnotation = 'config.kubernetes.io/origin'
export const transformationsAnnotation = 'alpha.config.kubernetes.io/transformations'
export const localConfigAnnotation = 'config.kubernetes.io/local-config'

const legacyNotes = ['config.kubernetes.io/index', 'config.kubernetes.io/path', 'config.k8s.io/id']

/** What is taken off every resource at the end, whoever put it there. */
export const buildAnnotations: readonly string[] = [
  ...Object.values(notes),
  `${domain}/refBy`,
  `${domain}/path`,
  `${domain}/index`,
  `${domain}/seqindent`,
  `${domain}/id`,
  `${domain}/annotations-migration-resource-id`,
  ...legacyNotes,
]

/** True for annotations that a JSON patch cannot take away. */
export function isInternalAnnotation(key: string): boolean {
  return key.startsWith(`${domain}/`) || legacyNotes.includes(key)
}
