import { secretRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** A webhook that asks for reconciliations. */
export const receiverKind: FluxKind = {
  group: fluxGroups.notification,
  version: 'v1',
  kind: 'Receiver',
  plural: 'receivers',
  shortNames: [],
  role: 'notification',
  hasArtifact: false,
  controller: 'notification-controller',
  references: [
    secretRef('spec', 'secretRef'),
    { path: ['spec', 'resources', '*'], role: 'subject', crossNamespace: true },
  ],
}
