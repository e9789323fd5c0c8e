/** Volumes, claims and classes. Format: see ../../type-docs.ts. */
export const storageDocs: string = `
core.v1.PersistentVolume: A piece of storage in the cluster that a claim can be bound to.
core.v1.PersistentVolumeSpec: What a volume is and who may use it.
  accessModes: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.
  capacity: Its size, under storage.
  claimRef: The claim that it is bound to.
  csi: A volume of a CSI driver.
  hostPath: A file or folder of a node; for tests only.
  local: A disk or folder of one node.
  mountOptions: Options to mount it with; not checked.
  nodeAffinity: The nodes that can reach it.
  persistentVolumeReclaimPolicy: Retain, Delete or Recycle: what happens once the claim is gone.
  storageClassName: Its StorageClass; empty for none.
  volumeAttributesClassName: Its VolumeAttributesClass.
  volumeMode: Filesystem (the default) or Block.
core.v1.PersistentVolumeStatus: What was last seen of a volume.
  lastPhaseTransitionTime: When the phase last changed.
  message: Why it is in this phase, in words.
  phase: Pending, Available, Bound, Released or Failed.
  reason: Why it is in this phase, in one word.
core.v1.CSIPersistentVolumeSource: A volume of a CSI driver.
  controllerExpandSecretRef: Secret for growing the volume.
  controllerPublishSecretRef: Secret for attaching the volume.
  nodeExpandSecretRef: Secret for growing the volume on the node.
  nodePublishSecretRef: Secret for mounting the volume.
  nodeStageSecretRef: Secret for preparing the volume on the node.
  volumeHandle: Name that the driver gave the volume.
core.v1.VolumeNodeAffinity: The nodes that can reach a volume.
  required: What the node has to meet.
core.v1.PersistentVolumeClaimSpec: What storage is asked for.
  dataSourceRef: An object of any kind to start from; may be in another namespace.
  volumeAttributesClassName: The VolumeAttributesClass to use; can be changed.
core.v1.PersistentVolumeClaimStatus: What was last seen of a claim.
  accessModes: Access modes of the volume.
  allocatedResourceStatuses: How far a change of size is.
  allocatedResources: What is set aside, while the size changes.
  capacity: Size of the volume.
  conditions: Resizing, FileSystemResizePending and others.
  currentVolumeAttributesClassName: The VolumeAttributesClass that the volume has.
  modifyVolumeStatus: How far a change of the VolumeAttributesClass is.
  phase: Pending, Bound or Lost.
core.v1.ModifyVolumeStatus: How far a change of the VolumeAttributesClass is.
  status: Pending, InProgress or Infeasible.
  targetVolumeAttributesClassName: The class that is changed to.
core.v1.VolumeResourceRequirements: How much storage.
  limits: The most, under storage.
  requests: The least, under storage.
storage.v1.StorageClass: A kind of storage, and how volumes of it are made.
  allowVolumeExpansion: True: claims can grow.
  allowedTopologies: Places where volumes may be made.
  mountOptions: Options that volumes are mounted with; not checked.
  parameters: Settings for the provisioner.
  provisioner: Who makes the volumes.
  reclaimPolicy: Delete (the default) or Retain.
  volumeBindingMode: Immediate (the default), or WaitForFirstConsumer to wait for a Pod.
core.v1.TopologySelectorTerm: Places, by labels of nodes.
  matchLabelExpressions: Requirements of which all have to be met.
core.v1.TopologySelectorLabelRequirement: A label and its possible values.
  key: The label.
  values: Its values, of which one has to be met.
storage.v1.CSIDriver: Tells Kubernetes what a CSI driver can do.
storage.v1.CSINode: The CSI drivers of a node.
storage.v1.CSIStorageCapacity: How much storage a driver has left in a place.
storage.v1.VolumeAttachment: Attaches a volume to a node, or takes it off.
storage.v1.VolumeAttributesClass: Attributes of volumes that can be changed later, such as speed.
  driverName: The CSI driver.
  parameters: Attributes, for the driver.
`
