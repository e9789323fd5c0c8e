/** Volumes of Pods. Format: see ../../type-docs.ts. */
export const volumeDocs: string = `
core.v1.Volume: A volume of a Pod: a name and one source.
core.v1.Volume, core.v1.VolumeSource, core.v1.PersistentVolumeSpec, core.v1.PersistentVolumeSource:
  awsElasticBlockStore, azureDisk, azureFile, cinder, gcePersistentDisk, portworxVolume, vsphereVolume: Deprecated: a cloud’s or vendor’s disk; served by its CSI driver.
  cephfs, flocker, glusterfs, photonPersistentDisk, quobyte, rbd, scaleIO, storageos: No longer supported by Kubernetes; use a CSI driver.
  ephemeral: A claim made for the Pod and deleted with it.
  fc: A Fibre Channel disk.
  flexVolume: Deprecated: a volume of a driver program on the node.
  gitRepo: Deprecated: a clone of a Git repository.
  image: The files of an OCI image, read-only.
  iscsi: An iSCSI disk.
  nfs: A directory of an NFS server.
core.v1.VolumeMount: Where a volume appears in a container.
  mountPropagation: None (the default), HostToContainer or Bidirectional: whether later mounts are seen.
  recursiveReadOnly: Disabled, IfPossible or Enabled: whether readOnly holds for mounts inside, too.
core.v1.VolumeDevice: Where a block volume appears in a container.
  devicePath: Path of the device.
  name: Name of a volume of the Pod.
core.v1.ConfigMapVolumeSource, core.v1.ConfigMapProjection: Keys of a ConfigMap as files.
core.v1.SecretVolumeSource, core.v1.SecretProjection: Keys of a Secret as files.
core.v1.ConfigMapVolumeSource, core.v1.ConfigMapProjection, core.v1.SecretVolumeSource, core.v1.SecretProjection:
  defaultMode: Mode of the files where items do not say. Default 0644.
  items: Which keys to take and where to put them; all when absent.
  name: Name of the object, in the namespace of the Pod.
  optional: True: goes on when it does not exist.
  secretName: Name of the Secret, in the namespace of the Pod.
core.v1.KeyToPath: Puts a key into a file.
  key: The key.
  mode: Mode of the file; defaultMode when absent.
  path: The file, as a path in the volume.
core.v1.DownwardAPIVolumeSource, core.v1.DownwardAPIProjection: Fields of the Pod as files.
  defaultMode: Mode of the files where items do not say. Default 0644.
  items: The files.
core.v1.DownwardAPIVolumeFile: A file with a field of the Pod.
  fieldRef: A field: labels, annotations, name, namespace or uid.
  mode: Mode of the file; defaultMode when absent.
  path: The file, as a path in the volume.
  resourceFieldRef: A request or limit of a container.
core.v1.EmptyDirVolumeSource: An empty folder that lives as long as the Pod.
  medium: Empty for the disk of the node, Memory for RAM.
  sizeLimit: The most that it may hold; the Pod is evicted beyond that.
core.v1.HostPathVolumeSource: A file or folder of the node.
  path: Path on the node.
  type: What must be there or is made: DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice, BlockDevice.
core.v1.PersistentVolumeClaimVolumeSource: The volume of a claim.
  claimName: Name of the claim, in the namespace of the Pod.
  readOnly: True: cannot be written to.
core.v1.EphemeralVolumeSource: A claim made for the Pod and deleted with it.
  volumeClaimTemplate: What the claim looks like; its name is the Pod’s, a dash and the volume’s.
core.v1.PersistentVolumeClaimTemplate: What a claim made from it looks like.
  metadata: Labels and annotations of the claim.
  spec: What the claim asks for.
core.v1.ProjectedVolumeSource: Several sources in one folder.
  defaultMode: Mode of the files where the sources do not say. Default 0644.
  sources: The sources.
core.v1.VolumeProjection: One source of a projected volume; one of these.
  clusterTrustBundle: Certificates of ClusterTrustBundles.
  configMap: Keys of a ConfigMap.
  downwardAPI: Fields of the Pod.
  podCertificate: A key and a certificate made for the Pod.
  secret: Keys of a Secret.
  serviceAccountToken: A token of the service account, renewed in time.
core.v1.ServiceAccountTokenProjection: A token of the service account, renewed in time.
  audience: Whom the token is for; the API server when absent.
  expirationSeconds: How long a token is valid; at least 600. Default 3600.
  path: The file, as a path in the volume.
core.v1.ClusterTrustBundleProjection: Certificates of ClusterTrustBundles in one file.
  labelSelector: Bundles by labels; only with signerName.
  name: One bundle by name.
  optional: True: goes on when there is none.
  path: The file, as a path in the volume.
  signerName: Bundles of this signer.
core.v1.PodCertificateProjection: A key and a certificate made for the Pod.
  certificateChainPath: File of the certificates.
  credentialBundlePath: File of key and certificates together.
  keyPath: File of the key.
  keyType: Kind of key, such as ED25519 or ECDSAP256.
  maxExpirationSeconds: The longest that the certificate may be valid.
  signerName: Who signs.
  userAnnotations: Further facts for the signer.
core.v1.CSIVolumeSource: A volume that a CSI driver makes for the Pod.
  nodePublishSecretRef: Secret that the driver gets when it mounts.
core.v1.CSIVolumeSource, core.v1.CSIPersistentVolumeSource:
  driver: Name of the driver.
  fsType: File system, such as ext4; the driver’s choice when absent.
  readOnly: True: cannot be written to.
  volumeAttributes: Settings for the driver.
core.v1.NFSVolumeSource: A directory of an NFS server.
  path: The exported directory.
  readOnly: True: cannot be written to.
  server: Name or address of the server.
core.v1.ImageVolumeSource: The files of an OCI image.
  pullPolicy: Always, IfNotPresent or Never.
  reference: The image, with tag or digest.
core.v1.ISCSIVolumeSource, core.v1.ISCSIPersistentVolumeSource: An iSCSI disk.
  chapAuthDiscovery: True: discovery is authenticated with CHAP.
  chapAuthSession: True: the session is authenticated with CHAP.
  fsType: File system, such as ext4.
  initiatorName: Name of the initiator.
  iqn: Name of the target.
  iscsiInterface: Interface to use. Default default (TCP).
  lun: Number of the disk.
  portals: More addresses of the target.
  readOnly: True: cannot be written to.
  secretRef: Secret for CHAP.
  targetPortal: Address of the target, with port unless 3260.
core.v1.FCVolumeSource: A Fibre Channel disk.
  fsType: File system, such as ext4.
  lun: Number of the disk.
  readOnly: True: cannot be written to.
  targetWWNs: Names of the target ports.
  wwids: World-wide identifiers of the disk, instead of targetWWNs and lun.
core.v1.LocalVolumeSource: A disk or folder of one node.
  fsType: File system of a block device; found out when absent.
  path: Path on the node.
core.v1.LocalObjectReference: Names an object in the same namespace.
  name: Name of the object.
core.v1.SecretReference: Names a Secret.
  name: Name of the Secret.
  namespace: Its namespace.
core.v1.TypedLocalObjectReference, core.v1.TypedObjectReference: Names an object of any kind.
  apiGroup: API group of the object; absent for the core group.
  kind: Kind of the object.
  name: Name of the object.
  namespace: Its namespace; the same one when absent.
core.v1.ObjectReference: Points to an object, or a part of one.
  apiVersion: API version of the object.
  fieldPath: The part of the object.
  kind: Kind of the object.
  name: Name of the object.
  namespace: Namespace of the object.
  resourceVersion: Resource version of the object.
  uid: UID of the object.
`
