/** The types of apps/v1; the grammar is explained in ../grammar.ts. */
export const appsV1 = `
enum DaemonSetUpdateStrategyType "RollingUpdate" "OnDelete"
enum DeploymentConditionType "Available" "Progressing" "ReplicaFailure"
enum DeploymentStrategyType "Recreate" "RollingUpdate"
enum PersistentVolumeClaimRetentionPolicyType "Retain" "Delete"
enum PodManagementPolicyType "OrderedReady" "Parallel"
enum ReplicaSetConditionType "ReplicaFailure"
enum StatefulSetUpdateStrategyType "RollingUpdate" "OnDelete"
type ControllerRevision
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 data RawExtension
  3 revision!+ int64
type ControllerRevisionList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ControllerRevision
type DaemonSet
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .DaemonSetSpec
  3 status .DaemonSetStatus
type DaemonSetCondition
  1 type!+ string
  2 status!+ v1.ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
type DaemonSetList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].DaemonSet
type DaemonSetSpec
  1 selector!+ *meta/v1.LabelSelector
  2 template!+ v1.PodTemplateSpec
  3 updateStrategy .DaemonSetUpdateStrategy
  4 minReadySeconds int32
  6 revisionHistoryLimit *int32
type DaemonSetStatus
  1 currentNumberScheduled!+ int32
  2 numberMisscheduled!+ int32
  3 desiredNumberScheduled!+ int32
  4 numberReady!+ int32
  5 observedGeneration int64
  6 updatedNumberScheduled int32
  7 numberAvailable int32
  8 numberUnavailable int32
  9 collisionCount *int32
  10 conditions [].DaemonSetCondition patch=merge key=type list=map keys=type
type DaemonSetUpdateStrategy
  1 type .DaemonSetUpdateStrategyType
  2 rollingUpdate *.RollingUpdateDaemonSet
type Deployment
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .DeploymentSpec
  3 status .DeploymentStatus
type DeploymentCondition
  1 type!+ .DeploymentConditionType
  2 status!+ v1.ConditionStatus
  6 lastUpdateTime Time
  7 lastTransitionTime Time
  4 reason string
  5 message string
type DeploymentList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].Deployment
type DeploymentSpec
  1 replicas *int32
  2 selector!+ *meta/v1.LabelSelector
  3 template!+ v1.PodTemplateSpec
  4 strategy .DeploymentStrategy patch=retainKeys
  5 minReadySeconds int32
  6 revisionHistoryLimit *int32
  7 paused bool
  9 progressDeadlineSeconds *int32
type DeploymentStatus
  1 observedGeneration int64
  2 replicas int32
  3 updatedReplicas int32
  7 readyReplicas int32
  4 availableReplicas int32
  5 unavailableReplicas int32
  9 terminatingReplicas *int32
  6 conditions [].DeploymentCondition patch=merge key=type list=map keys=type
  8 collisionCount *int32
type DeploymentStrategy
  1 type .DeploymentStrategyType
  2 rollingUpdate *.RollingUpdateDeployment
type ReplicaSet
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .ReplicaSetSpec
  3 status .ReplicaSetStatus
type ReplicaSetCondition
  1 type!+ .ReplicaSetConditionType
  2 status!+ v1.ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
type ReplicaSetList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ReplicaSet
type ReplicaSetSpec
  1 replicas *int32
  4 minReadySeconds int32
  2 selector!+ *meta/v1.LabelSelector
  3 template v1.PodTemplateSpec
type ReplicaSetStatus
  1 replicas!+ int32
  2 fullyLabeledReplicas int32
  4 readyReplicas int32
  5 availableReplicas int32
  7 terminatingReplicas *int32
  3 observedGeneration int64
  6 conditions [].ReplicaSetCondition patch=merge key=type list=map keys=type
type RollingUpdateDaemonSet
  1 maxUnavailable *IntOrString
  2 maxSurge *IntOrString
type RollingUpdateDeployment
  1 maxUnavailable *IntOrString
  2 maxSurge *IntOrString
type RollingUpdateStatefulSetStrategy
  1 partition *int32
  2 maxUnavailable *IntOrString
type StatefulSet
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .StatefulSetSpec
  3 status .StatefulSetStatus
type StatefulSetCondition
  1 type!+ string
  2 status!+ v1.ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
type StatefulSetList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].StatefulSet
type StatefulSetOrdinals
  1 start! int32
type StatefulSetPersistentVolumeClaimRetentionPolicy
  1 whenDeleted .PersistentVolumeClaimRetentionPolicyType
  2 whenScaled .PersistentVolumeClaimRetentionPolicyType
type StatefulSetSpec
  1 replicas *int32
  2 selector!+ *meta/v1.LabelSelector
  3 template!+ v1.PodTemplateSpec
  4 volumeClaimTemplates []v1.PersistentVolumeClaim list=atomic
  5 serviceName! string
  6 podManagementPolicy .PodManagementPolicyType
  7 updateStrategy .StatefulSetUpdateStrategy
  8 revisionHistoryLimit *int32
  9 minReadySeconds int32
  10 persistentVolumeClaimRetentionPolicy *.StatefulSetPersistentVolumeClaimRetentionPolicy
  11 ordinals *.StatefulSetOrdinals
type StatefulSetStatus
  1 observedGeneration int64
  2 replicas!+ int32
  3 readyReplicas int32
  4 currentReplicas int32
  5 updatedReplicas int32
  6 currentRevision string
  7 updateRevision string
  9 collisionCount *int32
  10 conditions [].StatefulSetCondition patch=merge key=type list=map keys=type
  11 availableReplicas! int32
type StatefulSetUpdateStrategy
  1 type .StatefulSetUpdateStrategyType
  2 rollingUpdate *.RollingUpdateStatefulSetStrategy
`;
