import { checkDnsLabel, checkDnsSubdomain } from '../../../kube/index.ts'
import { validateAnnotations } from '../../operations/validate-metadata.ts'
import { Field } from './field.ts'
import { checkFieldRef, checkResourceFieldRef, VOLUME_PATHS } from './pod-env.ts'
import { checkFileMode, checkNoBacksteps, checkVolumeFilePath } from './pod-paths.ts'
import { quantityOf, signOf } from './quantities.ts'
import { checkLabels } from './selectors.ts'
import { checkClaimSpec } from './volume-claims.ts'

/** The volumes of a Pod that are well formed: their names, and whether a raw device may be taken from them. */
export type Volumes = ReadonlyMap<string, { readonly claim: boolean }>

function checkItems(source: Field, paths?: Set<string>, onTwice?: () => void): void {
  for (const item of source.objects('items')) {
    if (item.text('key') === '') item.required('key')
    const path = item.text('path')
    if (path === '') item.required('path')
    checkVolumeFilePath(item, 'path', path)
    checkFileMode(item, 'mode')
    if (path !== '' && paths !== undefined) {
      if (paths.has(path)) onTwice?.()
      paths.add(path)
    }
  }
}

/** A file of the downward API; its errors name the source, not the file, as upstream's do. */
function checkDownwardFile(item: Field, source: Field): void {
  const file = new Field(item.value, source.path, source.errors)
  const path = file.text('path')
  if (path === '') file.required('path')
  checkVolumeFilePath(file, 'path', path)
  const fieldRef = file.object('fieldRef')
  const resourceRef = file.object('resourceFieldRef')
  if (fieldRef !== undefined) {
    checkFieldRef(fieldRef, VOLUME_PATHS)
    if (resourceRef !== undefined) {
      file.invalid('', 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
    }
  } else if (resourceRef !== undefined) checkResourceFieldRef(resourceRef, true)
  else file.required('', 'one of fieldRef and resourceFieldRef is required')
  checkFileMode(file, 'mode')
}

function checkProjected(projected: Field): void {
  checkFileMode(projected, 'defaultMode')
  const paths = new Set<string>()
  const twice = (value: string) => (): void => projected.invalid('', value, 'conflicting duplicate paths')
  for (const source of projected.objects('sources')) {
    let count = 0
    for (const key of ['secret', 'configMap']) {
      const part = source.object(key)
      if (part === undefined) continue
      count++
      if (part.text('name') === '') part.required('name')
      checkItems(part, paths, twice(part.text('name')))
    }
    const downward = source.object('downwardAPI')
    if (downward !== undefined) {
      count++
      for (const file of downward.objects('items')) {
        checkDownwardFile(file, downward)
        const path = file.text('path')
        if (path !== '' && paths.has(path)) twice(path)()
        paths.add(path)
      }
    }
    const token = source.object('serviceAccountToken')
    if (token !== undefined) {
      count++
      const seconds = token.number('expirationSeconds') ?? 0
      if (seconds < 600) token.invalid('expirationSeconds', seconds, 'may not specify a duration less than 10 minutes')
      if (seconds > 2 ** 32) {
        token.invalid('expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds')
      }
      if (token.text('path') === '') projected.required('path')
      else checkVolumeFilePath(projected, 'path', token.text('path'))
    }
    if (source.given('clusterTrustBundle')) count++
    if (source.given('podCertificate')) count++
    if (count > 1) source.forbidden('', 'may not specify more than 1 volume type per source')
  }
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

const named =
  (key: string, mode: boolean) =>
  (source: Field): void => {
    if (source.text(key) === '') source.required(key)
    if (!mode) return
    checkFileMode(source, 'defaultMode')
    checkItems(source)
  }

/** The checks of each kind of volume, in the order in which a second kind is refused. */
const SOURCES: readonly (readonly [string, (source: Field) => void])[] = [
  [
    'emptyDir',
    (source) => {
      const limit = quantityOf(source.value['sizeLimit'])
      if (limit !== undefined && signOf(limit) < 0) {
        source.forbidden('sizeLimit', 'SizeLimit field must be a valid resource quantity')
      }
    },
  ],
  [
    'hostPath',
    (source) => {
      const path = source.text('path')
      if (path === '') return source.required('path')
      checkNoBacksteps(source, 'path', path)
      if (source.given('type')) source.oneOf('type', HOST_PATH_TYPES)
    },
  ],
  ['secret', named('secretName', true)],
  [
    'nfs',
    (source) => {
      if (source.text('server') === '') source.required('server')
      const path = source.text('path')
      if (path === '') source.required('path')
      if (!path.startsWith('/')) source.invalid('path', path, 'must be an absolute path')
    },
  ],
  ['persistentVolumeClaim', named('claimName', false)],
  ['configMap', named('name', true)],
  [
    'downwardAPI',
    (source) => {
      checkFileMode(source, 'defaultMode')
      for (const file of source.objects('items')) checkDownwardFile(file, source)
    },
  ],
  ['projected', checkProjected],
  [
    'csi',
    (source) => {
      checkDriverName(source, 'driver')
    },
  ],
  [
    'ephemeral',
    (source) => {
      const template = source.object('volumeClaimTemplate')
      if (template === undefined) return source.required('volumeClaimTemplate')
      const metadata = template.object('metadata')
      if (metadata !== undefined) {
        metadata.errors.push(...validateAnnotations(metadata.value['annotations'], metadata.at('annotations')))
        checkLabels(metadata, 'labels')
        for (const key of ['name', 'namespace', 'finalizers', 'ownerReferences', 'generateName']) {
          if (metadata.given(key)) metadata.forbidden(key, 'cannot be set')
        }
      }
      checkClaimSpec(template.struct('spec'))
    },
  ],
]
/** Kinds of volumes of single clouds and storage systems: counted, not looked into. */
const OTHER_SOURCES = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'gitRepo',
  'glusterfs',
  'image',
  'iscsi',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
]

/** Names of CSI drivers: DNS names in any case. */
export function checkDriverName(parent: Field, key: string): void {
  const driver = parent.text(key)
  if (driver === '') {
    parent.required(key)
    return
  }
  if (driver.length > 63) parent.tooLong(key, 63)
  parent.faults(key, driver, checkDnsSubdomain(driver.toLowerCase()))
}

/** `volumes` of a Pod. */
export function checkVolumes(spec: Field): Volumes {
  const volumes = new Map<string, { readonly claim: boolean }>()
  for (const volume of spec.objects('volumes')) {
    const before = volume.errors.length
    let count = 0
    for (const [key, check] of SOURCES) {
      const source = volume.object(key)
      if (source === undefined) continue
      if (count > 0) volume.forbidden(key, 'may not specify more than 1 volume type')
      else {
        count++
        check(source)
      }
    }
    for (const key of OTHER_SOURCES) {
      if (!volume.given(key)) continue
      if (count > 0) volume.forbidden(key, 'may not specify more than 1 volume type')
      else count++
    }
    if (count === 0) volume.required('', 'must specify a volume type')
    const name = volume.text('name')
    if (name === '') volume.required('name')
    else volume.faults('name', name, checkDnsLabel(name))
    if (volumes.has(name)) volume.duplicate('name', name)
    if (volume.errors.length === before) {
      volumes.set(name, { claim: volume.given('persistentVolumeClaim') || volume.given('ephemeral') })
    }
  }
  return volumes
}
