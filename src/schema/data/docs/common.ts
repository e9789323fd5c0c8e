/** What is looked up most often. Format: see ../../type-docs.ts. */
export const commonDocs: string = `
meta.v1.ObjectMeta: What every object has: its name and namespace, labels, annotations and bookkeeping of the API server.
  annotations: Free-form texts for tools and people; not used to select objects.
  creationTimestamp: When the object was created. Set by the server.
  deletionGracePeriodSeconds: Seconds that the object may take to end once its deletion has begun. Set by the server.
  deletionTimestamp: Set once deletion was asked for; the object goes when no finalizer is left.
  finalizers: Names of what has to be cleaned up before the object may go.
  generateName: Prefix of a name that the server completes; used only when name is empty.
  generation: Counts the changes of the wanted state. Set by the server.
  labels: Keys and values by which objects are organised and selected.
  managedFields: Which manager set which fields, for server-side apply. Set by the server.
  name: Unique among objects of the kind in a namespace; cannot be changed.
  namespace: The namespace that the object lives in; empty for cluster-wide kinds. Cannot be changed.
  ownerReferences: Objects that this one depends on: when all of them are gone, it is deleted too.
  resourceVersion: Changes with every write; send it back to make sure that nobody wrote in between.
  selfLink: No longer used.
  uid: Tells this object from earlier ones of the same name. Set by the server.
meta.v1.LabelSelector: Selects objects by labels. All requirements must be met; an empty selector takes everything.
  matchExpressions: Requirements with an operator: In, NotIn, Exists or DoesNotExist.
  matchLabels: Labels that an object must have with these very values.
apps.v1.Deployment: Keeps Pods of a template running and replaces them step by step when it changes.
apps.v1.DeploymentSpec: The state that a Deployment is brought to.
  minReadySeconds: How long a new Pod has to be ready, without a crash, to count as available. Default 0.
  paused: While true, changes of the template are not rolled out.
  progressDeadlineSeconds: A rollout that makes no progress for so long is reported as failed. Default 600.
  replicas: How many Pods to run. Default 1.
  revisionHistoryLimit: How many old ReplicaSets to keep for a rollback. Default 10.
  selector: Selects the Pods that belong to the Deployment; must match the labels of the template. Cannot be changed.
  strategy: How new Pods take the place of old ones.
  template: What the Pods look like.
apps.v1.DeploymentStrategy:
  rollingUpdate: Limits of a rolling update; only with type RollingUpdate.
  type: RollingUpdate (the default) replaces Pods a few at a time, Recreate ends all of them first.
apps.v1.RollingUpdateDeployment:
  maxSurge: How many Pods there may be beyond the wanted number: a count or a percentage. Default 25%.
  maxUnavailable: How many Pods may be missing meanwhile: a count or a percentage. Default 25%.
apps.v1.DeploymentStatus: What was last seen of a Deployment.
  availableReplicas: Pods that have been ready for minReadySeconds.
  collisionCount: Clashes of ReplicaSet names so far.
  conditions: Available, Progressing and ReplicaFailure with their reasons.
  observedGeneration: The generation that this status is about.
  readyReplicas: Pods that are ready.
  replicas: Pods that there are, old and new.
  terminatingReplicas: Pods that are being ended.
  unavailableReplicas: Pods that are still missing for the full number.
  updatedReplicas: Pods made from the current template.
apps.v1.StatefulSet: Runs Pods with stable names and storage, in order.
apps.v1.StatefulSetSpec:
  minReadySeconds: How long a new Pod has to be ready to count as available. Default 0.
  ordinals: The number that Pod names start from.
  persistentVolumeClaimRetentionPolicy: Whether claims stay when the set is deleted or scaled down.
  podManagementPolicy: OrderedReady (the default) starts Pods one after another, Parallel all at once.
  replicas: How many Pods to run. Default 1.
  revisionHistoryLimit: How many old revisions to keep. Default 10.
  selector: Selects the Pods that belong to the set; must match the labels of the template.
  serviceName: The headless Service that gives the Pods their names in DNS.
  template: What the Pods look like.
  updateStrategy: RollingUpdate, with an optional partition, or OnDelete.
  volumeClaimTemplates: Claims that each Pod gets a copy of.
apps.v1.DaemonSet: Runs one Pod on every fitting node.
apps.v1.DaemonSetSpec:
  minReadySeconds: How long a new Pod has to be ready to count as available. Default 0.
  revisionHistoryLimit: How many old revisions to keep. Default 10.
  selector: Selects the Pods that belong to the set; must match the labels of the template.
  template: What the Pods look like.
  updateStrategy: RollingUpdate (the default) or OnDelete.
apps.v1.ReplicaSet: Keeps a number of equal Pods running; usually made by a Deployment.
batch.v1.Job: Runs Pods until enough of them have succeeded.
batch.v1.JobSpec:
  activeDeadlineSeconds: The Job fails when it has not ended after so long.
  backoffLimit: How many failed Pods are tried again. Default 6.
  completionMode: NonIndexed (the default) counts successes, Indexed wants one for each index.
  completions: How many Pods have to succeed. Default 1.
  parallelism: How many Pods may run at the same time. Default 1.
  podFailurePolicy: Rules that decide by exit code or condition what a failure means.
  selector: Set by the server.
  suspend: While true, no Pods run.
  template: What the Pods look like; restartPolicy must be Never or OnFailure. Cannot be changed.
  ttlSecondsAfterFinished: How long a Job stays after its end; absent: until somebody deletes it.
batch.v1.CronJob: Makes Jobs on a schedule.
batch.v1.CronJobSpec:
  concurrencyPolicy: Allow (the default), Forbid or Replace a run while the last one still goes on.
  failedJobsHistoryLimit: How many failed Jobs to keep. Default 1.
  jobTemplate: What the Jobs look like.
  schedule: When to run, in the five fields of cron.
  startingDeadlineSeconds: How late a run may still begin.
  successfulJobsHistoryLimit: How many successful Jobs to keep. Default 3.
  suspend: While true, no new Jobs are made.
  timeZone: Name of the time zone of the schedule; the cluster’s own when absent.
core.v1.Pod: Containers that run together on one node.
core.v1.PodTemplateSpec: What Pods made from it look like.
  metadata: Labels and annotations of the Pods.
  spec: Containers and everything else of the Pods.
core.v1.PodSpec: Containers, volumes and where and how they run.
  activeDeadlineSeconds: The Pod is ended and failed after so long.
  affinity: Rules of which nodes the Pod wants, and next to which Pods it wants to be or not to be.
  automountServiceAccountToken: False: no token of the service account is mounted.
  containers: The containers of the Pod; at least one. They cannot be added or removed later.
  dnsConfig: Name servers, search domains and options on top of dnsPolicy.
  dnsPolicy: ClusterFirst (the default), ClusterFirstWithHostNet, Default or None.
  enableServiceLinks: False: no environment variables for Services. Default true.
  ephemeralContainers: Containers added to a running Pod to debug it.
  hostAliases: Lines added to /etc/hosts of the containers.
  hostIPC: Shares the IPC namespace of the node.
  hostNetwork: Shares the network of the node.
  hostPID: Shares the process namespace of the node.
  hostUsers: False: the Pod has a user namespace of its own. Default true.
  hostname: Host name inside the Pod; its name when absent.
  imagePullSecrets: Secrets in the same namespace with credentials for the images.
  initContainers: Containers that run one after another before the others start; with restartPolicy Always they go on beside them.
  nodeName: The node that the Pod runs on; set by the scheduler.
  nodeSelector: Labels that the node must have.
  preemptionPolicy: PreemptLowerPriority (the default) or Never.
  priority: Filled in from priorityClassName.
  priorityClassName: Name of the PriorityClass.
  readinessGates: Further conditions that must be true for the Pod to be ready.
  resources: Requests and limits of the Pod as a whole.
  restartPolicy: Always (the default), OnFailure or Never, for all containers.
  runtimeClassName: Name of the RuntimeClass that runs the Pod.
  schedulerName: The scheduler to use; default-scheduler when absent.
  securityContext: User, groups and other security settings for all containers.
  serviceAccount: Old name of serviceAccountName.
  serviceAccountName: The ServiceAccount that the Pod acts as; default when absent.
  shareProcessNamespace: True: the containers see each other’s processes.
  subdomain: Part of the full host name, for use with a headless Service.
  terminationGracePeriodSeconds: How long the Pod may take to end before it is killed. Default 30.
  tolerations: Taints of nodes that do not keep the Pod away.
  topologySpreadConstraints: How Pods spread over zones, nodes and the like.
  volumes: Volumes that containers of the Pod can mount.
core.v1.PodStatus: What was last seen of a Pod.
  conditions: PodScheduled, Initialized, ContainersReady, Ready and others.
  containerStatuses: State, restarts and image of each container.
  hostIP: Address of the node.
  initContainerStatuses: The same of init containers.
  message: Why the Pod is in this state, in words.
  phase: Pending, Running, Succeeded, Failed or Unknown.
  podIP: Address of the Pod.
  qosClass: Guaranteed, Burstable or BestEffort, from requests and limits.
  reason: Why the Pod is in this state, in one word.
  startTime: When the node took the Pod on.
core.v1.Container: One container of a Pod.
  args: Arguments; those of the image when absent. $(NAME) stands for a variable.
  command: The program and its first arguments instead of the image’s entry point.
  env: Environment variables.
  envFrom: ConfigMaps and Secrets whose keys become environment variables.
  image: The image, with tag or digest.
  imagePullPolicy: Always, IfNotPresent or Never; Always by default for the tag latest, else IfNotPresent.
  lifecycle: What to do right after the start and right before the end.
  livenessProbe: A check that restarts the container when it fails.
  name: Unique in the Pod. Cannot be changed.
  ports: Ports that the container listens on; for information and for names.
  readinessProbe: A check that takes the Pod out of its Services while it fails.
  resources: What the container needs and may use.
  restartPolicy: A restart policy of its own; Always makes an init container a sidecar.
  securityContext: Security settings of the container, before those of the Pod.
  startupProbe: A check that holds back the other probes until it succeeds.
  terminationMessagePath: File whose text is reported at the end. Default /dev/termination-log.
  tty: Gives the container a terminal.
  volumeMounts: Where volumes of the Pod appear in the container.
  workingDir: Working directory; the image’s when absent.
core.v1.ResourceRequirements:
  claims: Names of the Pod’s resourceClaims that the container uses.
  limits: The most that may be used, by resource: cpu, memory, …
  requests: What is set aside, by resource; the limits when absent.
core.v1.Probe:
  exec: A command that must exit with 0.
  failureThreshold: Failures in a row until the probe counts as failed. Default 3.
  grpc: A call of the gRPC health service.
  httpGet: A GET that must be answered with 200 to 399.
  initialDelaySeconds: How long to wait before the first check.
  periodSeconds: How often to check. Default 10.
  successThreshold: Successes in a row until the probe counts as good again. Default 1.
  tcpSocket: A port that must take connections.
  timeoutSeconds: How long an answer may take. Default 1.
core.v1.EnvVar:
  name: Name of the variable.
  value: Its value; $(OTHER) stands for an earlier variable.
  valueFrom: Where to take the value from: a key of a ConfigMap or Secret, a field of the Pod, a resource.
core.v1.ContainerPort:
  containerPort: The port in the container, 1 to 65535.
  hostPort: A port of the node that leads to it.
  name: A name that Services and probes can use.
  protocol: TCP (the default), UDP or SCTP.
core.v1.VolumeMount:
  mountPath: Where the volume appears in the container.
  name: Name of a volume of the Pod.
  readOnly: True: cannot be written to.
  subPath: A path inside the volume instead of its root.
  subPathExpr: The same with $(NAME) for variables.
core.v1.Volume:
  configMap: Keys of a ConfigMap as files.
  csi: A volume of a CSI driver.
  downwardAPI: Fields of the Pod as files.
  emptyDir: An empty folder that lives as long as the Pod.
  hostPath: A file or folder of the node.
  name: Name that mounts use.
  persistentVolumeClaim: The volume of a claim.
  projected: Several sources in one folder.
  secret: Keys of a Secret as files.
core.v1.Service: A stable name and address for a set of Pods.
core.v1.ServiceSpec: What a Service is reached by and where it leads.
  allocateLoadBalancerNodePorts: False: a LoadBalancer gets no node ports.
  clusterIP: The virtual address; chosen when absent, None for a headless Service.
  clusterIPs: The virtual addresses of both families.
  externalIPs: Addresses outside of Kubernetes’ care that also lead here.
  externalName: The name that an ExternalName Service stands for.
  externalTrafficPolicy: Cluster (the default) or Local, which keeps the client’s address.
  internalTrafficPolicy: Cluster (the default) or Local.
  ipFamilies: IPv4, IPv6 or both.
  ipFamilyPolicy: SingleStack, PreferDualStack or RequireDualStack.
  loadBalancerClass: Which implementation makes the load balancer.
  loadBalancerIP: Deprecated: the address that a load balancer should get.
  loadBalancerSourceRanges: Which clients may use the load balancer.
  ports: The ports of the Service.
  publishNotReadyAddresses: True: Pods that are not ready are endpoints too.
  selector: Labels of the Pods that the Service leads to; without it, endpoints are made by hand.
  sessionAffinity: None (the default) or ClientIP.
  trafficDistribution: Which endpoints are preferred, for example PreferClose.
  type: ClusterIP (the default), NodePort, LoadBalancer or ExternalName.
core.v1.ServicePort:
  appProtocol: Protocol above TCP, for implementations that care.
  name: Name of the port; needed when there are several.
  nodePort: The port on every node; chosen when absent.
  port: The port of the Service.
  protocol: TCP (the default), UDP or SCTP.
  targetPort: Number or name of the Pods’ port; port when absent.
core.v1.ConfigMap: Configuration as keys and values.
  binaryData: Values that are no text, in base64.
  data: Values as text.
  immutable: True: the values cannot be changed any more.
core.v1.Secret: Confidential values.
  data: Values in base64.
  immutable: True: the values cannot be changed any more.
  stringData: Values as plain text, for writing only: they end up in data.
  type: What the values are for; Opaque by default. Cannot be changed.
core.v1.Namespace: A scope for names.
core.v1.ServiceAccount: An account that Pods act as.
  automountServiceAccountToken: False: Pods do not get the token by themselves.
  imagePullSecrets: Secrets that Pods of the account pull images with.
  secrets: Secrets that Pods of the account may use.
core.v1.PersistentVolumeClaim: A wish for storage.
core.v1.PersistentVolumeClaimSpec:
  accessModes: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.
  dataSource: A snapshot or claim to start from.
  resources: How much storage: requests.storage.
  selector: Labels that the volume must have.
  storageClassName: The StorageClass; the default one when absent, none when empty.
  volumeMode: Filesystem (the default) or Block.
  volumeName: The volume that the claim is bound to.
networking.v1.Ingress: Rules that lead HTTP from outside to Services.
networking.v1.IngressSpec:
  defaultBackend: Where requests go that no rule takes.
  ingressClassName: The IngressClass, and so the controller, that serves it.
  rules: Hosts and paths with their backends.
  tls: Certificates by host.
networking.v1.NetworkPolicySpec:
  egress: Where selected Pods may connect to.
  ingress: Who may connect to selected Pods.
  podSelector: The Pods that the policy is for; empty for all of the namespace.
  policyTypes: Ingress, Egress or both.
autoscaling.v2.HorizontalPodAutoscalerSpec:
  behavior: How fast to scale up and down.
  maxReplicas: The most Pods.
  metrics: What the number of Pods is worked out from; CPU at 80% by default.
  minReplicas: The fewest Pods. Default 1.
  scaleTargetRef: What is scaled.
policy.v1.PodDisruptionBudgetSpec:
  maxUnavailable: How many selected Pods may be missing: a count or a percentage.
  minAvailable: How many selected Pods must stay: a count or a percentage.
  selector: The Pods that the budget is for.
  unhealthyPodEvictionPolicy: IfHealthyBudget (the default) or AlwaysAllow.
rbac.v1.PolicyRule:
  apiGroups: API groups; the empty text is the core group, * is all.
  nonResourceURLs: Paths that are no resources; for ClusterRoles only.
  resourceNames: Names that the rule is limited to.
  resources: Resources, with /subresource where meant; * is all.
  verbs: get, list, watch, create, update, patch, delete, …; * is all.
`
