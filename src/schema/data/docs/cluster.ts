/** Namespaces, nodes, quotas and events. Format: see ../../type-docs.ts. */
export const clusterDocs: string = `
core.v1.NamespaceSpec: What a Namespace waits for.
  finalizers: What has to be cleaned up before it may go.
core.v1.NamespaceStatus: What was last seen of a Namespace.
  conditions: What holds up its end.
  phase: Active or Terminating.
core.v1.Node: A machine that runs Pods.
core.v1.NodeSpec: How a node is used.
  configSource: No longer used.
  externalID: No longer used.
  podCIDR: The range of addresses of its Pods.
  podCIDRs: The ranges of both families.
  providerID: Its name at the cloud.
  taints: Taints, which keep Pods away that do not tolerate them.
  unschedulable: True: takes no new Pods (cordon).
core.v1.NodeStatus: What was last seen of a node.
  addresses: Its addresses and names.
  allocatable: What Pods can have of it.
  capacity: What it has.
  conditions: Ready, MemoryPressure, DiskPressure, PIDPressure and others.
  config: No longer used.
  daemonEndpoints: Port of the kubelet.
  declaredFeatures: Features that it says it has.
  features: Features of its runtime.
  images: Images that it holds.
  nodeInfo: Versions and ids.
  phase: No longer used.
  runtimeHandlers: Runtimes that it has.
  volumesAttached: Volumes attached to it.
  volumesInUse: Attached volumes that are in use.
core.v1.Taint: Keeps Pods away that do not tolerate it.
  effect: NoSchedule, PreferNoSchedule or NoExecute.
  key: Its key.
  timeAdded: When it was set.
  value: Its value.
core.v1.ResourceQuota: Limits what all objects of a namespace may use together.
core.v1.ResourceQuotaSpec: The limits, and what counts.
  hard: The limits, by resource: requests.cpu, pods, count/jobs.batch, …
  scopeSelector: What counts, by scope and values.
  scopes: What counts: Terminating, NotTerminating, BestEffort, NotBestEffort, …
core.v1.ResourceQuotaStatus: What is used of a quota.
  hard: The limits in force.
  used: What is used.
core.v1.ScopeSelector: What counts for a quota.
  matchExpressions: Requirements of which all have to be met.
core.v1.ScopedResourceSelectorRequirement: A scope, an operator and values.
  operator: In, NotIn, Exists or DoesNotExist.
  scopeName: The scope.
  values: Values for In and NotIn.
core.v1.LimitRange: Defaults and bounds for single Pods, containers and claims of a namespace.
core.v1.LimitRangeSpec: The bounds.
  limits: The bounds, by type.
core.v1.LimitRangeItem: Bounds for one type.
  default: Limits for containers that have none.
  defaultRequest: Requests for containers that have none.
  max: The most.
  maxLimitRequestRatio: How many times its request a limit may be at most.
  min: The least.
  type: Container, Pod or PersistentVolumeClaim.
core.v1.Event, events.v1.Event: Something that happened to an object; kept for a short time.
  action: What was done.
  count, deprecatedCount: How often it happened.
  eventTime: When it first happened.
  firstTimestamp, deprecatedFirstTimestamp: When it first happened, in the old form.
  lastTimestamp, deprecatedLastTimestamp: When it last happened.
  involvedObject, regarding: The object.
  message, note: What happened, in words.
  reason: Why, in one word.
  related: A second object that takes part.
  reportingComponent, reportingController: Who reports it.
  reportingInstance: Which instance reports it.
  series: How often it goes on happening.
  source, deprecatedSource: Who reports it, in the old form.
  type: Normal or Warning.
core.v1.EventSource: Who reports an event.
  component: The component.
  host: Its node.
core.v1.EventSeries, events.v1.EventSeries: An event that goes on happening.
  count: How often so far.
  lastObservedTime: When it last happened.
core.v1.ComponentStatus: Deprecated: the state of a part of the control plane.
coordination.v1.Lease: A lock that its holder renews, such as for leader election.
node.v1.RuntimeClass: A container runtime that Pods can ask for.
apiregistration.v1.APIService: A group and version of the API, and who serves it.
flowcontrol.v1.FlowSchema: Puts requests to the API server into a priority level.
flowcontrol.v1.PriorityLevelConfiguration: How many requests of a level are served at the same time.
resource.v1.DeviceClass: A class of devices that claims can ask for.
resource.v1.ResourceClaim: Asks for devices, such as GPUs.
resource.v1.ResourceClaimTemplate: What ResourceClaims made for Pods look like.
resource.v1.ResourceSlice: Devices that a driver offers.
core.v1.NodeAddress: One address of a node.
  address: The address.
  type: Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.
core.v1.NodeSystemInfo: Versions and names of what runs on a node.
  architecture: Architecture, such as amd64.
  bootID: Changes with every boot.
  containerRuntimeVersion: The container runtime, such as containerd://2.1.0.
  kernelVersion: The kernel.
  kubeProxyVersion: No longer filled.
  kubeletVersion: The kubelet.
  machineID: The machine, from /etc/machine-id.
  operatingSystem: linux or windows.
  osImage: The distribution.
  swap: Its swap space.
  systemUUID: The machine as its firmware names it.
core.v1.NodeSwapStatus: Swap space of a node.
  capacity: Bytes in all.
core.v1.NodeDaemonEndpoints: Where programs of the node listen.
  kubeletEndpoint: The kubelet.
core.v1.DaemonEndpoint: A port.
  Port: Its number.
core.v1.ContainerImage: An image that the node has.
  names: The names under which it is known.
  sizeBytes: Its size in bytes.
core.v1.AttachedVolume: A volume attached to the node.
  devicePath: The device on the node.
  name: The volume.
core.v1.NodeRuntimeHandler: A way to run containers that a RuntimeClass can ask for.
  features: What it can do.
  name: Its name; empty for the default.
core.v1.NodeRuntimeHandlerFeatures: What a runtime handler can do.
  recursiveReadOnlyMounts: Mounts that are read-only with all below them.
  userNamespaces: User namespaces of their own for Pods.
core.v1.NodeFeatures: What the container runtime of a node can do.
  supplementalGroupsPolicy: Honours a Pod's supplementalGroupsPolicy.
core.v1.NodeConfigSource: No longer used: where a node took its configuration from.
  configMap: The ConfigMap.
core.v1.NodeConfigStatus: No longer used: the configurations of a node.
  active: The one in use.
  assigned: The one that it shall use.
  error: What is wrong with the assigned one.
  lastKnownGood: The one to fall back to.
core.v1.ConfigMapNodeConfigSource: No longer used: a ConfigMap with a node's configuration.
  kubeletConfigKey: The key that holds it.
  name: Name of the ConfigMap.
  namespace: Its namespace.
  resourceVersion: Its version; in the status only.
  uid: Its uid; in the status only.
`
