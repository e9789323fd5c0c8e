/** Pods and containers. Format: see ../../type-docs.ts. */
export const podDocs: string = `
core.v1.PodSpec:
  hostnameOverride: Host name inside the Pod, whatever hostname and subdomain say.
  os: The operating system that the Pod is for.
  overhead: What the Pod costs on top of its containers; set from the RuntimeClass.
  resourceClaims: Claims of devices that containers can use by name.
  schedulingGates: The Pod is not scheduled until this list is empty.
  schedulingGroup: The group of Pods that it is scheduled with.
  setHostnameAsFQDN: True: the full name is the host name.
core.v1.PodStatus:
  allocatedResources: What the node has set aside for the Pod as a whole.
  ephemeralContainerStatuses: State of each ephemeral container.
  extendedResourceClaimStatus: The claim made for extended resources of the Pod.
  hostIPs: Addresses of the node.
  nodeAllocatableResourceClaimStatuses: Node resources that the Pod has through claims.
  nominatedNodeName: The node that the Pod may get once others are ended for it.
  observedGeneration: The generation that this status is about.
  podIPs: Addresses of the Pod, one of each family.
  resize: Deprecated: how far a change of resources is; see the conditions.
  resourceClaimStatuses: The claims made for resourceClaims.
  resources: Requests and limits that are in force for the Pod as a whole.
core.v1.EphemeralContainer: A container added to a running Pod to debug it; it is never restarted.
  targetContainerName: The container whose process namespace it shares.
core.v1.EphemeralContainer, core.v1.EphemeralContainerCommon:
  args: Arguments; those of the image when absent. $(NAME) stands for a variable.
  command: The program and its first arguments instead of the image’s entry point.
  env: Environment variables.
  envFrom: ConfigMaps and Secrets whose keys become environment variables.
  image: The image, with tag or digest.
  imagePullPolicy: Always, IfNotPresent or Never.
  lifecycle, livenessProbe, ports, readinessProbe, startupProbe, resources, resizePolicy: Not allowed for ephemeral containers.
  name: Unique among all containers of the Pod.
  restartPolicy, restartPolicyRules: Not allowed for ephemeral containers.
  securityContext: Security settings of the container.
  terminationMessagePath: File whose text is reported at the end.
  tty: Gives the container a terminal.
  volumeMounts: Where volumes of the Pod appear; without subPath.
  workingDir: Working directory; the image’s when absent.
core.v1.Container, core.v1.EphemeralContainer, core.v1.EphemeralContainerCommon:
  stdin: True: keeps standard input open, also when nobody is attached.
  stdinOnce: True: closes standard input after the first client has gone.
  terminationMessagePolicy: File (the default), or FallbackToLogsOnError to take the end of the log when the file is empty.
  volumeDevices: Where block volumes appear as devices.
core.v1.Container:
  resizePolicy: Whether a change of a resource restarts the container.
  restartPolicyRules: Rules by exit code that come before restartPolicy.
core.v1.ContainerResizePolicy: Whether a change of a resource restarts the container.
  resourceName: The resource: cpu or memory.
  restartPolicy: NotRequired (the default) or RestartContainer.
core.v1.ContainerRestartRule: What to do when the container ends with certain exit codes.
  action: Restart, or RestartAllContainers for the whole Pod.
  exitCodes: The exit codes that the rule is for.
core.v1.ContainerRestartRuleOnExitCodes: Exit codes that a rule is for.
  operator: In or NotIn.
  values: The exit codes.
core.v1.ContainerPort: A port that a container listens on.
  hostIP: Address of the node that hostPort is bound to.
core.v1.EnvVar: One environment variable.
core.v1.EnvVarSource: Where the value of a variable comes from; one of these.
  configMapKeyRef: A key of a ConfigMap.
  fieldRef: A field of the Pod: metadata.name, spec.nodeName, status.podIP, …
  fileKeyRef: A variable in a file of a volume.
  resourceFieldRef: A request or limit of a container.
  secretKeyRef: A key of a Secret.
core.v1.EnvFromSource: A ConfigMap or Secret whose keys become variables.
  configMapRef: The ConfigMap.
  prefix: Put in front of every key.
  secretRef: The Secret.
core.v1.ConfigMapEnvSource, core.v1.SecretEnvSource: An object in the namespace of the Pod whose keys become variables.
  name: Name of the object.
  optional: True: goes on when it does not exist.
core.v1.ConfigMapKeySelector, core.v1.SecretKeySelector: A key of an object in the namespace of the Pod.
  key: The key.
  name: Name of the object.
  optional: True: goes on when the object or the key does not exist.
core.v1.FileKeySelector: A variable in a file of a volume.
  key: Name of the variable in the file.
  optional: True: goes on when the file or the key does not exist.
  path: The file, as a path in the volume.
  volumeName: The volume, an emptyDir.
core.v1.ObjectFieldSelector: A field of the Pod.
  apiVersion: API version of the path. Default v1.
  fieldPath: The field, such as metadata.labels['app'].
core.v1.ResourceFieldSelector: A request or limit of a container.
  containerName: The container; needed in volumes, in variables the own one by default.
  divisor: The unit to count in, such as 1Mi. Default 1.
  resource: The value, such as limits.memory.
core.v1.ResourceRequirements: What is needed and what may be used.
core.v1.ResourceClaim: A claim of the Pod that a container uses.
  name: Name of an entry of the Pod’s resourceClaims.
  request: One request of the claim; all when absent.
core.v1.PodResourceClaim: A claim of devices for the Pod; an existing one or one made from a template.
  name: Name that containers use.
  resourceClaimName: Name of an existing ResourceClaim.
  resourceClaimTemplateName: Name of a ResourceClaimTemplate to make one from.
core.v1.Probe: A check of a container; exactly one of exec, grpc, httpGet and tcpSocket.
  terminationGracePeriodSeconds: How long the container may take to end after a failed check; the Pod’s when absent. Not for readiness.
core.v1.ExecAction: Runs a command in the container.
  command: The program and its arguments; no shell is started for it. 0 is success.
core.v1.GRPCAction: Calls the gRPC health service.
  port: The port, as a number.
  service: Name of the service to ask for; empty by default.
core.v1.HTTPGetAction: Sends a GET.
  host: Host to connect to; the address of the Pod when absent. For virtual hosts set the header Host instead.
  httpHeaders: Headers to send.
  path: Path to ask for. Default /.
  port: Number or name of the port.
  scheme: HTTP (the default) or HTTPS; the certificate is not checked.
core.v1.HTTPHeader: A header to send.
  name: Name of the header.
  value: Value of the header.
core.v1.TCPSocketAction: Opens a TCP connection.
  host: Host to connect to; the address of the Pod when absent.
  port: Number or name of the port.
core.v1.SleepAction: Waits.
  seconds: How long to wait.
core.v1.Lifecycle: What to do right after the start and right before the end.
  postStart: Runs right after the start, beside the entry point; a failure restarts the container.
  preStop: Runs before the container is told to end, within the grace period.
  stopSignal: The signal that tells the container to end; needs the Pod’s os.
core.v1.LifecycleHandler: One action; exactly one of these.
  exec: Runs a command in the container.
  httpGet: Sends a GET.
  sleep: Waits.
  tcpSocket: Not supported; kept for old manifests.
core.v1.SecurityContext: Security settings of one container; they come before those of the Pod.
  allowPrivilegeEscalation: False: a process cannot get more rights than its parent.
  capabilities: Linux capabilities to add or to drop.
  privileged: True: the container is as good as root on the node.
  procMount: Default, or Unmasked to see all of /proc.
  readOnlyRootFilesystem: True: the container cannot write outside of its volumes.
core.v1.PodSecurityContext: Security settings for all containers of a Pod.
  fsGroup: Group that owns the volumes and that processes belong to.
  fsGroupChangePolicy: Always (the default), or OnRootMismatch to change owners only where the root of the volume differs.
  seLinuxChangePolicy: MountOption or Recursive: how volumes get their SELinux label.
  supplementalGroups: More groups that processes belong to.
  supplementalGroupsPolicy: Merge (the default) adds the groups of the image, Strict does not.
  sysctls: Kernel settings for the Pod.
core.v1.SecurityContext, core.v1.PodSecurityContext:
  appArmorProfile: The AppArmor profile.
  runAsGroup: Group that the entry point runs as.
  runAsNonRoot: True: refuses to start as user 0.
  runAsUser: User that the entry point runs as; the image’s when absent.
  seLinuxOptions: The SELinux label.
  seccompProfile: The seccomp profile, which limits system calls.
  windowsOptions: Settings for Windows only.
core.v1.Capabilities: Linux capabilities beyond or below the default.
  add: Capabilities to add, such as NET_BIND_SERVICE.
  drop: Capabilities to take away; ALL for all.
core.v1.AppArmorProfile, core.v1.SeccompProfile: A profile that limits what processes may do.
  localhostProfile: The profile on the node; only with type Localhost.
  type: RuntimeDefault, Localhost or Unconfined.
core.v1.SELinuxOptions: The SELinux label, in its parts.
  level: Level part of the label.
  role: Role part of the label.
  type: Type part of the label.
  user: User part of the label.
core.v1.WindowsSecurityContextOptions: Security settings for Windows.
  gmsaCredentialSpec: Text of the credential spec of a group-managed account.
  gmsaCredentialSpecName: Name of that credential spec.
  hostProcess: True: runs on the host itself; then all containers must, with hostNetwork.
  runAsUserName: User that the entry point runs as.
core.v1.Sysctl: A kernel setting.
  name: Name of the setting.
  value: Its value.
core.v1.Affinity: Rules of where a Pod may and should run.
  nodeAffinity: Which nodes.
  podAffinity: Near which Pods.
  podAntiAffinity: Away from which Pods.
core.v1.NodeAffinity: Which nodes a Pod may and should run on.
core.v1.PodAffinity: Near which Pods a Pod must and should run.
core.v1.PodAntiAffinity: Away from which Pods a Pod must and should run.
core.v1.NodeAffinity, core.v1.PodAffinity, core.v1.PodAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution: Wishes with weights; the node with the highest sum is taken.
  requiredDuringSchedulingIgnoredDuringExecution: Has to be met when the Pod is scheduled; later changes do not move it.
core.v1.PreferredSchedulingTerm: A wish for nodes.
  preference: The nodes that are wished for.
  weight: How much it counts, 1 to 100.
core.v1.WeightedPodAffinityTerm: A wish about other Pods.
  podAffinityTerm: The Pods, and what counts as near.
  weight: How much it counts, 1 to 100.
core.v1.PodAffinityTerm: Which Pods, and what counts as near.
  labelSelector: The Pods; none when absent.
  matchLabelKeys: Labels whose values have to be those of the new Pod.
  mismatchLabelKeys: Labels whose values must not be those of the new Pod.
  namespaceSelector: Namespaces of the Pods, by labels; empty for all.
  namespaces: Namespaces of the Pods, by name; without both, the Pod’s own.
  topologyKey: Label of nodes; equal values are the same place.
core.v1.NodeSelector: Nodes that meet at least one of the terms.
  nodeSelectorTerms: The terms, of which one has to be met.
core.v1.NodeSelectorTerm: Requirements of which all have to be met.
  matchExpressions: Requirements about labels.
  matchFields: Requirements about fields; only metadata.name.
core.v1.NodeSelectorRequirement: One requirement about a label or field.
  key: The label or field.
  operator: In, NotIn, Exists, DoesNotExist, Gt or Lt.
  values: Values for In and NotIn; one whole number for Gt and Lt.
core.v1.Toleration: A taint that does not keep the Pod away.
  effect: NoSchedule, PreferNoSchedule or NoExecute; all when absent.
  key: Key of the taint; with operator Exists, absent for all.
  operator: Equal (the default), Exists, or Lt and Gt for numbers.
  tolerationSeconds: How long a NoExecute taint is put up with; for ever when absent.
  value: Value of the taint; absent with Exists.
core.v1.TopologySpreadConstraint: How evenly Pods spread over places such as zones.
  labelSelector: The Pods that are counted.
  matchLabelKeys: Labels whose values have to be those of the new Pod for others to be counted.
  maxSkew: How many more Pods one place may have than the one with the fewest.
  minDomains: With fewer places than this, the fewest counts as 0. Only with DoNotSchedule.
  nodeAffinityPolicy: Honor (the default) counts only nodes that the Pod’s affinity allows, Ignore all.
  nodeTaintsPolicy: Honor counts only nodes whose taints the Pod tolerates, Ignore (the default) all.
  topologyKey: Label of nodes; equal values are the same place.
  whenUnsatisfiable: DoNotSchedule keeps the Pod waiting, ScheduleAnyway only prefers better places.
core.v1.HostAlias: A line of /etc/hosts.
  hostnames: The names for the address.
  ip: The address.
core.v1.PodDNSConfig: Settings for resolving names, on top of dnsPolicy.
  nameservers: Addresses of name servers.
  options: Options of the resolver.
  searches: Search domains.
core.v1.PodDNSConfigOption: An option of the resolver.
  name: Name of the option, such as ndots.
  value: Its value.
core.v1.PodOS: The operating system of a Pod.
  name: linux or windows.
core.v1.PodReadinessGate: A further condition for the Pod to be ready.
  conditionType: Type of the condition.
core.v1.PodSchedulingGate: Holds back scheduling while it is listed.
  name: Name of the gate.
core.v1.PodSchedulingGroup: The group that a Pod is scheduled with.
  podGroupName: Name of the PodGroup in the same namespace.
core.v1.ContainerStatus: What was last seen of a container.
  allocatedResources: What the node has set aside for it.
  allocatedResourcesStatus: Health of its devices.
  containerID: Id of the container, as runtime://id.
  image: The image that runs.
  imageID: The image by digest.
  lastState: How it last ended, if it was restarted.
  name: Name of the container.
  ready: Whether it passes its readiness probe.
  resources: Requests and limits that are in force.
  restartCount: How often it was restarted.
  started: Whether its startup probe has succeeded.
  state: Waiting, running or terminated, with details.
  stopSignal: The signal that tells it to end.
  user: User and groups of its first process.
  volumeMounts: State of its mounts.
core.v1.ContainerState: The state of a container; one of these.
  running: It runs.
  terminated: It has ended.
  waiting: It has not started yet.
core.v1.ContainerStateRunning: A running container.
core.v1.ContainerStateTerminated: A container that has ended.
  containerID: Id of the container.
  exitCode: Its exit code.
  finishedAt: When it ended.
  signal: The signal that ended it.
core.v1.ContainerStateRunning, core.v1.ContainerStateTerminated:
  startedAt: When it started.
core.v1.ContainerStateWaiting: A container that has not started yet.
core.v1.ContainerStateWaiting, core.v1.ContainerStateTerminated:
  message: Why, in words.
  reason: Why, in one word, such as CrashLoopBackOff or OOMKilled.
core.v1.PodIP, core.v1.HostIP: An address.
  ip: The address.
core.v1.Binding: Puts a Pod on a node; used by schedulers.
  target: The node.
core.v1.ContainerUser: Whom the container runs as.
  linux: On Linux.
core.v1.LinuxContainerUser: The first process's user on Linux.
  gid: Its group.
  supplementalGroups: Its further groups.
  uid: Its user.
core.v1.VolumeMountStatus: A mount as it is in the container.
  mountPath: Where it is.
  name: Name of the volume.
  readOnly: Whether it is read-only.
  recursiveReadOnly: Whether mounts below it are read-only too: Disabled or Enabled.
  volumeStatus: What is known of the volume.
core.v1.VolumeStatus: What is known of a mounted volume.
  image: Of a volume from an image.
core.v1.ImageVolumeStatus: The image that a volume holds.
  imageRef: The image with its digest.
core.v1.ResourceStatus: The health of devices of one resource.
  name: The resource, or the claim by which the container has it.
  resources: The devices.
core.v1.ResourceHealth: The health of one device.
  health: Healthy, Unhealthy or Unknown.
  message: More about it, for people.
  resourceID: The device.
core.v1.PodResourceClaimStatus: The ResourceClaim that was made for an entry of the spec.
  name: The entry in resourceClaims.
  resourceClaimName: The claim; unset when none was needed.
core.v1.PodExtendedResourceClaimStatus: The ResourceClaim behind extended resources that devices stand in for.
  requestMappings: Which request of the claim serves which container and resource.
  resourceClaimName: The claim.
core.v1.ContainerExtendedResourceRequest: One extended resource and the request that serves it.
  containerName: The container.
  requestName: The request in the claim.
  resourceName: The extended resource.
core.v1.NodeAllocatableResourceClaimStatus: What a ResourceClaim takes of the resources that the node gives to Pods.
  containers: The containers that use the claim.
  resourceClaimName: The claim.
  resources: How much it takes.
`
