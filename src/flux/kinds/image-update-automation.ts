import { secretRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** Writes the latest tags back to Git. */
export const imageUpdateAutomationKind: FluxKind = {
  group: fluxGroups.image,
  version: 'v1',
  kind: 'ImageUpdateAutomation',
  plural: 'imageupdateautomations',
  shortNames: ['iua', 'imgupd', 'imgauto'],
  role: 'image',
  hasArtifact: false,
  controller: 'image-automation-controller',
  references: [
    { path: ['spec', 'sourceRef'], role: 'source', crossNamespace: true },
    secretRef('spec', 'git', 'commit', 'signingKey', 'secretRef'),
  ],
}
