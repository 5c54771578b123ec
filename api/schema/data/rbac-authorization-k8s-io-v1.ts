/** The types of rbac.authorization.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const rbacAuthorizationK8sIoV1 = `
type AggregationRule
  1 clusterRoleSelectors []meta/v1.LabelSelector list=atomic
type ClusterRole
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 rules! [].PolicyRule list=atomic
  3 aggregationRule *.AggregationRule
type ClusterRoleBinding
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 subjects [].Subject list=atomic
  3 roleRef!+ .RoleRef
type ClusterRoleBindingList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ClusterRoleBinding
type ClusterRoleList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ClusterRole
type PolicyRule
  1 verbs!+ []string list=atomic
  2 apiGroups []string list=atomic
  3 resources []string list=atomic
  4 resourceNames []string list=atomic
  5 nonResourceURLs []string list=atomic
type Role
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 rules! [].PolicyRule list=atomic
type RoleBinding
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 subjects [].Subject list=atomic
  3 roleRef!+ .RoleRef
type RoleBindingList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].RoleBinding
type RoleList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].Role
type RoleRef atomic
  1 apiGroup! string
  2 kind!+ string
  3 name!+ string
type Subject atomic
  1 kind!+ string
  2 apiGroup string
  3 name!+ string
  4 namespace string
`;
