/** Services, Ingress and network policies. Format: see ../../type-docs.ts. */
export const networkDocs: string = `
core.v1.ServiceSpec:
  healthCheckNodePort: Port of the nodes that tells load balancers which have endpoints; with externalTrafficPolicy Local.
  sessionAffinityConfig: Settings of sessionAffinity.
core.v1.ServicePort: A port of a Service.
core.v1.ServiceStatus: What was last seen of a Service.
  conditions: Conditions of the Service.
  loadBalancer: Where the load balancer is reached.
core.v1.SessionAffinityConfig: Settings of sessionAffinity.
  clientIP: Settings of ClientIP.
core.v1.ClientIPConfig: Settings of ClientIP affinity.
  timeoutSeconds: How long a client stays with a Pod. Default 10800.
core.v1.LoadBalancerStatus, networking.v1.IngressLoadBalancerStatus: Where a load balancer is reached.
  ingress: Its addresses.
core.v1.LoadBalancerIngress, networking.v1.IngressLoadBalancerIngress: An address of a load balancer.
  hostname: Its name.
  ip: Its IP address.
  ipMode: VIP or Proxy: whether packets keep the address as their target.
  ports: State of its ports.
core.v1.PortStatus, networking.v1.IngressPortStatus: State of a port of a load balancer.
  error: What is wrong with it.
  port: Its number.
  protocol: TCP, UDP or SCTP.
networking.v1.IngressSpec: Which requests go where.
networking.v1.IngressStatus: What was last seen of an Ingress.
  loadBalancer: Where it is reached.
networking.v1.IngressRule, networking.v1.IngressRuleValue: A host and where its requests go.
  host: The host; with *. in front for any one name below it; absent for all.
  http: Paths and their backends.
networking.v1.HTTPIngressRuleValue: Paths and their backends.
  paths: The paths.
networking.v1.HTTPIngressPath: A path and its backend.
  backend: Where the requests go.
  path: The path; begins with /.
  pathType: Exact, Prefix (by path elements) or ImplementationSpecific.
networking.v1.IngressBackend: Where requests go; a Service or another resource.
  resource: An object in the namespace that takes the requests.
  service: A Service in the namespace.
networking.v1.IngressServiceBackend: A port of a Service.
  name: Name of the Service.
  port: Its port.
networking.v1.ServiceBackendPort: A port by name or by number.
  name: Name of the port.
  number: Number of the port.
networking.v1.IngressTLS: A certificate and the hosts it is for.
  hosts: The hosts.
  secretName: Secret of type kubernetes.io/tls with the certificate.
networking.v1.IngressClass: A kind of Ingress, and who serves it.
networking.v1.IngressClassSpec: Who serves Ingresses of a class.
  controller: Name of the controller. Cannot be changed.
  parameters: An object with settings for the controller.
networking.v1.IngressClassParametersReference: Names the settings of an IngressClass.
  apiGroup: API group of the object.
  kind: Kind of the object.
  name: Name of the object.
  namespace: Its namespace; with scope Namespace.
  scope: Cluster (the default) or Namespace.
networking.v1.NetworkPolicy: Says which connections selected Pods may have. Pods that no policy selects may have all.
networking.v1.NetworkPolicySpec: Which Pods, and which connections.
networking.v1.NetworkPolicyIngressRule: Who may connect, to which ports.
  from: The peers; all when empty.
  ports: The ports; all when empty.
networking.v1.NetworkPolicyEgressRule: Where connections may go, to which ports.
  ports: The ports; all when empty.
  to: The peers; all when empty.
networking.v1.NetworkPolicyPeer: Pods or addresses.
  ipBlock: Addresses; not together with the others.
  namespaceSelector: Namespaces by labels; empty for all.
  podSelector: Pods by labels, in those namespaces or the policy’s own.
networking.v1.NetworkPolicyPort: A port or a range.
  endPort: Last port of a range that begins with port.
  port: Number or name; all when absent.
  protocol: TCP (the default), UDP or SCTP.
networking.v1.IPBlock: A range of addresses.
  cidr: The range, such as 10.0.0.0/8.
  except: Ranges inside that are left out.
networking.v1.IPAddress: An address that is taken, and by whom.
networking.v1.ServiceCIDR: A range that addresses of Services come from.
core.v1.Endpoints: Deprecated form of EndpointSlice: the addresses behind a Service.
discovery.v1.EndpointSlice: A part of the addresses behind a Service.
`
