/** The types of scheduling.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const schedulingK8sIoV1 = `
type PriorityClass
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 value! int32
  3 globalDefault bool
  4 description string
  5 preemptionPolicy *v1.PreemptionPolicy
type PriorityClassList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].PriorityClass
`;
