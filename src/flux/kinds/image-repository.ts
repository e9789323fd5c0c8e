import { secretRef, serviceAccountRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** The tags of an image. */
export const imageRepositoryKind: FluxKind = {
  group: fluxGroups.image,
  version: 'v1',
  kind: 'ImageRepository',
  plural: 'imagerepositories',
  shortNames: ['imgrepo', 'imagerepo'],
  role: 'image',
  hasArtifact: false,
  controller: 'image-reflector-controller',
  references: [
    secretRef('spec', 'secretRef'),
    secretRef('spec', 'certSecretRef'),
    secretRef('spec', 'proxySecretRef'),
    serviceAccountRef('spec', 'serviceAccountName'),
  ],
}
