/** Workloads, autoscaling and disruption. Format: see ../../type-docs.ts. */
export const workloadDocs: string = `
apps.v1.DeploymentStrategy: How new Pods take the place of old ones.
apps.v1.RollingUpdateDeployment: How far a rolling update may go from the wanted number of Pods.
apps.v1.DaemonSetSpec: The state that a DaemonSet is brought to.
apps.v1.DaemonSetStatus: What was last seen of a DaemonSet.
  collisionCount: Clashes of revision names so far.
  conditions: Conditions of the DaemonSet.
  currentNumberScheduled: Nodes that run the Pod and should.
  desiredNumberScheduled: Nodes that should run the Pod.
  numberAvailable: Nodes whose Pod has been ready for minReadySeconds.
  numberMisscheduled: Nodes that run the Pod and should not.
  numberReady: Nodes whose Pod is ready.
  numberUnavailable: Nodes that should have an available Pod and have none.
  observedGeneration: The generation that this status is about.
  updatedNumberScheduled: Nodes that run a Pod of the current template.
apps.v1.DaemonSetUpdateStrategy: How the Pods of a DaemonSet are replaced.
  rollingUpdate: Limits of a rolling update; only with type RollingUpdate.
  type: RollingUpdate (the default) replaces Pods by itself, OnDelete only once they are deleted.
apps.v1.RollingUpdateDaemonSet: How a rolling update goes over the nodes.
  maxSurge: On how many nodes a new Pod may run beside the old one: a count or a percentage. Default 0.
  maxUnavailable: On how many nodes the Pod may be missing: a count or a percentage. Default 1.
apps.v1.ReplicaSetSpec: The state that a ReplicaSet is brought to.
apps.v1.ReplicaSetSpec, core.v1.ReplicationControllerSpec:
  minReadySeconds: How long a new Pod has to be ready to count as available. Default 0.
  replicas: How many Pods to run. Default 1.
  selector: Selects the Pods that belong to it; must match the labels of the template.
  template: What the Pods look like.
apps.v1.ReplicaSetStatus: What was last seen of a ReplicaSet.
apps.v1.ReplicaSetStatus, core.v1.ReplicationControllerStatus:
  availableReplicas: Pods that have been ready for minReadySeconds.
  conditions: ReplicaFailure, when Pods cannot be made or deleted.
  fullyLabeledReplicas: Pods that have all labels of the template.
  observedGeneration: The generation that this status is about.
  readyReplicas: Pods that are ready.
  replicas: Pods that there are.
  terminatingReplicas: Pods that are being ended.
core.v1.ReplicationController: The old form of a ReplicaSet: keeps a number of equal Pods running.
core.v1.ReplicationControllerSpec: The state that a ReplicationController is brought to.
core.v1.ReplicationControllerStatus: What was last seen of a ReplicationController.
apps.v1.StatefulSetSpec: The state that a StatefulSet is brought to.
apps.v1.StatefulSetStatus: What was last seen of a StatefulSet.
  availableReplicas: Pods that have been ready for minReadySeconds.
  collisionCount: Clashes of revision names so far.
  conditions: Conditions of the StatefulSet.
  currentReplicas: Pods of currentRevision.
  currentRevision: The revision that Pods have which are not updated yet.
  observedGeneration: The generation that this status is about.
  readyReplicas: Pods that are ready.
  replicas: Pods that there are.
  updateRevision: The revision that Pods are updated to.
  updatedReplicas: Pods of updateRevision.
apps.v1.StatefulSetUpdateStrategy: How the Pods of a StatefulSet are replaced.
  rollingUpdate: Limits of a rolling update; only with type RollingUpdate.
  type: RollingUpdate (the default) goes from the highest number down, OnDelete waits until Pods are deleted.
apps.v1.RollingUpdateStatefulSetStrategy: How a rolling update of a StatefulSet goes.
  maxUnavailable: How many Pods may be missing meanwhile: a count or a percentage. Default 1.
  partition: Only Pods with this number or a higher one are updated. Default 0.
apps.v1.StatefulSetOrdinals: How the Pods of a StatefulSet are numbered.
  start: The first number. Default 0.
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy: What happens to claims made from volumeClaimTemplates.
  whenDeleted: Retain (the default) or Delete when the set is deleted.
  whenScaled: Retain (the default) or Delete when the set is scaled down.
apps.v1.ControllerRevision: A snapshot of the template of a StatefulSet or DaemonSet, for rollbacks.
  data: The snapshot.
  revision: Its number; newer ones are higher.
batch.v1.JobSpec: How a Job runs.
  backoffLimitPerIndex: How many failures of one index are tried again; only with completionMode Indexed.
  managedBy: Which controller runs the Job; Kubernetes itself when absent. Cannot be changed.
  manualSelector: True: you set selector and labels yourself and see to it that they are unique.
  maxFailedIndexes: The Job fails when more indexes than this have failed.
  podReplacementPolicy: When a failed Pod is replaced: TerminatingOrFailed at once, Failed when it has ended.
  successPolicy: When an indexed Job counts as done before all indexes have succeeded.
batch.v1.JobStatus: What was last seen of a Job.
  active: Pods that run or wait to run.
  completedIndexes: Indexes that have succeeded, as in 1,3-5.
  completionTime: When the Job succeeded.
  conditions: Complete, Failed, Suspended and others with their reasons.
  failed: Pods that have failed.
  failedIndexes: Indexes that have failed, as in 1,3-5.
  ready: Active Pods that are ready.
  startTime: When the Job began, or was last resumed.
  succeeded: Pods that have succeeded.
  terminating: Pods that are being ended.
  uncountedTerminatedPods: Ended Pods that are not in the counts yet.
batch.v1.UncountedTerminatedPods: UIDs of ended Pods that are not in the counts of a Job yet.
  failed: Those that failed.
  succeeded: Those that succeeded.
batch.v1.PodFailurePolicy: Decides what a failed Pod means for its Job.
  rules: Rules in order; the first that fits decides.
batch.v1.PodFailurePolicyRule: One rule: an action, and either exit codes or conditions.
  action: FailJob, FailIndex, Ignore (does not count) or Count (against backoffLimit, as without a rule).
  onExitCodes: Exit codes that the rule is for.
  onPodConditions: Pod conditions that the rule is for.
batch.v1.PodFailurePolicyOnExitCodesRequirement: Exit codes that a rule is for.
  containerName: The container that it looks at; all when absent.
  operator: In or NotIn.
  values: The exit codes; 0 cannot be in an In list.
batch.v1.PodFailurePolicyOnPodConditionsPattern: A Pod condition that a rule is for.
  status: Status of the condition. Default True.
  type: Type of the condition.
batch.v1.SuccessPolicy: When an indexed Job counts as done.
  rules: Rules of which one has to be met.
batch.v1.SuccessPolicyRule: Indexes, or a number of them, that have to succeed.
  succeededCount: How many indexes have to succeed, of succeededIndexes when that is set.
  succeededIndexes: Which indexes have to succeed, as in 1,3-5.
batch.v1.CronJobSpec: When and how a CronJob makes Jobs.
batch.v1.CronJobStatus: What was last seen of a CronJob.
  active: Jobs that are running.
  lastScheduleTime: When a Job was last made.
  lastSuccessfulTime: When a Job last succeeded.
batch.v1.JobTemplateSpec: What Jobs made from it look like.
  metadata: Labels and annotations of the Jobs.
  spec: How the Jobs run.
core.v1.PodTemplate: A template of Pods as an object of its own.
  template: What the Pods look like.
autoscaling.v2.HorizontalPodAutoscaler, autoscaling.v1.HorizontalPodAutoscaler: Scales a workload to keep metrics near their targets.
autoscaling.v2.HorizontalPodAutoscalerSpec: What is scaled, between which limits and by which metrics.
autoscaling.v2.HorizontalPodAutoscalerStatus, autoscaling.v1.HorizontalPodAutoscalerStatus: What was last seen of an autoscaler.
  conditions: AbleToScale, ScalingActive and ScalingLimited with their reasons.
  currentMetrics: Last values of the metrics.
  currentReplicas: Pods that there were.
  desiredReplicas: Pods that there should be.
  lastScaleTime: When the number of Pods was last changed.
  observedGeneration: The generation that this status is about.
  currentCPUUtilizationPercentage: Average CPU use, in percent of the requests.
autoscaling.v1.HorizontalPodAutoscalerSpec: What is scaled, between which limits and at which CPU use.
  maxReplicas: The most Pods.
  minReplicas: The fewest Pods. Default 1.
  scaleTargetRef: What is scaled.
  targetCPUUtilizationPercentage: CPU use to aim for, in percent of the requests.
autoscaling.v2.CrossVersionObjectReference, autoscaling.v1.CrossVersionObjectReference: Names an object in the same namespace.
  apiVersion: API version of the object.
  kind: Kind of the object.
  name: Name of the object.
autoscaling.v2.HorizontalPodAutoscalerBehavior: How fast to scale in each direction.
  scaleDown: Rules for fewer Pods; by default, after five minutes of lower need and down to minReplicas.
  scaleUp: Rules for more Pods; by default, at once and by up to 4 Pods or 100% every 15 seconds.
autoscaling.v2.HPAScalingRules: How fast to scale in one direction.
  policies: How much may change in a time.
  selectPolicy: Max (the default) takes the policy that changes most, Min the least, Disabled does not scale this way.
  stabilizationWindowSeconds: How far back to look at earlier results, so that the number does not go up and down. At most 3600.
  tolerance: How far a metric may be off its target without scaling. Default 10%.
autoscaling.v2.HPAScalingPolicy: How much may change in a time.
  periodSeconds: The time, in seconds; at most 1800.
  type: What value counts: Pods or Percent.
  value: How much may change; above 0.
autoscaling.v2.MetricSpec: One metric and its target; only the member that type names is set.
autoscaling.v2.MetricStatus: Last value of one metric.
autoscaling.v2.MetricSpec, autoscaling.v2.MetricStatus:
  containerResource: CPU or memory of one container in all Pods.
  external: A metric from outside of the cluster.
  object: A metric of one object, such as an Ingress.
  pods: A metric of every Pod, averaged.
  resource: CPU or memory of the Pods.
  type: ContainerResource, External, Object, Pods or Resource.
autoscaling.v2.MetricTarget: The value to aim for.
  averageUtilization: Percent of the requests, averaged over the Pods.
  averageValue: Value for each Pod, on average.
  type: Utilization, Value or AverageValue.
  value: The value as a whole.
autoscaling.v2.MetricValueStatus: Last value of a metric.
  averageUtilization: Percent of the requests, averaged over the Pods.
  averageValue: Value for each Pod, on average.
  value: The value as a whole.
autoscaling.v2.MetricIdentifier: Names a metric.
  name: Name of the metric.
  selector: Labels that narrow the metric down.
autoscaling.v2.ContainerResourceMetricSource, autoscaling.v2.ContainerResourceMetricStatus, autoscaling.v2.ExternalMetricSource, autoscaling.v2.ExternalMetricStatus, autoscaling.v2.ObjectMetricSource, autoscaling.v2.ObjectMetricStatus, autoscaling.v2.PodsMetricSource, autoscaling.v2.PodsMetricStatus, autoscaling.v2.ResourceMetricSource, autoscaling.v2.ResourceMetricStatus: Where a metric comes from, and its target or value.
  container: Name of the container.
  current: The last value.
  describedObject: The object that the metric is about.
  metric: The metric.
  name: The resource: cpu or memory.
  target: The value to aim for.
autoscaling.v1.Scale: The number of Pods of a workload, as its subresource scale.
autoscaling.v1.ScaleSpec: The wanted number of Pods.
  replicas: How many Pods to run.
autoscaling.v1.ScaleStatus: The number of Pods that there are.
  replicas: Pods that there are.
  selector: Selects these Pods, as a text.
policy.v1.PodDisruptionBudget: Limits how many selected Pods may be evicted at the same time.
policy.v1.PodDisruptionBudgetSpec: Which Pods, and how many have to stay; minAvailable or maxUnavailable, not both.
policy.v1.PodDisruptionBudgetStatus: What was last seen of a budget.
  conditions: DisruptionAllowed with its reason.
  currentHealthy: Pods that are healthy.
  desiredHealthy: Pods that have to be healthy.
  disruptedPods: Pods whose eviction was allowed and which are not gone yet.
  disruptionsAllowed: How many Pods may be evicted now.
  expectedPods: Pods that the budget counts.
  observedGeneration: The generation that this status is about.
policy.v1.Eviction: Asks to end a Pod, if its budgets allow; posted to the Pod's subresource eviction.
  deleteOptions: How to delete the Pod.
scheduling.v1.PriorityClass: Gives Pods that name it a priority.
  description: When to use the class.
  globalDefault: True for the one class of Pods that name none.
  preemptionPolicy: PreemptLowerPriority (the default) or Never.
  value: The priority; higher goes first. Cannot be changed.
`
