import { type FluxKind, fluxGroups } from './kind.ts'

/** Which events go to a provider. */
export const alertKind: FluxKind = {
  group: fluxGroups.notification,
  version: 'v1beta3',
  kind: 'Alert',
  plural: 'alerts',
  shortNames: [],
  role: 'notification',
  hasArtifact: false,
  controller: 'notification-controller',
  references: [
    { path: ['spec', 'providerRef'], role: 'provider', kind: 'Provider' },
    { path: ['spec', 'eventSources', '*'], role: 'subject', crossNamespace: true },
  ],
}
