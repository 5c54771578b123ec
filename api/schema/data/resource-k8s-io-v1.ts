/** The types of resource.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const resourceK8sIoV1 = `
enum AllocationConfigSource "FromClass" "FromClaim"
enum DeviceTaintEffect "None" "NoSchedule" "NoExecute"
enum DeviceTolerationOperator "Exists" "Equal"
type AllocatedDeviceStatus
  1 driver!+ string
  2 pool!+ string
  3 device!+ string
  7 shareID *string
  4 conditions! []meta/v1.Condition list=map keys=type
  5 data *RawExtension
  6 networkData *.NetworkDeviceData
type AllocationResult
  1 devices .DeviceAllocationResult
  3 nodeSelector *v1.NodeSelector
  5 allocationTimestamp *Time
type CELDeviceSelector
  1 expression!+ string
type CapacityRequestPolicy
  1 default! *Quantity
  3 validValues []Quantity list=atomic
  4 validRange *.CapacityRequestPolicyRange
type CapacityRequestPolicyRange
  1 min+ *Quantity
  2 max *Quantity
  3 step *Quantity
type CapacityRequirements
  1 requests map:Quantity
type Counter
  1 value!+ Quantity
type CounterSet
  1 name!+ string
  2 counters+ map:.Counter
type Device
  1 name!+ string
  2 attributes map:.DeviceAttribute
  3 capacity map:.DeviceCapacity
  4 consumesCounters [].DeviceCounterConsumption list=atomic
  5 nodeName *string
  6 nodeSelector *v1.NodeSelector
  7 allNodes *bool
  8 taints [].DeviceTaint list=atomic
  9 bindsToNode *bool
  10 bindingConditions []string list=atomic
  11 bindingFailureConditions []string list=atomic
  12 allowMultipleAllocations *bool
  13 nodeAllocatableResourceMappings map:.NodeAllocatableResourceMapping
type DeviceAllocationConfiguration
  1 source!+ .AllocationConfigSource
  2 requests []string list=atomic
  3 ... .DeviceConfiguration
type DeviceAllocationResult
  1 results [].DeviceRequestAllocationResult list=atomic
  2 config [].DeviceAllocationConfiguration list=atomic
type DeviceAttribute
  2 int *int64
  3 bool *bool
  4 string *string
  5 version *string
  6 ints []int64 list=atomic
  7 bools []bool list=atomic
  8 strings []string list=atomic
  9 versions []string list=atomic
type DeviceCapacity
  1 value!+ Quantity
  2 requestPolicy *.CapacityRequestPolicy
type DeviceClaim
  1 requests! [].DeviceRequest list=atomic
  2 constraints [].DeviceConstraint list=atomic
  3 config [].DeviceClaimConfiguration list=atomic
type DeviceClaimConfiguration
  1 requests []string list=atomic
  2 ... .DeviceConfiguration
type DeviceClass
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec!+ .DeviceClassSpec
type DeviceClassConfiguration
  1 ... .DeviceConfiguration
type DeviceClassList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].DeviceClass
type DeviceClassSpec
  1 selectors [].DeviceSelector list=atomic
  2 config [].DeviceClassConfiguration list=atomic
  4 extendedResourceName *string
type DeviceConfiguration
  1 opaque *.OpaqueDeviceConfiguration
type DeviceConstraint
  1 requests []string list=atomic
  2 matchAttribute *string
  3 distinctAttribute *string
type DeviceCounterConsumption
  1 counterSet!+ string
  2 counters+ map:.Counter
type DeviceRequest
  1 name!+ string
  2 exactly *.ExactDeviceRequest
  3 firstAvailable [].DeviceSubRequest list=atomic
type DeviceRequestAllocationResult
  1 request!+ string
  2 driver!+ string
  3 pool!+ string
  4 device!+ string
  5 adminAccess *bool
  6 tolerations [].DeviceToleration list=atomic
  7 bindingConditions []string list=atomic
  8 bindingFailureConditions []string list=atomic
  9 shareID *string
  10 consumedCapacity map:Quantity
type DeviceSelector
  1 cel *.CELDeviceSelector
type DeviceSubRequest
  1 name!+ string
  2 deviceClassName!+ string
  3 selectors [].DeviceSelector list=atomic
  4 allocationMode string
  5 count int64
  6 tolerations [].DeviceToleration list=atomic
  7 capacity *.CapacityRequirements
type DeviceTaint
  1 key!+ string
  2 value string
  3 effect!+ .DeviceTaintEffect
  4 timeAdded *Time
type DeviceToleration
  1 key string
  2 operator .DeviceTolerationOperator default="Equal"
  3 value string
  4 effect .DeviceTaintEffect
  5 tolerationSeconds *int64
type ExactDeviceRequest
  1 deviceClassName!+ string
  2 selectors [].DeviceSelector list=atomic
  3 allocationMode string
  4 count int64
  5 adminAccess *bool
  6 tolerations [].DeviceToleration list=atomic
  7 capacity *.CapacityRequirements
type NetworkDeviceData
  1 interfaceName string
  2 ips []string list=atomic
  3 hardwareAddress string
type NodeAllocatableResourceMapping
  1 capacityKey *string
  2 allocationMultiplier *Quantity
type OpaqueDeviceConfiguration
  1 driver!+ string
  2 parameters!+ RawExtension
type ResourceClaim
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec!+ .ResourceClaimSpec
  3 status .ResourceClaimStatus
type ResourceClaimConsumerReference
  1 apiGroup string
  3 resource!+ string
  4 name!+ string
  5 uid!+ string
type ResourceClaimList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ResourceClaim
type ResourceClaimSpec
  1 devices! .DeviceClaim
type ResourceClaimStatus
  1 allocation *.AllocationResult
  2 reservedFor [].ResourceClaimConsumerReference patch=merge key=uid list=map keys=uid
  4 devices [].AllocatedDeviceStatus list=map keys=driver,device,pool,shareID
type ResourceClaimTemplate
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec!+ .ResourceClaimTemplateSpec
type ResourceClaimTemplateList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ResourceClaimTemplate
type ResourceClaimTemplateSpec
  1 metadata meta/v1.ObjectMeta
  2 spec!+ .ResourceClaimSpec
type ResourcePool
  1 name!+ string
  2 generation!+ int64
  3 resourceSliceCount!+ int64
type ResourceSlice
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec!+ .ResourceSliceSpec
type ResourceSliceList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ResourceSlice
type ResourceSliceSpec
  1 driver!+ string
  2 pool!+ .ResourcePool
  3 nodeName *string
  4 nodeSelector *v1.NodeSelector
  5 allNodes *bool
  6 devices [].Device list=atomic
  7 perDeviceNodeSelection *bool
  8 sharedCounters [].CounterSet list=atomic
`;
