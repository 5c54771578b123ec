/** The types of node.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const nodeK8sIoV1 = `
type Overhead
  1 podFixed map:Quantity
type RuntimeClass
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 handler!+ string
  3 overhead *.Overhead
  4 scheduling *.Scheduling
type RuntimeClassList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].RuntimeClass
type Scheduling
  1 nodeSelector map:string map=atomic
  2 tolerations []v1.Toleration list=atomic
`;
