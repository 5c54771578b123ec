/** The types of flowcontrol.apiserver.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const flowcontrolApiserverK8sIoV1 = `
enum ConditionStatus "True" "False" "Unknown"
enum FlowDistinguisherMethodType "ByUser" "ByNamespace"
enum LimitResponseType "Queue" "Reject"
enum PriorityLevelEnablement "Exempt" "Limited"
enum SubjectKind "User" "Group" "ServiceAccount"
type ExemptPriorityLevelConfiguration
  1 nominalConcurrencyShares *int32
  2 lendablePercent *int32
type FlowDistinguisherMethod
  1 type!+ .FlowDistinguisherMethodType
type FlowSchema
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .FlowSchemaSpec
  3 status .FlowSchemaStatus
type FlowSchemaCondition
  1 type string
  2 status .ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
type FlowSchemaList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].FlowSchema
type FlowSchemaSpec
  1 priorityLevelConfiguration!+ .PriorityLevelConfigurationReference
  2 matchingPrecedence! int32
  3 distinguisherMethod *.FlowDistinguisherMethod
  4 rules [].PolicyRulesWithSubjects list=atomic
type FlowSchemaStatus
  1 conditions [].FlowSchemaCondition patch=merge key=type list=map keys=type
type GroupSubject
  1 name!+ string
type LimitResponse
  1 type!+ .LimitResponseType
  2 queuing *.QueuingConfiguration
type LimitedPriorityLevelConfiguration
  1 nominalConcurrencyShares! *int32
  2 limitResponse .LimitResponse
  3 lendablePercent *int32
  4 borrowingLimitPercent *int32
type NonResourcePolicyRule
  1 verbs!+ []string list=set
  6 nonResourceURLs!+ []string list=set
type PolicyRulesWithSubjects
  1 subjects!+ [].Subject list=atomic
  2 resourceRules [].ResourcePolicyRule list=atomic
  3 nonResourceRules [].NonResourcePolicyRule list=atomic
type PriorityLevelConfiguration
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .PriorityLevelConfigurationSpec
  3 status .PriorityLevelConfigurationStatus
type PriorityLevelConfigurationCondition
  1 type string
  2 status .ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
type PriorityLevelConfigurationList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].PriorityLevelConfiguration
type PriorityLevelConfigurationReference
  1 name!+ string
type PriorityLevelConfigurationSpec
  1 type!+ .PriorityLevelEnablement
  2 limited *.LimitedPriorityLevelConfiguration
  3 exempt *.ExemptPriorityLevelConfiguration
type PriorityLevelConfigurationStatus
  1 conditions [].PriorityLevelConfigurationCondition patch=merge key=type list=map keys=type
type QueuingConfiguration
  1 queues! int32
  2 handSize! int32
  3 queueLengthLimit! int32
type ResourcePolicyRule
  1 verbs!+ []string list=set
  2 apiGroups!+ []string list=set
  3 resources!+ []string list=set
  4 clusterScope bool
  5 namespaces! []string list=set
type ServiceAccountSubject
  1 namespace!+ string
  2 name!+ string
type Subject
  1 kind!+ .SubjectKind
  2 user *.UserSubject
  3 group *.GroupSubject
  4 serviceAccount *.ServiceAccountSubject
type UserSubject
  1 name!+ string
`;
