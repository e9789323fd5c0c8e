import { isObject, type JsonObject } from '../../../base/index.ts'
import { ensure, list, preset, presetText, sub, text } from './draft.ts'

/** Defaults of a PodSpec as in kubernetes pkg/apis/core/v1/defaults.go. */
export function podSpecDefaults(spec: JsonObject): void {
  presetText(spec, 'restartPolicy', 'Always')
  presetText(spec, 'dnsPolicy', 'ClusterFirst')
  presetText(spec, 'schedulerName', 'default-scheduler')
  preset(spec, 'terminationGracePeriodSeconds', 30)
  preset(spec, 'securityContext', {})
  const account = text(spec, 'serviceAccountName') || text(spec, 'serviceAccount')
  if (account !== '') {
    spec['serviceAccountName'] = account
    spec['serviceAccount'] = account
  }
  for (const field of ['containers', 'initContainers', 'ephemeralContainers']) {
    for (const container of list(spec, field)) containerDefaults(container, spec['hostNetwork'] === true)
  }
  for (const volume of list(spec, 'volumes')) volumeDefaults(volume)
}

/** What only Pods get, not the templates they are made from. */
export function podOnlyDefaults(spec: JsonObject): void {
  preset(spec, 'enableServiceLinks', true)
  for (const field of ['containers', 'initContainers']) {
    for (const container of list(spec, field)) {
      const limits = sub(container, 'resources', 'limits')
      if (limits === undefined) continue
      const requests = ensure(ensure(container, 'resources'), 'requests')
      for (const [name, amount] of Object.entries(limits)) requests[name] ??= amount
    }
  }
}

function containerDefaults(container: JsonObject, hostNetwork: boolean): void {
  presetText(container, 'terminationMessagePath', '/dev/termination-log')
  presetText(container, 'terminationMessagePolicy', 'File')
  presetText(container, 'imagePullPolicy', pullPolicy(text(container, 'image')))
  preset(container, 'resources', {})
  for (const port of list(container, 'ports')) {
    presetText(port, 'protocol', 'TCP')
    if (hostNetwork && port['containerPort'] !== undefined) preset(port, 'hostPort', port['containerPort'])
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name]
    if (isObject(probe)) probeDefaults(probe)
  }
  for (const hook of ['postStart', 'preStop']) {
    const action = sub(container, 'lifecycle', hook, 'httpGet')
    if (action !== undefined) httpDefaults(action)
  }
  for (const variable of list(container, 'env')) {
    const reference = sub(variable, 'valueFrom', 'fieldRef')
    if (reference !== undefined) presetText(reference, 'apiVersion', 'v1')
    const resource = sub(variable, 'valueFrom', 'resourceFieldRef')
    if (resource !== undefined) preset(resource, 'divisor', '0')
  }
}

/** An image reference; what is none has no tag, and so not `latest` either. */
const IMAGE =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,252}[a-zA-Z0-9])?(?::[0-9]+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?$/

/** Always for `latest` or no tag, IfNotPresent otherwise. */
function pullPolicy(image: string): string {
  if (image.includes('@') || !IMAGE.test(image)) return 'IfNotPresent'
  if (image.length > 255) return 'IfNotPresent'
  const tail = image.slice(image.lastIndexOf('/') + 1)
  const colon = tail.lastIndexOf(':')
  return colon < 0 || tail.slice(colon + 1) === 'latest' ? 'Always' : 'IfNotPresent'
}

function probeDefaults(probe: JsonObject): void {
  const zeroIsUnset = (key: string, value: number): void => {
    if (probe[key] === undefined || probe[key] === null || probe[key] === 0) probe[key] = value
  }
  zeroIsUnset('timeoutSeconds', 1)
  zeroIsUnset('periodSeconds', 10)
  zeroIsUnset('successThreshold', 1)
  zeroIsUnset('failureThreshold', 3)
  const http = probe['httpGet']
  if (isObject(http)) httpDefaults(http)
  const grpc = probe['grpc']
  if (isObject(grpc)) preset(grpc, 'service', '')
}

function httpDefaults(action: JsonObject): void {
  presetText(action, 'path', '/')
  presetText(action, 'scheme', 'HTTP')
}

const SOURCES_WITH_MODE = ['secret', 'configMap', 'downwardAPI', 'projected'] as const

function volumeDefaults(volume: JsonObject): void {
  if (Object.keys(volume).every((key) => key === 'name' || volume[key] === null)) volume['emptyDir'] = {}
  for (const name of SOURCES_WITH_MODE) {
    const source = volume[name]
    if (isObject(source)) preset(source, 'defaultMode', 420)
  }
  const hostPath = volume['hostPath']
  if (isObject(hostPath)) preset(hostPath, 'type', '')
  for (const source of list(volume['projected'], 'sources')) {
    const token = source['serviceAccountToken']
    if (isObject(token)) preset(token, 'expirationSeconds', 3600)
    downwardDefaults(source['downwardAPI'] === undefined ? undefined : sub(source, 'downwardAPI'))
  }
  downwardDefaults(sub(volume, 'downwardAPI'))
  const claim = sub(volume, 'ephemeral', 'volumeClaimTemplate', 'spec')
  if (claim !== undefined) presetText(claim, 'volumeMode', 'Filesystem')
}

function downwardDefaults(source: JsonObject | undefined): void {
  for (const item of list(source, 'items')) {
    const reference = sub(item, 'fieldRef')
    if (reference !== undefined) presetText(reference, 'apiVersion', 'v1')
  }
}
