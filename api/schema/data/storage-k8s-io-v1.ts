/** The types of storage.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const storageK8sIoV1 = `
enum FSGroupPolicy "ReadWriteOnceWithFSType" "File" "None"
enum VolumeBindingMode "Immediate" "WaitForFirstConsumer"
enum VolumeLifecycleMode "Persistent" "Ephemeral"
type CSIDriver
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec!+ .CSIDriverSpec
type CSIDriverList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].CSIDriver
type CSIDriverSpec
  1 attachRequired *bool
  2 podInfoOnMount *bool
  3 volumeLifecycleModes [].VolumeLifecycleMode list=set
  4 storageCapacity *bool
  5 fsGroupPolicy *.FSGroupPolicy
  6 tokenRequests [].TokenRequest list=atomic
  7 requiresRepublish *bool
  8 seLinuxMount *bool
  9 nodeAllocatableUpdatePeriodSeconds *int64
  10 serviceAccountTokenInSecrets *bool
  11 preventPodSchedulingIfMissing *bool
type CSINode
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec!+ .CSINodeSpec
type CSINodeDriver
  1 name!+ string
  2 nodeID!+ string
  3 topologyKeys! []string list=atomic
  4 allocatable *.VolumeNodeResources
type CSINodeList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].CSINode
type CSINodeSpec
  1 drivers!+ [].CSINodeDriver patch=merge key=name list=map keys=name
type CSIStorageCapacity
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 nodeTopology *meta/v1.LabelSelector
  3 storageClassName!+ string
  4 capacity *Quantity
  5 maximumVolumeSize *Quantity
type CSIStorageCapacityList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].CSIStorageCapacity
type StorageClass
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 provisioner!+ string
  3 parameters map:string
  4 reclaimPolicy *v1.PersistentVolumeReclaimPolicy
  5 mountOptions []string list=atomic
  6 allowVolumeExpansion *bool
  7 volumeBindingMode *.VolumeBindingMode
  8 allowedTopologies []v1.TopologySelectorTerm list=atomic
type StorageClassList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].StorageClass
type TokenRequest
  1 audience!+ string
  2 expirationSeconds *int64
type VolumeAttachment
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec!+ .VolumeAttachmentSpec
  3 status .VolumeAttachmentStatus
type VolumeAttachmentList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].VolumeAttachment
type VolumeAttachmentSource
  1 persistentVolumeName *string
  2 inlineVolumeSpec *v1.PersistentVolumeSpec
type VolumeAttachmentSpec
  1 attacher!+ string
  2 source!+ .VolumeAttachmentSource
  3 nodeName!+ string
type VolumeAttachmentStatus
  1 attached!+ bool
  2 attachmentMetadata map:string
  3 attachError *.VolumeError
  4 detachError *.VolumeError
type VolumeAttributesClass
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 driverName!+ string
  3 parameters map:string
type VolumeAttributesClassList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].VolumeAttributesClass
type VolumeError
  1 time Time
  2 message string
  3 errorCode *int32
type VolumeNodeResources
  1 count *int32
`;
