/** The types of apidiscovery.k8s.io/v2; the grammar is explained in ../grammar.ts. */
export const apidiscoveryK8sIoV2 = `
enum DiscoveryFreshness "Current" "Stale"
enum ResourceScope "Cluster" "Namespaced"
type APIGroupDiscovery
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 versions [].APIVersionDiscovery list=map keys=version
type APIGroupDiscoveryList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].APIGroupDiscovery
type APIResourceDiscovery
  1 resource!+ string
  2 responseKind *meta/v1.GroupVersionKind
  3 scope!+ .ResourceScope
  4 singularResource!+ string
  5 verbs!+ []string list=set
  6 shortNames []string list=set
  7 categories []string list=set
  8 subresources [].APISubresourceDiscovery list=map keys=subresource
type APISubresourceDiscovery
  1 subresource!+ string
  2 responseKind *meta/v1.GroupVersionKind
  3 acceptedTypes []meta/v1.GroupVersionKind list=map keys=group,version,kind
  4 verbs!+ []string list=set
type APIVersionDiscovery
  1 version!+ string
  2 resources [].APIResourceDiscovery list=map keys=resource
  3 freshness .DiscoveryFreshness
`;
