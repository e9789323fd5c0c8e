import { type FluxKind, fluxGroups } from './kind.ts'

/** Which tag of an image is the latest. */
export const imagePolicyKind: FluxKind = {
  group: fluxGroups.image,
  version: 'v1',
  kind: 'ImagePolicy',
  plural: 'imagepolicies',
  shortNames: ['imgpol', 'imagepol'],
  role: 'image',
  hasArtifact: false,
  controller: 'image-reflector-controller',
  references: [
    { path: ['spec', 'imageRepositoryRef'], role: 'image-repository', kind: 'ImageRepository', crossNamespace: true },
  ],
}
