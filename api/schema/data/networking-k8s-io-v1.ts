/** The types of networking.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const networkingK8sIoV1 = `
enum PolicyType "Ingress" "Egress"
type HTTPIngressPath
  1 path string
  3 pathType!+ *string
  2 backend!+ .IngressBackend
type HTTPIngressRuleValue
  1 paths!+ [].HTTPIngressPath list=atomic
type IPAddress
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec+ .IPAddressSpec
type IPAddressList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].IPAddress
type IPAddressSpec
  1 parentRef+ *.ParentReference
type IPBlock
  1 cidr!+ string
  2 except []string list=atomic
type Ingress
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .IngressSpec
  3 status .IngressStatus
type IngressBackend
  4 service *.IngressServiceBackend
  3 resource *v1.TypedLocalObjectReference
type IngressClass
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .IngressClassSpec
type IngressClassList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].IngressClass
type IngressClassParametersReference
  1 apiGroup *string
  2 kind!+ string
  3 name!+ string
  4 scope! *string
  5 namespace *string
type IngressClassSpec
  1 controller string
  2 parameters *.IngressClassParametersReference
type IngressList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].Ingress
type IngressLoadBalancerIngress
  1 ip string
  2 hostname string
  4 ports [].IngressPortStatus list=atomic
type IngressLoadBalancerStatus
  1 ingress [].IngressLoadBalancerIngress list=atomic
type IngressPortStatus
  1 port!+ int32
  2 protocol!+ v1.Protocol
  3 error *string
type IngressRule
  1 host string
  2 ... .IngressRuleValue
type IngressRuleValue
  1 http *.HTTPIngressRuleValue
type IngressServiceBackend
  1 name!+ string
  2 port .ServiceBackendPort
type IngressSpec
  4 ingressClassName *string
  1 defaultBackend *.IngressBackend
  2 tls [].IngressTLS list=atomic
  3 rules [].IngressRule list=atomic
type IngressStatus
  1 loadBalancer .IngressLoadBalancerStatus
type IngressTLS
  1 hosts []string list=atomic
  2 secretName string
type NetworkPolicy
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .NetworkPolicySpec
type NetworkPolicyEgressRule
  1 ports [].NetworkPolicyPort list=atomic
  2 to [].NetworkPolicyPeer list=atomic
type NetworkPolicyIngressRule
  1 ports [].NetworkPolicyPort list=atomic
  2 from [].NetworkPolicyPeer list=atomic
type NetworkPolicyList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].NetworkPolicy
type NetworkPolicyPeer
  1 podSelector *meta/v1.LabelSelector
  2 namespaceSelector *meta/v1.LabelSelector
  3 ipBlock *.IPBlock
type NetworkPolicyPort
  1 protocol *v1.Protocol
  2 port *IntOrString
  3 endPort *int32
type NetworkPolicySpec
  1 podSelector! meta/v1.LabelSelector
  2 ingress [].NetworkPolicyIngressRule list=atomic
  3 egress [].NetworkPolicyEgressRule list=atomic
  4 policyTypes [].PolicyType list=atomic
type ParentReference
  1 group string
  2 resource+ string
  3 namespace string
  4 name+ string
type ServiceBackendPort atomic
  1 name string
  2 number int32
type ServiceCIDR
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .ServiceCIDRSpec
  3 status .ServiceCIDRStatus
type ServiceCIDRList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ServiceCIDR
type ServiceCIDRSpec
  1 cidrs []string list=atomic
type ServiceCIDRStatus
  1 conditions []meta/v1.Condition patch=merge key=type list=map keys=type
`;
