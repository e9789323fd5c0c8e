/** Metadata, conditions and selectors. Format: see ../../type-docs.ts. */
export const metaDocs: string = `
meta.v1.OwnerReference: Names an object that this one depends on, in the same namespace or without one.
  apiVersion: API version of the owner.
  kind: Kind of the owner.
  name: Name of the owner.
  uid: UID of the owner, so that another object of the same name does not count.
  controller: True for the one owner that manages the object.
  blockOwnerDeletion: True: an owner deleted in the foreground waits until this object is gone.
meta.v1.ManagedFieldsEntry: The fields that one manager set, for server-side apply.
  apiVersion: API version that the field names are those of.
  fieldsType: Format of the field set; only FieldsV1.
  fieldsV1: The set of fields, as a tree.
  manager: Who set the fields.
  operation: Apply for server-side apply, Update for every other write.
  subresource: The subresource that was written, such as status; empty for the object itself.
  time: When the entry was last changed.
meta.v1.LabelSelectorRequirement: One requirement of a selector: a key, an operator and values.
  key: The label that the requirement is about.
  operator: In, NotIn, Exists or DoesNotExist.
  values: Values for In and NotIn; must be empty for the other two.
meta.v1.FieldSelectorRequirement: One requirement of a field selector.
  key: The field that the requirement is about.
  operator: In, NotIn, Exists or DoesNotExist.
  values: Values for In and NotIn.
meta.v1.ListMeta: Facts about a list.
  continue: Token to ask for the next part of the list.
  remainingItemCount: About how many objects are still to come.
  resourceVersion: State of the store that the list shows; a watch can begin here.
  selfLink: No longer used.
meta.v1.Condition: One aspect of the state of an object.
  observedGeneration: The generation that the condition is about.
meta.v1.Condition, apps.v1.DeploymentCondition, apps.v1.ReplicaSetCondition, apps.v1.StatefulSetCondition, apps.v1.DaemonSetCondition, batch.v1.JobCondition, core.v1.PodCondition, core.v1.NodeCondition, core.v1.NamespaceCondition, core.v1.PersistentVolumeClaimCondition, core.v1.ReplicationControllerCondition, autoscaling.v2.HorizontalPodAutoscalerCondition, autoscaling.v1.HorizontalPodAutoscalerCondition, apiextensions.v1.CustomResourceDefinitionCondition, certificates.v1.CertificateSigningRequestCondition, flowcontrol.v1.FlowSchemaCondition, flowcontrol.v1.PriorityLevelConfigurationCondition, apiregistration.v1.APIServiceCondition: One aspect of the state of an object.
  lastTransitionTime: When the status last went from one value to another.
  lastUpdateTime: When the condition was last written.
  lastProbeTime: When the condition was last checked.
  lastHeartbeatTime: When the kubelet last reported the condition.
  observedGeneration: The generation that the condition is about.
  message: Details for people.
  reason: Why, in one word for programs.
  status: True, False or Unknown.
  type: Which aspect it is.
meta.v1.Status: The outcome of a request that does not answer with an object.
  code: The HTTP status.
  details: What the outcome is about.
  message: The outcome in words.
  reason: Why it failed, in one word.
meta.v1.StatusDetails: What a failed request was about, and why.
  causes: The single faults.
  group: API group of the object.
  kind: Kind or resource of the object.
  name: Name of the object.
  retryAfterSeconds: When to try again.
  uid: UID of the object.
meta.v1.StatusCause: One fault of a request.
  field: The field at fault.
  message: The fault in words.
  reason: The fault in one word.
meta.v1.DeleteOptions: How to delete an object.
  apiVersion: API version of these options.
  kind: Kind of these options.
  dryRun: With All, nothing is changed.
  gracePeriodSeconds: How long the object may take to end; 0 is at once.
  ignoreStoreReadErrorWithClusterBreakingPotential: True: deletes an object that can no longer be read, without finalizers.
  orphanDependents: Deprecated: true keeps dependents; use propagationPolicy.
  preconditions: What must hold for the object to be deleted.
  propagationPolicy: What happens to dependents: Orphan, Background or Foreground.
meta.v1.Preconditions, core.v1.Preconditions: What must hold for a request to go on.
  resourceVersion: The resource version that the object must have.
  uid: The UID that the object must have.
meta.v1.GroupVersionKind: Names a kind.
  group: API group; empty for the core group.
  version: Version within the group.
  kind: The kind.
`
