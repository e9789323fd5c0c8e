/** Labels, annotations, finalizers, reasons and names by which the controllers of Flux 2.9 talk (fluxcd/pkg apis/meta). */

/** Asks for a reconciliation; the value is copied to `status.lastHandledReconcileAt`. */
export const reconcileRequestAnnotation = 'reconcile.fluxcd.io/requestedAt'
/** Asks a HelmRelease for a forced upgrade or for a reset of its failure counts; valid with an equal `requestedAt`. */
export const forceRequestAnnotation = 'reconcile.fluxcd.io/forceAt'
export const resetRequestAnnotation = 'reconcile.fluxcd.io/resetAt'

/** On an object that a Kustomization applies. */
export const kustomizeAnnotations = {
  /** `disabled`: skipped by apply and by prune. */
  reconcile: 'kustomize.toolkit.fluxcd.io/reconcile',
  /** `disabled`: never deleted by prune. */
  prune: 'kustomize.toolkit.fluxcd.io/prune',
  /** `Merge`, `IfNotPresent`, `Ignore` or `Override`. */
  ssa: 'kustomize.toolkit.fluxcd.io/ssa',
  /** `enabled`: recreated when an immutable field changes. */
  force: 'kustomize.toolkit.fluxcd.io/force',
  /** `disabled`: no post-build substitution. */
  substitute: 'kustomize.toolkit.fluxcd.io/substitute',
  /** `disabled`: left encrypted. */
  decrypt: 'kustomize.toolkit.fluxcd.io/decrypt',
} as const

/** The labels by which an applied object names its Kustomization. */
export const ownerLabels = {
  name: 'kustomize.toolkit.fluxcd.io/name',
  namespace: 'kustomize.toolkit.fluxcd.io/namespace',
} as const

/** Finalizer of every Flux object. */
export const fluxFinalizer = 'finalizers.fluxcd.io'

export const conditionTypes = {
  ready: 'Ready',
  reconciling: 'Reconciling',
  stalled: 'Stalled',
  healthy: 'Healthy',
  artifactInStorage: 'ArtifactInStorage',
  fetchFailed: 'FetchFailed',
  artifactOutdated: 'ArtifactOutdated',
  storageOperationFailed: 'StorageOperationFailed',
  buildFailed: 'BuildFailed',
  includeUnavailable: 'IncludeUnavailable',
  sourceVerified: 'SourceVerified',
} as const

/** Reasons of conditions and events. */
export const reasons = {
  succeeded: 'Succeeded',
  failed: 'Failed',
  progressing: 'Progressing',
  progressingWithRetry: 'ProgressingWithRetry',
  suspended: 'Suspended',
  dependencyNotReady: 'DependencyNotReady',
  pruneFailed: 'PruneFailed',
  artifactFailed: 'ArtifactFailed',
  buildFailed: 'BuildFailed',
  healthCheckFailed: 'HealthCheckFailed',
  healthCheckCanceled: 'HealthCheckCanceled',
  reconciliationSucceeded: 'ReconciliationSucceeded',
  reconciliationFailed: 'ReconciliationFailed',
  invalidCelExpression: 'InvalidCELExpression',
  featureGateDisabled: 'FeatureGateDisabled',
  accessDenied: 'AccessDenied',
  terminal: 'Reconciliation failed terminally due to configuration error',
} as const

/** Field managers of kustomize-controller: for what it applies and for status. */
export const fieldManagers = {
  kustomizeController: 'kustomize-controller',
  kustomizeStatus: 'gotk-kustomize-controller',
  helmController: 'helm-controller',
  sourceController: 'source-controller',
  sourceWatcher: 'source-watcher',
} as const
