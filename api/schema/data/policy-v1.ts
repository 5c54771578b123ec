/** The types of policy/v1; the grammar is explained in ../grammar.ts. */
export const policyV1 = `
enum UnhealthyPodEvictionPolicyType "IfHealthyBudget" "AlwaysAllow"
type Eviction
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 deleteOptions *meta/v1.DeleteOptions
type PodDisruptionBudget
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .PodDisruptionBudgetSpec
  3 status .PodDisruptionBudgetStatus
type PodDisruptionBudgetList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].PodDisruptionBudget
type PodDisruptionBudgetSpec
  1 minAvailable *IntOrString
  2 selector *meta/v1.LabelSelector patch=replace
  3 maxUnavailable *IntOrString
  4 unhealthyPodEvictionPolicy *.UnhealthyPodEvictionPolicyType
type PodDisruptionBudgetStatus
  1 observedGeneration int64
  2 disruptedPods map:Time
  3 disruptionsAllowed! int32
  4 currentHealthy! int32
  5 desiredHealthy! int32
  6 expectedPods! int32
  7 conditions []meta/v1.Condition patch=merge key=type list=map keys=type
`;
