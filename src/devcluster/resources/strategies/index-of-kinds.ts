import type { Strategy } from '../strategy.ts'
import * as admission from './admission.ts'
import { apiService } from './api-service.ts'
import { signingRequest } from './certificates.ts'
import * as classes from './classes.ts'
import { configMap, secret } from './config.ts'
import { customDefinition } from './custom-definition.ts'
import * as devices from './devices.ts'
import { flowSchema, priorityLevel } from './flow-control.ts'
import * as misc from './misc.ts'
import { ipAddress, serviceCidr } from './networks.ts'
import { node } from './node.ts'
import { service } from './service.ts'
import * as storage from './storage.ts'
import * as workloads from './workloads.ts'

/** The rules of built-in kinds by collection; kinds not named have none of their own. */
export const STRATEGIES: ReadonlyMap<string, Strategy> = new Map<string, Strategy>([
  ['pods', workloads.pod],
  ['deployments.apps', workloads.deployment],
  ['replicasets.apps', workloads.replicaSet],
  ['daemonsets.apps', workloads.daemonSet],
  ['statefulsets.apps', workloads.statefulSet],
  ['jobs.batch', workloads.job],
  ['cronjobs.batch', workloads.cronJob],
  ['replicationcontrollers', workloads.replicationController],
  ['podtemplates', workloads.podTemplate],
  ['services', service],
  ['configmaps', configMap],
  ['secrets', secret],
  ['namespaces', misc.namespace],
  ['serviceaccounts', misc.serviceAccount],
  ['limitranges', misc.limitRange],
  ['resourcequotas', misc.resourceQuota],
  ['endpoints', misc.endpoints],
  ['endpointslices.discovery.k8s.io', classes.endpointSlice],
  ['persistentvolumeclaims', misc.persistentVolumeClaim],
  ['persistentvolumes', misc.persistentVolume],
  ['storageclasses.storage.k8s.io', classes.storageClass],
  ['roles.rbac.authorization.k8s.io', misc.role],
  ['clusterroles.rbac.authorization.k8s.io', misc.role],
  ['rolebindings.rbac.authorization.k8s.io', misc.roleBinding],
  ['clusterrolebindings.rbac.authorization.k8s.io', misc.roleBinding],
  ['ingresses.networking.k8s.io', misc.ingress],
  ['ingressclasses.networking.k8s.io', misc.ingressClass],
  ['networkpolicies.networking.k8s.io', misc.networkPolicy],
  ['poddisruptionbudgets.policy', misc.disruptionBudget],
  ['horizontalpodautoscalers.autoscaling', misc.autoscaler],
  ['validatingwebhookconfigurations.admissionregistration.k8s.io', admission.validatingWebhooks],
  ['mutatingwebhookconfigurations.admissionregistration.k8s.io', admission.mutatingWebhooks],
  ['validatingadmissionpolicies.admissionregistration.k8s.io', admission.validatingPolicy],
  ['validatingadmissionpolicybindings.admissionregistration.k8s.io', admission.validatingPolicyBinding],
  ['mutatingadmissionpolicies.admissionregistration.k8s.io', admission.mutatingPolicy],
  ['mutatingadmissionpolicybindings.admissionregistration.k8s.io', admission.mutatingPolicyBinding],
  ['priorityclasses.scheduling.k8s.io', classes.priorityClass],
  ['flowschemas.flowcontrol.apiserver.k8s.io', flowSchema],
  ['prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', priorityLevel],
  ['customresourcedefinitions.apiextensions.k8s.io', customDefinition],
  ['runtimeclasses.node.k8s.io', classes.runtimeClass],
  ['csidrivers.storage.k8s.io', classes.csiDriver],
  ['csinodes.storage.k8s.io', storage.csiNode],
  ['csistoragecapacities.storage.k8s.io', storage.storageCapacity],
  ['volumeattachments.storage.k8s.io', storage.volumeAttachment],
  ['volumeattributesclasses.storage.k8s.io', storage.volumeAttributesClass],
  ['apiservices.apiregistration.k8s.io', apiService],
  ['ipaddresses.networking.k8s.io', ipAddress],
  ['servicecidrs.networking.k8s.io', serviceCidr],
  ['nodes', node],
  ['certificatesigningrequests.certificates.k8s.io', signingRequest],
  ['resourceclaims.resource.k8s.io', devices.resourceClaim],
  ['resourceclaimtemplates.resource.k8s.io', devices.resourceClaimTemplate],
  ['resourceslices.resource.k8s.io', devices.resourceSlice],
  ['deviceclasses.resource.k8s.io', devices.deviceClass],
  ['controllerrevisions.apps', classes.controllerRevision],
  ['leases.coordination.k8s.io', classes.lease],
  ['events', classes.event],
])
